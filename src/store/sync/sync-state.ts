import type { Oid } from '../../domain/names.ts';
import { isOid } from '../../domain/names.ts';
import type { Clock } from '../../domain/ports.ts';

/** The state file that sync keeps between rounds. */
export const SYNC_STATE = 'sync';

/** More than a clone's processes can have under way at once; beyond it the clone would only take a new id. */
const TRIED_KEPT = 100;

/** A moment by both clocks, so that an age is measured by uptime within one boot and by wall time across boots. */
export interface Moment {
  readonly boot: string;
  readonly uptime: number;
  readonly wall: number;
}

export interface SyncState {
  /**
   * What this clone pushed, or was about to push, to its outbox, latest last; written before each push. An outbox
   * never returns to an older value, because it moves only for operations that were nowhere on the remote.
   */
  readonly tried: readonly Oid[];
  /** Outbox values known to be on the branch, true as long as `branch` is reachable from the remote branch. */
  readonly settled: { readonly branch: Oid | null; readonly outboxes: readonly Oid[] };
  /** Per clone: the outbox that is not on the branch yet, and when it was first seen. */
  readonly waiting: Readonly<Record<string, { readonly oid: Oid; readonly since: Moment }>>;
}

const EMPTY: SyncState = { tried: [], settled: { branch: null, outboxes: [] }, waiting: {} };

export function readMoment(clock: Clock): Moment {
  return { boot: clock.bootId(), uptime: clock.uptime(), wall: clock.now() };
}

/** Milliseconds from one moment to another, never negative. */
export function elapsed(since: Moment, now: Moment): number {
  return Math.max(0, since.boot === now.boot ? now.uptime - since.uptime : now.wall - since.wall);
}

/**
 * The state as read from disk. Whatever is missing or broken is empty: then an outbox under this clone's id is not
 * known to be ours, and the clone takes a new id, which is always safe.
 */
export function parseSyncState(value: unknown): SyncState {
  if (!isObject(value)) return EMPTY;
  const { tried, settled, waiting } = value;
  return {
    tried: oids(tried),
    settled: isObject(settled)
      ? { branch: oids([settled['branch']])[0] ?? null, outboxes: oids(settled['outboxes']) }
      : EMPTY.settled,
    waiting: isObject(waiting)
      ? Object.fromEntries(
          Object.entries(waiting).flatMap(([clone, entry]) => {
            const oid = isObject(entry) ? oids([entry['oid']])[0] : undefined;
            const since = isObject(entry) ? parseMoment(entry['since']) : null;
            return oid === undefined || since === null ? [] : [[clone, { oid, since }]];
          }),
        )
      : {},
  };
}

export function addTried(state: SyncState, oid: Oid): SyncState {
  return { ...state, tried: [...state.tried.filter((known) => known !== oid), oid].slice(-TRIED_KEPT) };
}

export interface OutboxSighting {
  readonly clone: string;
  readonly oid: Oid;
  readonly onBranch: boolean;
}

/** What the outboxes of one fetch say: those on the branch are settled, the others wait since they were first seen. */
export function addSightings(
  state: SyncState,
  seen: { readonly branch: Oid | null; readonly outboxes: readonly OutboxSighting[]; readonly at: Moment },
): SyncState {
  const settled = seen.outboxes.filter((outbox) => outbox.onBranch).map((outbox) => outbox.oid);
  const open = seen.outboxes.filter((outbox) => !outbox.onBranch);
  return {
    tried: state.tried,
    settled: { branch: seen.branch, outboxes: settled },
    waiting: Object.fromEntries(
      open.map(({ clone, oid }) => {
        const before = state.waiting[clone];
        return [clone, { oid, since: before?.oid === oid ? before.since : seen.at }];
      }),
    ),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function oids(value: unknown): Oid[] {
  return Array.isArray(value)
    ? value.filter((item): item is Oid => typeof item === 'string' && isOid(item))
    : [];
}

function parseMoment(value: unknown): Moment | null {
  if (!isObject(value)) return null;
  const { boot, uptime, wall } = value;
  return typeof boot === 'string' && typeof uptime === 'number' && typeof wall === 'number'
    ? { boot, uptime, wall }
    : null;
}
