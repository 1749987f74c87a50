import type { ResourceName } from '../names.ts';
import { acquiredAt, type Claim, isDead } from './claims.ts';
import { dropLeases, unlocked } from './lock-changes.ts';
import { holderOf, type LockHolder, type LockMode, type LockRecord } from './lock-record.ts';
import type { TakeoverJudgement, Term } from './takeover.ts';

/** Records and claims as they stand on the refs whose move is being planned. */
export interface LockBoard {
  /** By resource; tombstones included, broken records not. */
  readonly records: ReadonlyMap<ResourceName, LockRecord>;
  readonly claims: readonly Claim[];
  /** The table of claims was gone or broken: `claims` are what the records tell, all of them, and are to be written. */
  readonly isRebuilt?: boolean;
}

/** A lease that stands in the way; of a claim whose record is not visible yet, what the claim says. */
export interface Blocker extends LockHolder, Term {
  readonly resource: ResourceName;
  readonly mode: LockMode;
  readonly paths: readonly string[];
  readonly reason: string | null;
  readonly nonce: string;
  readonly token: number;
}

/** Whether a lease may be taken over. */
export type Judge = (lease: Blocker) => TakeoverJudgement;

export interface Obstacle {
  readonly wanted: ResourceName;
  readonly blocker: Blocker;
  /** When it could be taken over at the earliest: wall clock, milliseconds. */
  readonly takeoverAt: number;
}

export interface Eviction {
  readonly blocker: Blocker;
  readonly why: string;
}

/** The claims that count, by the records beside them. */
export function liveClaims(board: LockBoard): readonly Claim[] {
  return board.claims.filter((claim) => !isDead(claim, board.records.get(claim.resource) ?? null));
}

/** Every holder of a record as a blocker. */
export function blockersOf(record: LockRecord): readonly Blocker[] {
  const { resource, mode, paths, reason } = record;
  return record.leases.map((lease) => ({ ...lease, resource, mode, paths, reason }));
}

/** What a live claim stands for: the lease in its record, which knows of renewals, else the claim by itself. */
export function blockerOf(claim: Claim, board: LockBoard): Blocker {
  const record = board.records.get(claim.resource);
  const lease = record?.leases.find((candidate) => candidate.nonce === claim.nonce);
  const { resource, mode, paths, nonce, token, ttl, expiresAt } = claim;
  const alone = { ...holderOf(claim), nonce, token, ttl, expiresAt, renewedAt: acquiredAt(claim) };
  return { ...(lease ?? alone), resource, mode, paths, reason: record?.reason ?? null };
}

/** Tell those that may be taken over from those that are in the way. */
export function confront(
  blocked: readonly { readonly wanted: ResourceName; readonly blocker: Blocker }[],
  judge: Judge,
): { readonly obstacles: readonly Obstacle[]; readonly evicted: readonly Eviction[] } {
  const obstacles: Obstacle[] = [];
  const evicted = new Map<string, Eviction>();
  for (const { wanted, blocker } of blocked) {
    const judgement = judge(blocker);
    if (!judgement.allowed) obstacles.push({ wanted, blocker, takeoverAt: judgement.notBefore });
    else evicted.set(`${blocker.resource}\n${blocker.nonce}`, { blocker, why: judgement.why });
  }
  return { obstacles, evicted: [...evicted.values()] };
}

/**
 * The records without the leases that are taken over. Each of them moves, and its token is at least the claim's, so
 * that the claim is dead and an acquisition that is still under way fails.
 */
export function evict(board: LockBoard, evicted: readonly Eviction[]): Map<ResourceName, LockRecord> {
  const records = new Map(board.records);
  for (const { blocker } of evicted) {
    const record = records.get(blocker.resource) ?? unlocked(blocker.resource);
    const left = dropLeases(record, (lease) => lease.nonce === blocker.nonce);
    records.set(blocker.resource, { ...left, token: Math.max(left.token, blocker.token) });
  }
  return records;
}

/** The records that differ from those on the board. */
export function changedRecords(
  board: LockBoard,
  records: ReadonlyMap<ResourceName, LockRecord>,
): readonly LockRecord[] {
  return [...records.values()].filter((record) => record !== board.records.get(record.resource));
}
