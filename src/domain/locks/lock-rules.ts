import type { ResourceName } from '../names.ts';
import {
  type Blocker,
  blockerOf,
  blockersOf,
  changedRecords,
  confront,
  type Eviction,
  evict,
  type Judge,
  type LockBoard,
  liveClaims,
  type Obstacle,
} from './blockers.ts';
import { type Claim, isDead } from './claims.ts';
import { dropLeases, grantLease, renewLease, unite, unlocked } from './lock-changes.ts';
import { isHeldBy, type LockHolder, type LockMode, type LockRecord } from './lock-record.ts';
import { parsePathPattern, patternsOf } from './path-pattern.ts';
import { overlaps } from './pattern-overlap.ts';

/** Records and claims to write in one transaction; `claims: null`: they need not move. */
export interface LockChange {
  readonly records: readonly LockRecord[];
  readonly claims: readonly Claim[] | null;
  readonly evicted: readonly Eviction[];
}

type AcquirePlan =
  | { readonly status: 'held'; readonly obstacles: readonly Obstacle[] }
  | (LockChange & { readonly status: 'take' });

export interface AcquireInput {
  readonly board: LockBoard;
  readonly asker: LockHolder;
  /** One for the whole request, never used before but by the same request. */
  readonly nonce: string;
  /** Each resource once. */
  readonly wanted: readonly { readonly resource: ResourceName; readonly paths: readonly string[] }[];
  readonly mode: LockMode;
  readonly ttl: number;
  readonly reason: string | null;
  /** Wall clock, milliseconds. */
  readonly now: number;
  readonly judge: Judge;
}

/**
 * How to give the asker everything it wants, or what stands in the way.
 *
 * 1. What the asker holds already and what covers the request is renewed and keeps its token. Otherwise (more paths,
 *    or exclusive instead of shared) it is acquired anew, with what it covered before.
 * 2. Another holder of the resource, and a live claim of another on a common path, stand in the way unless both share.
 * 3. What stands in the way and may be taken over is evicted in the same transaction, so that its record moves: were
 *    it ignored, its holder could wake up beside its successor.
 * 4. Claims move whenever paths are acquired, so that overlapping acquisitions exclude each other at that one ref; and
 *    whenever their table had to be made anew, so that it is there again.
 *
 * @throws AgentOsError BAD_VALUE for a glob that cannot be read
 */
export function planAcquire(input: AcquireInput): AcquirePlan {
  const { board, asker, nonce, ttl, now } = input;
  const live = liveClaims(board);
  const wants = input.wanted.map((want) => resolveWant(want, input, live));
  const fresh = wants.filter((want) => !want.isCovered);

  const blocked = fresh.flatMap((want) =>
    findBlockers(want, input, live).map((blocker) => ({ wanted: want.resource, blocker })),
  );
  const { obstacles, evicted } = confront(blocked, input.judge);
  if (obstacles.length > 0) return { status: 'held', obstacles };

  const records = evict(board, evicted);
  const granted: Claim[] = [];
  for (const { resource, paths, mode, isCovered } of wants) {
    const record = records.get(resource) ?? unlocked(resource);
    const grant = () => grantLease(record, { ...input, mode, paths });
    const next = isCovered ? (renewLease(record, asker, now, ttl) ?? grant()) : grant();
    records.set(resource, next);
    if (isCovered || paths.length === 0) continue;
    const expiresAt = now + ttl * 1000;
    granted.push({ ...asker, resource, mode, paths, nonce, token: next.token, ttl, expiresAt, unknown: {} });
  }
  const isReplaced = (claim: Claim) =>
    isHeldBy(claim, asker) && granted.some(({ resource }) => resource === claim.resource);
  const kept = live.filter(
    (claim) => !isReplaced(claim) && !isDead(claim, records.get(claim.resource) ?? null),
  );
  return {
    status: 'take',
    records: changedRecords(board, records),
    claims: granted.length > 0 || board.isRebuilt === true ? [...kept, ...granted] : null,
    evicted,
  };
}

/** Prolong every lease that the asker has, by its own ttl. */
export function planRenew(board: LockBoard, asker: LockHolder, now: number): readonly LockRecord[] {
  return [...board.records.values()].flatMap((record) => renewLease(record, asker, now) ?? []);
}

/** The record without the asker's lease, or null when it has none. */
export function planRelease(record: LockRecord, asker: LockHolder): LockRecord | null {
  const isMine = (holder: LockHolder) => isHeldBy(holder, asker);
  return record.leases.some(isMine) ? dropLeases(record, isMine) : null;
}

/** The record without any lease, and those who had one. */
export function planForce(
  record: LockRecord,
  why: string,
): { readonly record: LockRecord; readonly evicted: readonly Eviction[] } {
  return {
    record: dropLeases(record, () => true),
    evicted: blockersOf(record).map((blocker) => ({ blocker, why })),
  };
}

interface Want {
  readonly resource: ResourceName;
  readonly paths: readonly string[];
  readonly mode: LockMode;
  /** Whether what the asker holds already is enough. */
  readonly isCovered: boolean;
}

function resolveWant(
  { resource, paths }: AcquireInput['wanted'][number],
  { board, asker, mode }: AcquireInput,
  live: readonly Claim[],
): Want {
  const record = board.records.get(resource);
  const mine = record?.leases.find((lease) => isHeldBy(lease, asker));
  if (record === undefined || mine === undefined) return { resource, paths, mode, isCovered: false };
  const claim = live.find((candidate) => candidate.resource === resource && candidate.nonce === mine.nonce);
  const own = claim?.paths ?? [];
  const strongest = record.mode === 'exclusive' ? 'exclusive' : mode;
  const isCovered = strongest === record.mode && paths.every((path) => own.includes(path));
  return { resource, paths: unite(own, paths), mode: strongest, isCovered };
}

function findBlockers(
  want: Want,
  { board, asker }: AcquireInput,
  live: readonly Claim[],
): readonly Blocker[] {
  const clashes = (other: { readonly mode: LockMode } & LockHolder) =>
    !isHeldBy(other, asker) && (want.mode === 'exclusive' || other.mode === 'exclusive');
  const record = board.records.get(want.resource);
  const holders = record === undefined ? [] : blockersOf(record).filter(clashes);
  if (want.paths.length === 0) return holders;
  const patterns = want.paths.map(parsePathPattern);
  // A request for several resources has one nonce: only with its resource does it name a lease.
  const isListed = ({ resource, nonce }: Claim) =>
    resource === want.resource && holders.some((holder) => holder.nonce === nonce);
  const onPaths = live
    .filter((claim) => clashes(claim) && !isListed(claim))
    .filter((claim) => claim.resource === want.resource || overlaps(patternsOf(claim), patterns))
    .map((claim) => blockerOf(claim, board));
  return [...holders, ...onPaths];
}
