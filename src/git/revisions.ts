import { isOid, type Oid } from '../domain/names.ts';
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

/** Whether a revision fits on a line of its own. */
function isAskable(revision: string): boolean {
  return revision !== '' && !/[\s\p{Cc}]/u.test(revision);
}
