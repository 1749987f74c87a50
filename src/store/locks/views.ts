import type { Eviction, Obstacle } from '../../domain/locks/blockers.ts';
import {
  holderOf,
  isHeldBy,
  iso,
  type Lease,
  type LockHolder,
  type LockRecord,
} from '../../domain/locks/lock-record.ts';
import type { Oid, ResourceName } from '../../domain/names.ts';
import type { StoredBoard } from './board-reader.ts';
import type { FormerHolder, HeldBy, HolderView, LockScope, LockView } from './locks.ts';

interface ViewOptions {
  readonly oid: Oid;
  readonly scope: LockScope;
  /** Of the lease whose token and times are of interest. */
  readonly nonce?: string;
  /** Nonces of leases whose release waits for the remote. */
  readonly queued?: ReadonlySet<string>;
}

/** A held record as callers see it; null for a tombstone. */
export function viewLock(record: LockRecord, { oid, scope, nonce, queued }: ViewOptions): LockView | null {
  const viewHolder = (lease: Lease): HolderView => ({
    ...holderOf(lease),
    ...(queued?.has(lease.nonce) && { releasing: true }),
  });
  const own = record.leases.find((lease) => lease.nonce === nonce);
  const first = own ?? record.leases[0];
  if (first === undefined) return null;
  return {
    resource: record.resource,
    mode: record.mode,
    holders: record.leases.map(viewHolder),
    paths: record.paths,
    oid,
    token: own?.token ?? record.token,
    reason: record.reason,
    acquiredAt: iso(first.acquiredAt),
    expiresAt: iso(own?.expiresAt ?? Math.max(...record.leases.map((lease) => lease.expiresAt))),
    scope,
  };
}

/** The records that the asker has a lease in, with that lease's token and times. */
export function viewOwnLocks(
  records: readonly LockRecord[],
  { asker, oids, scope }: { asker: LockHolder; oids: ReadonlyMap<ResourceName, Oid>; scope: LockScope },
): readonly LockView[] {
  return records.flatMap((record) => {
    const lease = record.leases.find((candidate) => isHeldBy(candidate, asker));
    const oid = oids.get(record.resource);
    return lease === undefined || oid === undefined
      ? []
      : (viewLock(record, { oid, scope, nonce: lease.nonce }) ?? []);
  });
}

export function viewObstacle(
  { wanted, blocker, takeoverAt }: Obstacle,
  board: StoredBoard,
  scope: LockScope,
): HeldBy {
  const { resource, mode, paths, token, reason, expiresAt } = blocker;
  return {
    ...{ wanted, resource, mode, holder: holderOf(blocker), paths, token, reason },
    oid: board.records.get(resource)?.leases.some((lease) => lease.nonce === blocker.nonce)
      ? (board.oids.get(resource) ?? null)
      : null,
    expiresAt: iso(expiresAt),
    takeoverAt: iso(takeoverAt),
    scope,
  };
}

export function viewEviction({ blocker, why }: Eviction): FormerHolder {
  const { resource, token, expiresAt } = blocker;
  return { resource, holder: holderOf(blocker), token, expiresAt: iso(expiresAt), why };
}
