import { type Claim, isDead } from '../locks/claims.ts';
import { isHeldBy, type LockRecord } from '../locks/lock-record.ts';
import { patternsOf } from '../locks/path-pattern.ts';
import { overlaps } from '../locks/pattern-overlap.ts';
import type { ResourceName } from '../names.ts';

/**
 * What is wrong with a move of the table of claims, by the records as they will be after the push: a live claim must
 * not vanish or change, a new one needs its lease, and must not overlap with a live one of another unless both share.
 */
export function judgeClaimsMove(input: {
  readonly before: readonly Claim[];
  readonly after: readonly Claim[];
  readonly records: ReadonlyMap<ResourceName, LockRecord>;
}): readonly string[] {
  const { before, after, records } = input;
  const recordOf = (claim: Claim) => records.get(claim.resource) ?? null;
  const problems: string[] = [];
  for (const claim of before) {
    if (isDead(claim, recordOf(claim)) || after.some((other) => isSame(claim, other))) continue;
    problems.push(`the claim of ${claim.agent} on ${claim.resource} is live, and is not there any more`);
  }
  const added = after.filter((claim) => !before.some((other) => isSame(claim, other)));
  for (const claim of added) {
    const lease = recordOf(claim)?.leases.find(({ nonce }) => nonce === claim.nonce);
    if (lease === undefined || lease.token !== claim.token || !isHeldBy(lease, claim))
      problems.push(`the claim of ${claim.agent} on ${claim.resource} has no lock`);
    const rival = after.find(
      (other) =>
        other !== claim &&
        !isDead(other, recordOf(other)) &&
        !isHeldBy(other, claim) &&
        (other.mode === 'exclusive' || claim.mode === 'exclusive') &&
        overlaps(patternsOf(claim), patternsOf(other)),
    );
    if (rival !== undefined)
      problems.push(
        `the claim of ${claim.agent} on ${claim.resource} overlaps with ${rival.resource} of ${rival.agent}`,
      );
  }
  return problems;
}

function isSame(a: Claim, b: Claim): boolean {
  return (
    a.resource === b.resource &&
    a.nonce === b.nonce &&
    a.token === b.token &&
    a.mode === b.mode &&
    isHeldBy(a, b) &&
    a.paths.join('\n') === b.paths.join('\n')
  );
}
