import {
  describeLockRecord,
  isDescribedBy,
  isHeldBy,
  iso,
  type Lease,
  type LockRecord,
} from '../locks/lock-record.ts';
import { type AgentName, quoted } from '../names.ts';
import { mayActFor, type Pusher } from './pusher.ts';

/** A push of one record on top of the one before. */
export interface LockMove {
  /** null: the lock did not exist, or its record could not be read. */
  readonly before: LockRecord | null;
  readonly after: LockRecord;
  /** The message of the record's commit. */
  readonly message: string;
  readonly pusher: Pusher;
  /** The server's clock, milliseconds. */
  readonly now: number;
  /** Seconds that two clocks may differ. */
  readonly maxSkew: number;
}

const FORCED = /^Released by force by ([a-z0-9][a-z0-9_-]*): \S/m;

/**
 * What is wrong with a move of a lock; nothing when it is in order.
 *
 * 1. Tokens grow: the record's never falls, a new lease has one that is larger than every one before it and not far
 *    from the present time, and a lease that stays keeps its own.
 * 2. A new lease, and a renewal, are by an agent of the pusher.
 * 3. A lease goes when its holder releases it, when it has run out by the server's clock, or by force: then the record
 *    is a tombstone that keeps the token and says who forced it, and why.
 * 4. The subject of the record's commit says what the record says.
 * 5. Nobody takes the place of a running lease in the same move, and only shared leases stand side by side.
 */
export function judgeLockMove(move: LockMove): readonly string[] {
  const { before, after, message } = move;
  const old = before?.leases ?? [];
  const oldToken = before?.token ?? 0;
  const added = after.leases.filter((lease) => !old.some(({ nonce }) => nonce === lease.nonce));
  const problems: string[] = [];
  if (after.token < oldToken) problems.push(`its token falls from ${oldToken} to ${after.token}`);
  if (!isDescribedBy(after, message))
    problems.push(`its subject is not what its record says, ${quoted(describeLockRecord(after), 200)}`);
  if (after.mode === 'exclusive' && after.leases.length > 1)
    problems.push('it is exclusive and has several holders');
  for (const lease of added) problems.push(...judgeAdded(lease, move, oldToken));
  for (const lease of old) {
    const kept = after.leases.find(({ nonce }) => nonce === lease.nonce);
    problems.push(...(kept === undefined ? judgeRemoved(lease, move, added) : judgeKept(lease, kept, move)));
  }
  return problems;
}

function judgeAdded(lease: Lease, { after, pusher, now, maxSkew }: LockMove, oldToken: number): string[] {
  const latest = Math.max(oldToken + 1, Math.floor(now / 1000) + maxSkew);
  return [
    ...(mayActFor(pusher, lease.agent) ? [] : [`you may not lock for ${lease.agent}`]),
    ...(lease.token > oldToken ? [] : [`the token of ${lease.agent} does not grow: it is ${lease.token}`]),
    ...(lease.token > after.token ? [`the record's token is smaller than that of ${lease.agent}`] : []),
    ...(lease.token > latest ? [`the token of ${lease.agent} is from the future: it is ${lease.token}`] : []),
  ];
}

function judgeKept(lease: Lease, kept: Lease, { pusher }: LockMove): string[] {
  const isSame =
    kept.token === lease.token &&
    kept.agent === lease.agent &&
    kept.session === lease.session &&
    kept.clone === lease.clone;
  if (!isSame) return [`the lease of ${lease.agent} changes hands or token under its nonce`];
  const isRenewed = kept.expiresAt !== lease.expiresAt || kept.renewedAt !== lease.renewedAt;
  return isRenewed && !mayActFor(pusher, lease.agent) ? [`you may not renew the lock of ${lease.agent}`] : [];
}

function judgeRemoved(lease: Lease, move: LockMove, added: readonly Lease[]): string[] {
  const { after, message, pusher, now } = move;
  if (now > lease.expiresAt) return [];
  const until = `until ${iso(lease.expiresAt)}`;
  const successor = added.find((other) => !isHeldBy(lease, other));
  if (successor !== undefined)
    return [`${lease.agent} holds it ${until}, and ${successor.agent} takes its place`];
  const forcer = FORCED.exec(message)?.[1];
  if (forcer !== undefined) {
    const isWhole = after.leases.length === 0 && after.token === (move.before?.token ?? after.token);
    if (!isWhole) return ['a release by force leaves a tombstone with the same token'];
    return mayActFor(pusher, forcer as AgentName) ? [] : [`you may not force it as ${forcer}`];
  }
  return mayActFor(pusher, lease.agent)
    ? []
    : [`${lease.agent} holds it ${until}, and you are not its holder`];
}

/** What is wrong with the removal of a lock's ref: gc removes old tombstones, and nothing else may go. */
export function judgeLockRemoval(input: {
  /** null: it cannot be read. */
  readonly record: LockRecord | null;
  /** When the record was written, by the clock of its writer; seconds since 1970. */
  readonly committedAt: number;
  readonly isClaimed: boolean;
  /** Milliseconds. */
  readonly now: number;
  /** Seconds for which tombstones are kept. */
  readonly tombstones: number;
}): readonly string[] {
  const { record, committedAt, isClaimed, now, tombstones } = input;
  if (record === null || record.leases.length > 0)
    return ['a lock is released, never removed; a mirror push removes them all'];
  const isOld = committedAt + tombstones < now / 1000 && record.token < now / 1000;
  return isOld && !isClaimed ? [] : ['its tombstone is not old enough to be removed'];
}
