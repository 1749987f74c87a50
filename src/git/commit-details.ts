import { createHash } from 'node:crypto';
import type { CommitDetail } from '../domain/code-history.ts';
import { isOid, type Oid } from '../domain/names.ts';
import { expectGit, type GitPlace, runGit } from './process.ts';

/** Begins a commit's fields among those that end in NUL; no path follows a token without a colon before it. */
const MARK = 'commit';
const FIELDS = ['%H', '%P', '%at', '%ct', '%an', '%s', '%B', '%(trailers:only,unfold)'];
const FORMAT = `--format=${[MARK, ...FIELDS].map((field) => `${field}%x00`).join('')}`;
const OPTIONS = ['-r', '-c', '--raw', '-z', '--no-renames', '--no-abbrev', '--always', '--encoding=UTF-8'];

/** Details of commits; see CodeHistory. At most a few processes, whatever their number. */
export async function readCommitDetails(
  place: GitPlace,
  oids: readonly Oid[],
): Promise<readonly CommitDetail[]> {
  const wanted = [...new Set(oids)].filter(isOid);
  const known = await listCommits(place, wanted);
  const read = await describe(place, known, []);
  const roots = read.filter(({ isRoot }) => isRoot).map(({ detail }) => detail.oid);
  // To a shallow clone its oldest commit looks as if it had added everything.
  const changed =
    roots.length > 0 && !(await isShallow(place)) ? await describe(place, roots, ['--root']) : [];
  const details = new Map([...read, ...changed].map(({ detail }) => [detail.oid, detail]));
  return known.flatMap((oid) => details.get(oid) ?? []);
}

async function listCommits(place: GitPlace, oids: readonly Oid[]): Promise<readonly Oid[]> {
  if (oids.length === 0) return [];
  const { stdout } = await runGit({
    ...place,
    args: ['cat-file', '--batch-check=%(objectname) %(objecttype)'],
    input: oids.map((oid) => `${oid}\n`).join(''),
  });
  const answers = new Set(stdout.toString('utf8').split('\n'));
  return oids.filter((oid) => answers.has(`${oid} commit`));
}

async function isShallow(place: GitPlace): Promise<boolean> {
  const { stdout } = await runGit({ ...place, args: ['rev-parse', '--is-shallow-repository'] });
  return stdout.toString('utf8').trim() !== 'false';
}

interface Described {
  readonly detail: CommitDetail;
  readonly isRoot: boolean;
}

async function describe(
  place: GitPlace,
  oids: readonly Oid[],
  more: readonly string[],
): Promise<readonly Described[]> {
  if (oids.length === 0) return [];
  const stdout = await expectGit({
    ...place,
    args: ['diff-tree', '--stdin', ...OPTIONS, ...more, FORMAT],
    input: oids.map((oid) => `${oid}\n`).join(''),
  });
  const tokens = stdout.toString('utf8').split('\0');
  const described: Described[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    if (tokens[at]?.trim() !== MARK) continue;
    const fields = tokens.slice(at + 1, at + 1 + FIELDS.length);
    at += FIELDS.length;
    const changes: [string, string][] = [];
    // A line of modes and object ids begins with a colon, and the token behind it is the path, whatever it is.
    for (let next = at + 1; next < tokens.length; next += 1) {
      const token = (tokens[next] ?? '').replace(/^\n/, '');
      if (token === MARK) break;
      if (token.startsWith(':')) {
        changes.push([token, tokens[next + 1] ?? '']);
        next += 1;
        at = next;
      }
    }
    described.push(toDetail(fields, changes));
  }
  return described;
}

function toDetail(fields: readonly string[], changes: readonly (readonly [string, string])[]): Described {
  const [oid = '', parents = '', authored = '', committed = '', author = '', subject = ''] = fields;
  const [message = '', trailers = ''] = fields.slice(6);
  return {
    isRoot: parents === '',
    detail: {
      oid: oid as Oid,
      author,
      subject,
      message,
      authoredAt: Number(authored),
      committedAt: Number(committed),
      trailers: trailers.split('\n').flatMap((line) => {
        const [, key, value = ''] = /^([A-Za-z0-9][A-Za-z0-9-]*)\s*:\s*(.*)$/.exec(line) ?? [];
        return key === undefined ? [] : [{ key, value: value.trim() }];
      }),
      paths: [...new Set(changes.map(([, path]) => path))].sort(),
      change: changes.length === 0 ? null : hashOf(changes),
    },
  };
}

function hashOf(changes: readonly (readonly [string, string])[]): string {
  return createHash('sha256').update(JSON.stringify(changes)).digest('hex');
}
