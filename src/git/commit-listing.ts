import type { AuditedCommit } from '../domain/code-audit.ts';
import { isOid, type Oid } from '../domain/names.ts';
import { expectGit, type GitCall } from './process.ts';

/** Where git runs, and the variables that a hook's quarantine needs. */
export type ListingPlace = Pick<GitCall, 'cwd' | 'gitDir' | 'variables'>;

/** The user's configuration must change nothing about what a commit is said to touch. */
const PINS = { 'log.showRoot': 'true', 'log.showSignature': 'false', 'diff.orderFile': '/dev/null' } as const;
const OPTIONS = [
  ...['--stdin', '--topo-order', '--reverse', '-z', '-r', '-c', '--raw', '--no-abbrev', '--no-renames'],
  ...['--no-relative', '--ignore-submodules=none', '--no-color', '--no-notes', '--no-decorate'],
  ...['--no-mailmap', '--encoding=UTF-8', '--format=%H%x00%ct%x00%B%x00'],
] as const;

/**
 * Commits by revision lines (`<oid>`, `^<oid>`, `--not`, `--all`), oldest first, with what each changes, in one git.
 * @param options - fixed words: `--grep=…`
 * @throws AgentOsError GIT_FAILED, where an object is missing too
 */
export async function listCommits(
  place: ListingPlace,
  revisions: readonly string[],
  options: readonly string[] = [],
): Promise<readonly AuditedCommit[]> {
  const input = `${revisions.join('\n')}\n`;
  const printed = await expectGit({ ...place, args: ['log', ...OPTIONS, ...options], pins: PINS, input });
  return parseListing(printed.toString('utf8'));
}

/**
 * `git log -z --raw` with the format above: oid NUL seconds NUL message NUL, then for each changed path `:…` NUL path
 * NUL. Neither a message nor a path can hold a NUL, and a path is only ever what follows a word that begins with `:`,
 * so nothing that is committed passes for another commit.
 */
export function parseListing(text: string): readonly AuditedCommit[] {
  const words = text.split('\0');
  const commits: AuditedCommit[] = [];
  for (let at = 0; at < words.length; ) {
    const oid = words[at]?.replace(/^\n+/, '') ?? '';
    if (!isOid(oid)) {
      at += 1;
      continue;
    }
    const [seconds = '', message = ''] = words.slice(at + 1, at + 3);
    at += 3;
    const paths: string[] = [];
    for (;;) {
      const word = words[at]?.replace(/^\n/, '');
      if (word === '') at += 1;
      else if (word?.startsWith(':')) {
        paths.push(words[at + 1] ?? '');
        at += 2;
      } else break;
    }
    commits.push({ oid: oid as Oid, committedAt: Number(seconds), message, paths });
  }
  return commits;
}
