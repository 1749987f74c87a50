import type { ResourceName } from '../names.ts';
import type { LockHolder, LockMode, LockRecord } from './lock-record.ts';

/** A line of the claims table: a lease that covers paths. The table is one ref, so that overlaps are judged under a lease on it. */
export interface Claim extends LockHolder {
  readonly resource: ResourceName;
  readonly mode: LockMode;
  readonly paths: readonly string[];
  readonly nonce: string;
  readonly token: number;
  readonly ttl: number;
  /** As of the acquisition: renewals move the lock's record only. */
  readonly expiresAt: number;
  readonly unknown: Readonly<Record<string, unknown>>;
}

export interface ClaimsTable {
  readonly claims: readonly Claim[];
  readonly unknown: Readonly<Record<string, unknown>>;
}

/** When its lease began: milliseconds since 1970. */
export function acquiredAt(claim: Claim): number {
  return claim.expiresAt - claim.ttl * 1000;
}

/**
 * Whether a claim counts no more, given its lock's record as read after the claims (null: not there, or broken).
 * Tokens only grow and an acquisition moves claim and record together, so a record with a smaller token is one from
 * before the acquisition: the claim was seen first, and is live.
 */
export function isDead(claim: Claim, record: LockRecord | null): boolean {
  return (
    record !== null &&
    record.token >= claim.token &&
    !record.leases.some((lease) => lease.nonce === claim.nonce)
  );
}
