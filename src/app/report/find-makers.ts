import { AgentOsError } from '../../domain/errors.ts';
import type { Oid } from '../../domain/names.ts';
import {
  type AttributionInput,
  attributeByPatch,
  attributeByRecords,
  attributeByTime,
  type Makers,
} from '../../domain/report/attribution.ts';
import type { CodeReview, RangeCommit } from '../../domain/report/code-review.ts';
import { listForeign } from '../../domain/report/scope.ts';

/** So many commits are compared by their patches: reading a diff costs far more than reading a commit. */
const COMPARED = 500;

/**
 * Who made each commit, by the strongest evidence that there is. Patches are read only where commits are left that
 * nothing else explains, and something is listed that they could be copies of.
 */
export async function findMakers(
  review: CodeReview,
  input: AttributionInput,
  moment: { readonly branch: string | null; readonly now: number },
): Promise<Makers> {
  const makers = new Map(attributeByRecords(input));
  const add = (found: Makers) => {
    for (const [oid, list] of found) makers.set(oid, list);
  };
  const unexplained = (): readonly RangeCommit[] =>
    input.commits.filter(({ oid, parents }) => !makers.has(oid) && parents.length < 2);

  const foreign = listForeign([...input.sessions, ...input.recaps], input.commits);
  const isComparable = foreign.length > 0 || input.sessions.some(({ patches = [] }) => patches.length > 0);
  if (isComparable && unexplained().length > 0) {
    const left = unexplained().slice(0, COMPARED);
    const asked = [...left.map(({ oid }) => oid), ...foreign.slice(-COMPARED)];
    add(attributeByPatch({ ...input, commits: left }, await readPatches(review, asked)));
  }
  add(attributeByTime({ ...input, commits: unexplained() }, moment));
  return makers;
}

/** Changes that are too large to be compared are none that anything is a copy of. */
async function readPatches(review: CodeReview, commits: readonly Oid[]): Promise<ReadonlyMap<Oid, string>> {
  try {
    return await review.patchIds(commits);
  } catch (error) {
    if (error instanceof AgentOsError && error.code === 'GIT_FAILED') return new Map();
    throw error;
  }
}
