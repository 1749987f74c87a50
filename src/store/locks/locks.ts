import type { LockHolder, LockMode, LockOwner } from '../../domain/locks/lock-record.ts';
import type { Oid, RefName, ResourceName } from '../../domain/names.ts';
import type { Mirror } from '../../domain/ports.ts';

export type { LockHolder, LockMode, LockOwner };

/** `remote`: every clone of the remote respects it. `local`: only the worktrees of this repository do. */
export type LockScope = 'remote' | 'local';

/** A holder as callers see it. */
export interface HolderView extends LockHolder {
  /** It has released the lock from this clone, offline: the remote hears of it at the next contact. */
  readonly releasing?: true;
}

/** A held lock as `agent-os locks --json` shows it. Times are ISO 8601. */
export interface LockView {
  readonly resource: ResourceName;
  readonly mode: LockMode;
  readonly holders: readonly HolderView[];
  /** Globs that the lock covers; empty for a lock on the name alone. */
  readonly paths: readonly string[];
  /** The record's commit, as a forced release needs it. */
  readonly oid: Oid;
  /** The fencing token of the latest acquisition; for a lock just acquired, of that acquisition. */
  readonly token: number;
  readonly reason: string | null;
  readonly acquiredAt: string;
  /** When the last of the holders' leases ends. */
  readonly expiresAt: string;
  readonly scope: LockScope;
}

/** Why a resource cannot be had now: `resource` is what stands in the way, `wanted` what was asked for. */
export interface HeldBy {
  readonly wanted: ResourceName;
  readonly resource: ResourceName;
  readonly mode: LockMode;
  readonly holder: LockHolder;
  readonly paths: readonly string[];
  readonly token: number;
  readonly reason: string | null;
  /** The record's commit; null when only its claim is visible yet. */
  readonly oid: Oid | null;
  readonly expiresAt: string;
  /** When it could be taken over at the earliest, by this clone and as things are. */
  readonly takeoverAt: string;
  readonly scope: LockScope;
}

/** A holder whose lock was taken over or released by force, so that it can be told. */
export interface FormerHolder {
  readonly resource: ResourceName;
  readonly holder: LockHolder;
  readonly token: number;
  readonly expiresAt: string;
  /** One clause: why it lost the lock. */
  readonly why: string;
}

export interface AcquireRequest {
  readonly who: LockOwner;
  /** All of them or none. */
  readonly resources: readonly ResourceName[];
  /** Globs (see path-pattern.ts) that the locks cover beside those that config.yaml maps to the resources. */
  readonly paths?: readonly string[];
  /** Default `exclusive`. */
  readonly mode?: LockMode;
  /** Lease in seconds; default: `locks.ttl` of config.yaml. */
  readonly ttl?: number;
  /** Milliseconds to go on trying while others hold it; default 0. */
  readonly wait?: number;
  readonly reason?: string;
  /** Only this repository's worktrees need to know; no network. */
  readonly local?: boolean;
}

export type AcquireOutcome =
  | {
      readonly status: 'acquired';
      readonly locks: readonly LockView[];
      /** Those whose expired locks were taken over. */
      readonly former: readonly FormerHolder[];
    }
  | { readonly status: 'held'; readonly heldBy: readonly HeldBy[] };

export interface ReleaseOutcome {
  readonly released: readonly ResourceName[];
  /** The remote could not be reached: the release is queued and replayed at the next contact. */
  readonly queued: readonly ResourceName[];
  /** Not held by who asked; `holders` are those who hold it (none: it is free). */
  readonly notHeld: readonly { readonly resource: ResourceName; readonly holders: readonly LockHolder[] }[];
}

export interface ForceRequest {
  readonly who: LockOwner;
  readonly resource: ResourceName;
  /** The record as `locks` showed it: a record that was renewed since is not broken. */
  readonly oid: Oid;
  readonly reason: string;
}

export type ForceOutcome =
  | { readonly status: 'released'; readonly former: readonly FormerHolder[] }
  | { readonly status: 'free' }
  /** The record is another one by now; `lock` is how it stands. */
  | { readonly status: 'changed'; readonly lock: LockView };

export interface EvictRequest {
  readonly by: LockOwner;
  /** Whose locks are to end, all of them or none. */
  readonly holder: LockHolder;
  /** Only say what would end, from what was last seen. */
  readonly dryRun: boolean;
}

export type EvictOutcome =
  | { readonly status: 'evicted'; readonly former: readonly FormerHolder[] }
  /** At least this lock may not be taken over before `takeoverAt` (ISO 8601), as things are. */
  | { readonly status: 'alive'; readonly resource: ResourceName; readonly takeoverAt: string };

export interface RenewOutcome {
  readonly renewed: readonly LockView[];
  /** Locks of the session that others have taken over, or that were released by force. */
  readonly lost: readonly ResourceName[];
}

/** A lock that this clone took for a session. */
export interface OwnLock {
  readonly resource: ResourceName;
  readonly scope: LockScope;
  readonly mode: LockMode;
  readonly paths: readonly string[];
  readonly token: number;
  readonly expiresAt: string;
  /** False once the lease has run out by this machine's uptime, or the record no longer names the session. */
  readonly believed: boolean;
}

/** A lock ref whose record cannot be read, or does not belong where it stands. */
export interface BrokenLock {
  readonly ref: string;
  readonly oid: Oid;
  readonly scope: LockScope;
  readonly problem: string;
}

export interface LockListing {
  readonly locks: readonly LockView[];
  readonly broken: readonly BrokenLock[];
  /** Locks that were taken before the remote was configured: the remote does not know them. */
  readonly unpublished: readonly LockView[];
  /** When the remote was last asked; null: there is none, or nobody knows. */
  readonly seenAt: string | null;
}

/** What is wrong with a table of claims, which is what tells overlapping paths apart. */
export interface ClaimsProblem {
  readonly ref: RefName;
  readonly oid: Oid | null;
  /**
   * `missing`, `broken`: the next who locks paths makes the table anew from the records. `too-new`: a later version has
   * written it. `incomplete`: it does not list paths that locks which are held cover.
   */
  readonly kind: 'missing' | 'broken' | 'too-new' | 'incomplete';
  /** Why it cannot be read; null where it can be, or is not there. */
  readonly problem: string | null;
  /** Held locks with paths that it does not tell of. */
  readonly resources: readonly ResourceName[];
}

export interface ReplayOutcome {
  readonly released: readonly ResourceName[];
  /** Still queued, because the remote could not be reached. */
  readonly left: readonly ResourceName[];
}

export interface JudgePathsRequest {
  /** Whose locks are no obstacle: the sessions that the change is made for. */
  readonly askers: readonly LockOwner[];
  /** Relative to the repository's root. */
  readonly paths: readonly string[];
  /**
   * Milliseconds: what was fetched longer ago is fetched again, and so is what would be in the way. Default: what is
   * known counts.
   */
  readonly freshWithin?: number;
}

/** A lock of somebody else that covers some of the paths. */
export interface ForeignLock extends HeldBy {
  readonly touched: readonly string[];
  /** Its lease has run out so long ago that it may be taken over. */
  readonly isStale: boolean;
}

/** A lock of an asker that covers some of the paths, with the token of its acquisition. */
export interface CoveringLock {
  readonly resource: ResourceName;
  readonly token: number;
  readonly mode: LockMode;
  readonly paths: readonly string[];
}

export interface PathJudgement {
  readonly foreign: readonly ForeignLock[];
  readonly covering: readonly CoveringLock[];
  /** How many live locks of others cover any path at all. */
  readonly guarding: number;
  /** How many live locks of the askers do. */
  readonly covered: number;
  /** `stale`: the remote did not answer, and the rest is as last seen. `none`: there is no remote. */
  readonly mirror: 'fresh' | 'stale' | 'none';
  /** Milliseconds since the remote was asked; null: never, or there is none. */
  readonly age: number | null;
}

/**
 * Advisory leases on resources, kept in `refs/agent-os/locks/…`: on the remote when there is one, else in this
 * repository. Every change is one compare-and-swap over all refs it touches, so that of two who want the same
 * thing one is told `held`.
 *
 * Everything that asks the remote throws REMOTE_UNREACHABLE when it cannot be asked, REMOTE_REFUSED with the host's
 * words when it says no, OUTCOME_UNKNOWN when its answer was lost and re-reading did not settle it, and LOST_RACE
 * when others were first too often in a row. An outage is never reported as a lost race.
 */
export interface Locks {
  /**
   * All of the resources, or none. Who holds one already keeps its token, and its lease is renewed.
   * @throws AgentOsError BAD_VALUE (a glob), RECORD_BROKEN, SCHEMA_TOO_NEW, and those above
   */
  acquire(request: AcquireRequest): Promise<AcquireOutcome>;
  /** Give up the named locks. Offline, it is queued. */
  release(request: {
    readonly who: LockOwner;
    readonly resources: readonly ResourceName[];
  }): Promise<ReleaseOutcome>;
  /** Give up every lock that the session holds. Offline, it is queued. */
  releaseAll(who: LockOwner): Promise<ReleaseOutcome>;
  /** Release somebody else's lock. The caller tells the former holders. */
  force(request: ForceRequest): Promise<ForceOutcome>;
  /**
   * Take over every lock of a session that was left behind, on the evidence that an acquisition needs. The caller
   * tells its agent.
   */
  evict(request: EvictRequest): Promise<EvictOutcome>;
  /** Renew every lock of the session now. */
  renewAll(who: LockOwner): Promise<RenewOutcome>;
  /** Renew the session's locks of whose lease a third is gone; nothing is read but a file when there is none. */
  renewIfDue(who: LockOwner): Promise<RenewOutcome>;
  /** What is held, from the mirror, or from the remote when `refresh` is asked for. */
  list(options?: { readonly resource?: ResourceName; readonly refresh?: boolean }): Promise<LockListing>;
  /** The locks that this clone took for the session, and whether it may still believe in them. No network. */
  own(who: LockOwner): Promise<readonly OwnLock[]>;
  /** How locks stand to paths that somebody is about to commit or push. An unreachable remote is no error. */
  judgePaths(request: JudgePathsRequest): Promise<PathJudgement>;
  /** What is wrong with the tables of claims, as last seen. No network. */
  examineClaims(): Promise<readonly ClaimsProblem[]>;
  /** Carry out the releases that were made offline. Never throws for an unreachable remote. */
  replayQueue(): Promise<ReplayOutcome>;
  /**
   * Remember when each record was first seen: takeovers depend on it. To be called after every fetch, by whoever
   * fetched; the methods above do so themselves.
   */
  observe(mirror: Mirror): Promise<void>;
}
