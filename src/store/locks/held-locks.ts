import {
  isHeldBy,
  type Lease,
  type LockHolder,
  type LockMode,
  type LockRecord,
} from '../../domain/locks/lock-record.ts';
import type { Moment } from '../../domain/locks/takeover.ts';
import type { ResourceName } from '../../domain/names.ts';
import type { Clock, StateFiles } from '../../domain/ports.ts';
import type { Authority } from './authority.ts';
import { elapsedSince, isMoment } from './moment.ts';

/** A lock that this clone was given and has not released, as it remembers it. */
export interface HeldLock extends LockHolder {
  readonly resource: ResourceName;
  /** Whose refs decide on it. */
  readonly authority: Authority['name'];
  readonly nonce: string;
  readonly token: number;
  readonly mode: LockMode;
  readonly paths: readonly string[];
  /** Seconds. */
  readonly ttl: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Just before the push that acquired or renewed it. */
  readonly since: Moment;
  /** Others have taken it over, or it was released by force. */
  readonly isLost: boolean;
}

const FILE = 'held-locks';

/** The locks of this clone's sessions, in a file. */
export interface HeldLocks {
  of(owner: LockHolder): Promise<readonly HeldLock[]>;
  /** Remember leases that were just acquired or renewed by a transaction sent at `since`. */
  keep(
    owner: LockHolder,
    authority: Authority['name'],
    records: readonly LockRecord[],
    since: Moment,
  ): Promise<void>;
  markLost(
    owner: LockHolder,
    authority: Authority['name'],
    resources: readonly ResourceName[],
  ): Promise<void>;
  forget(owner: LockHolder, authority: Authority['name'], resources: readonly ResourceName[]): Promise<void>;
}

export function createHeldLocks(files: StateFiles): HeldLocks {
  const isOne =
    (owner: LockHolder, authority: Authority['name'], resources: readonly ResourceName[]) =>
    (held: HeldLock) =>
      held.authority === authority && resources.includes(held.resource) && isHeldBy(held, owner);
  const change = (apply: (held: readonly HeldLock[]) => readonly HeldLock[]) =>
    files.update(FILE, (current) => {
      const next = apply(parse(current));
      return next.length === 0 ? null : next;
    });

  return {
    of: async (owner) => parse(await files.read(FILE)).filter((held) => isHeldBy(held, owner)),
    keep: (owner, authority, records, since) =>
      change((held) => {
        const resources = records.map(({ resource }) => resource);
        const kept = records.flatMap((record) =>
          record.leases
            .filter((lease) => isHeldBy(lease, owner))
            .map((lease) => heldLock(record, lease, authority, since)),
        );
        const isReplaced = isOne(owner, authority, resources);
        return [...held.filter((one) => !isReplaced(one)), ...kept];
      }),
    markLost: (owner, authority, resources) => {
      const isLost = isOne(owner, authority, resources);
      return change((held) => held.map((one) => (isLost(one) ? { ...one, isLost: true } : one)));
    },
    forget: (owner, authority, resources) => {
      const isGone = isOne(owner, authority, resources);
      return change((held) => held.filter((one) => !isGone(one)));
    },
  };
}

/**
 * Whether the holder may still believe in a lock: its lease counts from before the push, on this machine's uptime, so
 * it ends here before it ends for anybody who watches the record.
 */
export function isBelieved(held: HeldLock, clock: Clock): boolean {
  const age = elapsedSince(held.since, clock);
  return !held.isLost && age !== null && age < held.ttl * 1000;
}

/** Whether a third of the lease is gone. */
export function isDue(held: HeldLock, clock: Clock): boolean {
  const age = elapsedSince(held.since, clock);
  return !held.isLost && (age === null || age * 3 >= held.ttl * 1000);
}

function heldLock(record: LockRecord, lease: Lease, authority: Authority['name'], since: Moment): HeldLock {
  const { agent, session, clone, nonce, token, ttl, expiresAt } = lease;
  const { resource, mode, paths } = record;
  return {
    ...{ resource, authority, agent, session, clone, nonce, token, mode, paths, ttl, expiresAt },
    since,
    isLost: false,
  };
}

function parse(document: unknown): readonly HeldLock[] {
  return Array.isArray(document) && document.every(isHeldLock) ? document : [];
}

/** What this module has written; anything else is as if nothing was remembered. */
function isHeldLock(value: unknown): value is HeldLock {
  if (typeof value !== 'object' || value === null) return false;
  const { resource, authority, agent, session, clone, nonce, token, ttl, since, paths, isLost } =
    value as Partial<Record<keyof HeldLock, unknown>>;
  return (
    [resource, authority, agent, clone, nonce].every((text) => typeof text === 'string') &&
    (session === null || typeof session === 'string') &&
    [token, ttl].every((number) => typeof number === 'number') &&
    Array.isArray(paths) &&
    typeof isLost === 'boolean' &&
    isMoment(since)
  );
}
