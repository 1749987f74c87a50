import { type Blocker, blockerOf, type LockBoard, liveClaims } from './blockers.ts';
import type { Claim } from './claims.ts';
import { isHeldBy, type LockHolder } from './lock-record.ts';
import { type PathPattern, patternsOf } from './path-pattern.ts';

/** A live claim with what it covers. */
export interface PatternedClaim {
  readonly claim: Claim;
  readonly patterns: readonly PathPattern[];
}

/** Who stands in the way of changing paths, and which. */
export interface Contest {
  readonly blocker: Blocker;
  readonly paths: readonly string[];
}

export interface Confrontation {
  readonly live: readonly PatternedClaim[];
  /** Live claims of the askers. */
  readonly own: readonly PatternedClaim[];
  /** Live claims of others that cover a touched path, but for shared ones on a path that an asker shares. */
  readonly contests: readonly Contest[];
}

/** How the live claims of a board stand to paths that somebody changed. */
export function confrontPaths(
  board: LockBoard,
  askers: readonly LockHolder[],
  touched: readonly string[],
): Confrontation {
  const live = liveClaims(board).map((claim) => ({ claim, patterns: patternsOf(claim) }));
  const own = live.filter(({ claim }) => askers.some((asker) => isHeldBy(claim, asker)));
  const shared = own.filter(({ claim }) => claim.mode === 'shared').flatMap(({ patterns }) => patterns);
  const contests = live
    .filter((one) => !own.includes(one))
    .map(({ claim, patterns }) => ({
      blocker: blockerOf(claim, board),
      paths: touched.filter(
        (path) => covers(patterns, path) && !(claim.mode === 'shared' && covers(shared, path)),
      ),
    }))
    .filter(({ paths }) => paths.length > 0);
  return { live, own, contests };
}

export function covers(patterns: readonly PathPattern[], path: string): boolean {
  return patterns.some((pattern) => pattern.matches(path));
}
