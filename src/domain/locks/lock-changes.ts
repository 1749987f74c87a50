import type { ResourceName } from '../names.ts';
import { isHeldBy, type Lease, type LockHolder, type LockMode, type LockRecord } from './lock-record.ts';

/** The record of a resource that was never locked. */
export function unlocked(resource: ResourceName): LockRecord {
  return { resource, mode: 'exclusive', token: 0, paths: [], reason: null, leases: [], unknown: {} };
}

interface Grant {
  readonly asker: LockHolder;
  readonly nonce: string;
  readonly mode: LockMode;
  readonly paths: readonly string[];
  readonly ttl: number;
  readonly reason: string | null;
  /** Wall clock, milliseconds. */
  readonly now: number;
}

/**
 * A new lease beside those of others, in place of the asker's own. Its token is larger than every one before, and at
 * least the time in seconds, so that it grows even when the record was lost.
 */
export function grantLease(record: LockRecord, grant: Grant): LockRecord {
  const { asker, nonce, mode, paths, ttl, reason, now } = grant;
  const others = record.leases.filter((lease) => !isHeldBy(lease, asker));
  const token = Math.max(record.token + 1, Math.floor(now / 1000));
  const times = { acquiredAt: now, renewedAt: now, expiresAt: now + ttl * 1000 };
  const lease: Lease = { ...asker, nonce, token, ttl, ...times, unknown: {} };
  const covered = others.length === 0 ? paths : unite(record.paths, paths);
  return { ...record, mode, token, paths: covered, reason, leases: [...others, lease] };
}

/** Prolong the asker's lease, by its own ttl or another one; null when it has none. */
export function renewLease(
  record: LockRecord,
  asker: LockHolder,
  now: number,
  ttl?: number,
): LockRecord | null {
  if (!record.leases.some((lease) => isHeldBy(lease, asker))) return null;
  const leases = record.leases.map((lease) => {
    if (!isHeldBy(lease, asker)) return lease;
    const renewedAt = Math.max(now, lease.renewedAt + 1);
    const seconds = ttl ?? lease.ttl;
    return { ...lease, ttl: seconds, renewedAt, expiresAt: renewedAt + seconds * 1000 };
  });
  return { ...record, leases };
}

/** The record without the leases that `isGone` names; without any it is a tombstone, and keeps its token. */
export function dropLeases(record: LockRecord, isGone: (lease: Lease) => boolean): LockRecord {
  const leases = record.leases.filter((lease) => !isGone(lease));
  return leases.length > 0 ? { ...record, leases } : { ...record, leases, paths: [], reason: null };
}

/** Both lists without repetition, sorted. */
export function unite(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].sort();
}
