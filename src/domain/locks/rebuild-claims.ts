import type { Claim } from './claims.ts';
import { holderOf, isHeldBy, type LockRecord } from './lock-record.ts';
import { patternsOf } from './path-pattern.ts';
import { overlaps } from './pattern-overlap.ts';

/**
 * The claims that records stand for, where the table that should list them is gone or broken: never less than was
 * claimed.
 *
 * 1. An exclusive lock claims what its record covers.
 * 2. The record of a shared one covers what all who ever held it together have claimed, so that each of its leases gets
 *    all of that, but for what another holds exclusively: nobody else can have had a claim there.
 */
export function rebuildClaims(records: Iterable<LockRecord>): readonly Claim[] {
  const claims = [...records].flatMap(claimsOf);
  const exclusive = claims
    .filter(({ mode }) => mode === 'exclusive')
    .map((claim) => ({ claim, patterns: patternsOf(claim) }));
  return claims.flatMap((claim) => {
    if (claim.mode === 'exclusive') return [claim];
    const others = exclusive.filter((one) => !isHeldBy(one.claim, claim)).flatMap(({ patterns }) => patterns);
    const paths = claim.paths.filter((path) => !overlaps(patternsOf({ paths: [path] }), others));
    return paths.length === 0 ? [] : [{ ...claim, paths }];
  });
}

function claimsOf({ resource, mode, paths, leases }: LockRecord): readonly Claim[] {
  if (paths.length === 0) return [];
  return leases.map((lease) => {
    const { nonce, token, ttl, acquiredAt } = lease;
    const expiresAt = acquiredAt + ttl * 1000;
    return { ...holderOf(lease), resource, mode, paths, nonce, token, ttl, expiresAt, unknown: {} };
  });
}
