import type { ResourceName } from '../names.ts';
import {
  blockerOf,
  changedRecords,
  confront,
  evict,
  type Judge,
  type LockBoard,
  liveClaims,
  type Obstacle,
} from './blockers.ts';

import { renewLease } from './lock-changes.ts';
import { isHeldBy, type LockHolder } from './lock-record.ts';
import type { LockChange } from './lock-rules.ts';
import { type PathPattern, patternsOf } from './path-pattern.ts';

interface FencedPushInput {
  readonly board: LockBoard;
  readonly asker: LockHolder;
  /** Locks that the asker was given and has not released: by nonce, as this clone remembers them. */
  readonly believed: readonly { readonly resource: ResourceName; readonly nonce: string }[];
  /** Paths that the pushed commits change. */
  readonly touched: readonly string[];
  /** Wall clock, milliseconds. */
  readonly now: number;
  readonly judge: Judge;
}

type FencedPushPlan =
  /** Others hold a touched path: `paths` are some of those, at most ten. */
  | {
      readonly status: 'held';
      readonly obstacles: readonly (Obstacle & { readonly paths: readonly string[] })[];
    }
  /** The asker worked under locks that it has no longer. */
  | { readonly status: 'lost'; readonly resources: readonly ResourceName[] }
  | (LockChange & { readonly status: 'push' });

const SHOWN = 10;

/**
 * What must move together with the pushed work refs, so that the remote itself rejects the push if a lock was lost.
 *
 * 1. A lock of the asker that its record does not name any more is lost: nothing is pushed.
 * 2. A live claim of another on a touched path holds the push up, unless both share that path; what may be taken
 *    over is evicted.
 * 3. Every live lease of the asker is renewed: only a ref that moves asserts anything.
 * 4. Claims move, even if to the same table, unless every touched path is under an exclusive lock of the asker: then
 *    nobody can have claimed one without moving that lock's ref.
 */
export function planFencedPush(input: FencedPushInput): FencedPushPlan {
  const { board, asker, touched, now } = input;
  const lost = input.believed.filter(
    ({ resource, nonce }) => !board.records.get(resource)?.leases.some((lease) => lease.nonce === nonce),
  );
  if (lost.length > 0) return { status: 'lost', resources: lost.map(({ resource }) => resource) };

  const live = liveClaims(board).map((claim) => ({ claim, patterns: patternsOf(claim) }));
  const own = live.filter(({ claim }) => isHeldBy(claim, asker));
  const shared = own.filter(({ claim }) => claim.mode === 'shared').flatMap(({ patterns }) => patterns);
  const exclusive = own.filter(({ claim }) => claim.mode === 'exclusive').flatMap(({ patterns }) => patterns);
  const blocked = live
    .filter((one) => !own.includes(one))
    .map(({ claim, patterns }) => {
      const contested = touched.filter(
        (path) => covers(patterns, path) && !(claim.mode === 'shared' && covers(shared, path)),
      );
      return { wanted: claim.resource, blocker: blockerOf(claim, board), paths: contested };
    })
    .filter(({ paths }) => paths.length > 0);
  const { obstacles, evicted } = confront(blocked, input.judge);
  if (obstacles.length > 0) {
    const pathsOf = ({ blocker }: Obstacle) =>
      blocked.find((one) => one.blocker === blocker)?.paths.slice(0, SHOWN) ?? [];
    return {
      status: 'held',
      obstacles: obstacles.map((obstacle) => ({ ...obstacle, paths: pathsOf(obstacle) })),
    };
  }

  const records = evict(board, evicted);
  for (const [resource, record] of records) {
    const renewed = renewLease(record, asker, now);
    if (renewed !== null) records.set(resource, renewed);
  }
  const isFenced = touched.every((path) => covers(exclusive, path));
  const claims = isFenced ? null : live.map(({ claim }) => claim);
  return { status: 'push', records: changedRecords(board, records), claims, evicted };
}

function covers(patterns: readonly PathPattern[], path: string): boolean {
  return patterns.some((pattern) => pattern.matches(path));
}
