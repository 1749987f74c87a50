import type { Oid, RefName } from '../names.ts';
import type { Draft } from './finding.ts';

export interface BranchHistoryFacts {
  readonly ref: RefName;
  readonly tip: Oid;
  /** Commits of the branch without parents. */
  readonly roots: readonly Oid[];
  /** The one root that agent-os gives every branch. */
  readonly expectedRoot: Oid;
  /** Where the branch was before, and whether the tip still has it; null when nothing is known of that. */
  readonly before: { readonly oid: Oid; readonly isKept: boolean } | null;
  /** Merges of agent-os that hold another tree than the join of their parents. */
  readonly falseMerges: readonly Oid[];
}

/** A branch that lost what it had, that did not begin where every agent-os branch begins, or whose merges were made up. */
export function findBadHistory(facts: BranchHistoryFacts): readonly Draft[] {
  const { ref, tip, roots, expectedRoot, before, falseMerges } = facts;
  const rule = 'branch-history';
  const foreign = roots.filter((root) => root !== expectedRoot);
  return [
    ...(before === null || before.isKept
      ? []
      : [
          {
            rule,
            commit: tip,
            message: `${ref} was rewritten: ${before.oid.slice(0, 12)} was its tip, and is not part of it any more`,
            hint: `Find who pushed by force; any clone that still has ${before.oid.slice(0, 12)} brings it back with \`agent-os sync\`. Where that was meant, say so once: agent-os verify --state --before ${tip}`,
          } as const,
        ]),
    ...(roots.includes(expectedRoot)
      ? []
      : [
          {
            rule,
            commit: tip,
            message: `${ref} does not begin where every agent-os branch begins: it was truncated, or is another kind of branch`,
            hint: 'Push the branch of a clone that still has all of it.',
          } as const,
        ]),
    ...foreign.map(
      (root): Draft => ({
        rule,
        commit: root,
        message: `${ref} has a history of another origin, which begins at ${root.slice(0, 12)}`,
        hint: 'Somebody merged another branch into it by hand; agent-os never does.',
      }),
    ),
    ...falseMerges.map(
      (merge): Draft => ({
        rule,
        commit: merge,
        message: `${merge.slice(0, 12)} says that agent-os merged its parents, and its content is not what that merge gives`,
        hint: 'Find who made it; records that it left out come back when a clone that has them syncs.',
      }),
    ),
  ];
}
