import { AgentOsError } from '../domain/errors.ts';
import { isOid, type Oid, quoted } from '../domain/names.ts';
import { type GitPlace, runGit } from './process.ts';

/**
 * The commits that revisions name, in one git; null for what names none. They reach git on standard input as object
 * names, so none is ever read as an option.
 */
export async function resolveCommits(
  place: GitPlace,
  revisions: readonly string[],
): Promise<readonly (Oid | null)[]> {
  const asked = revisions.filter(isAskable);
  if (asked.length === 0) return revisions.map(() => null);
  const input = asked.map((revision) => `${revision}^{commit}\n`).join('');
  const { stdout } = await runGit({ ...place, args: ['cat-file', '--batch-check=%(objectname)'], input });
  const answers = stdout.toString('utf8').split('\n');
  return revisions.map((revision) => {
    if (!isAskable(revision)) return null;
    const answer = answers[asked.indexOf(revision)] ?? '';
    return isOid(answer) ? answer : null;
  });
}

/**
 * Both ends of `A..B` as they were typed; HEAD where an end is left out.
 * @throws AgentOsError BAD_VALUE
 */
export function splitRange(range: string): readonly [from: string, to: string] {
  const [, from, to] = /^(.*?)\.\.(?!\.)(.*)$/.exec(range) ?? [];
  if (from === undefined || to === undefined) throw badRange(`${quoted(range)} is not a range of commits`);
  if (range.includes('...')) {
    throw badRange(
      `${quoted(range)} has three dots, which ranges here do not have`,
      'Write A..B: the commits that B has and A does not, also where both went on since they parted.',
    );
  }
  return [from || 'HEAD', to || 'HEAD'];
}

export function badRange(
  problem: string,
  hint = 'Give two revisions, for example main..HEAD.',
): AgentOsError {
  return new AgentOsError('BAD_VALUE', problem, { hint });
}

/** Whether a revision fits on a line of its own. */
function isAskable(revision: string): boolean {
  return revision !== '' && !/[\s\p{Cc}]/u.test(revision);
}
