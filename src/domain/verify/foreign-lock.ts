import { blockerOf, type LockBoard, liveClaims } from '../locks/blockers.ts';
import { iso } from '../locks/lock-record.ts';
import { patternsOf } from '../locks/path-pattern.ts';
import { describeEnd } from '../time.ts';
import { type CodeCommitFacts, isMadeBy, isRunning, namePaths, type TimeFacts } from './facts.ts';
import type { Draft } from './finding.ts';

/**
 * Commits that change a path under a running lock of another session. Who shares a path under a lock of its own may
 * change what others share. It is the locks of now that count, not those of the time of the commit: what lands now
 * lands on the holder's work.
 */
export function findForeignLocks(
  commits: readonly CodeCommitFacts[],
  board: LockBoard,
  time: TimeFacts,
): readonly Draft[] {
  const locks = liveClaims(board)
    .map((claim) => ({ claim, blocker: blockerOf(claim, board), patterns: patternsOf(claim) }))
    .filter(({ blocker }) => isRunning(blocker, time));
  const drafts: Draft[] = [];
  for (const commit of commits) {
    const isOwn = ({ blocker }: (typeof locks)[number]) => isMadeBy(commit, blocker);
    const shared = locks.filter((lock) => lock.claim.mode === 'shared' && isOwn(lock));
    for (const lock of locks) {
      if (isOwn(lock)) continue;
      const { claim, blocker, patterns } = lock;
      const touched = commit.paths.filter(
        (path) =>
          patterns.some((pattern) => pattern.matches(path)) &&
          !(
            claim.mode === 'shared' &&
            shared.some((own) => own.patterns.some((pattern) => pattern.matches(path)))
          ),
      );
      const [path] = touched;
      if (path === undefined) continue;
      drafts.push({
        rule: 'foreign-lock',
        commit: commit.oid,
        path,
        message: `changes ${namePaths(touched)}, which ${blocker.agent} has locked as ${blocker.resource} until ${describeEnd(iso(blocker.expiresAt), time.now)}`,
        hint: `Wait until ${blocker.agent} has released ${blocker.resource}, then check again.`,
      });
    }
  }
  return drafts;
}
