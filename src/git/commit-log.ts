import type { Oid } from '../domain/names.ts';
import type { RangeCommit } from '../domain/report/code-review.ts';
import { readTrailers } from '../domain/report/commit-trailers.ts';
import { expectGit, type GitPlace } from './process.ts';

/** Oid, parents, author's seconds, committer's seconds, author, message; each ended by NUL. */
const FORMAT = '--format=%H%x00%P%x00%at%x00%ct%x00%an%x00%B%x00';
const FIELDS = 6;

/** Whatever the user's configuration says: no signature, notes, mail map, renames or diff of a merge. */
const OPTIONS = [
  ...['-z', '--raw', '--no-abbrev', '--no-renames', '--no-diff-merges', '--no-color', '--no-ext-diff'],
  ...['--no-notes', '--no-show-signature', '--no-mailmap', '--no-decorate', '--encoding=UTF-8'],
];
const PINS = { 'log.showRoot': 'true', 'diff.ignoreSubmodules': 'none' };

/**
 * Commits with the paths that they touch, newest first, in one `git log`.
 * @param options - fixed ones, with numbers that this program made
 */
export async function readLog(
  place: GitPlace,
  walk: {
    readonly tips: readonly Oid[];
    readonly without: readonly Oid[];
    readonly options?: readonly string[];
  },
): Promise<readonly RangeCommit[]> {
  const { tips, without, options = [] } = walk;
  if (tips.length === 0) return [];
  const input = [...tips, ...without.map((oid) => `^${oid}`)].map((line) => `${line}\n`).join('');
  const args = ['log', ...OPTIONS, ...options, FORMAT, '--stdin'];
  return parseLog((await expectGit({ ...place, args, input, pins: PINS })).toString('utf8'));
}

/** @internal The output of `git log -z --raw` in the format above. */
export function parseLog(text: string): readonly RangeCommit[] {
  const tokens = text.split('\0');
  const commits: RangeCommit[] = [];
  let at = 0;
  while (at + FIELDS < tokens.length) {
    const [oid = '', parents = '', authored, committed, author = '', message = ''] = tokens.slice(
      at,
      at + FIELDS,
    );
    at += FIELDS;
    if (tokens[at] === '') at += 1; // the end that -z gives the message
    const paths: string[] = [];
    for (; /^\n?:\d{6} /.test(tokens[at] ?? ''); at += 2) paths.push(tokens[at + 1] ?? '');
    commits.push({
      oid: oid as Oid,
      parents: parents === '' ? [] : (parents.split(' ') as Oid[]),
      author,
      authoredAt: Number(authored),
      committedAt: Number(committed),
      message,
      trailers: readTrailers(message),
      paths,
    });
  }
  return commits;
}
