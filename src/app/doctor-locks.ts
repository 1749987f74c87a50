import { describeForce, encodeResource, LOCKS_PREFIX } from '../domain/locks/lock-ref.ts';
import type { RefName } from '../domain/names.ts';
import { shellWord } from '../domain/shell-word.ts';
import type { LockView } from '../store/locks/locks.ts';
import { type Check, counted, fail, ok, warn } from './doctor-check.ts';
import { checkClaims } from './doctor-claims.ts';
import type { Workspace } from './workspace.ts';

/**
 * Locks that cannot be read, that the remote does not know, that sessions of this worktree lost, and locks that were
 * held when the remote was last seen and whose ref is gone: a release leaves the ref.
 * @param before - what was held before this examination fetched
 */
export async function checkLocks(
  workspace: Workspace,
  before: readonly LockView[],
): Promise<readonly Check[]> {
  if ((await workspace.branch.snapshot()).tip === null) return []; // nobody knows what the remote has
  const locks = await workspace.locks();
  const { locks: held, broken, unpublished } = await locks.list();
  const present = (await workspace.remote?.readMirror())?.locks;
  const vanished = before
    .filter(({ scope }) => scope === 'remote')
    .map(({ resource }) => `${LOCKS_PREFIX}${encodeResource(resource, workspace.hash)}` as RefName)
    .filter((ref) => present?.has(ref) === false);
  const problems: Check[] = [
    ...broken.map(({ ref, oid, problem }) =>
      fail('locks', `${ref} cannot be read: ${problem}`, {
        fix: describeForce(ref, oid),
        data: { ref, oid },
      }),
    ),
    ...unpublished.map(({ resource }) =>
      warn('locks', `${resource} was locked before there was a remote, which does not know it`, {
        fix: `agent-os unlock ${shellWord(resource)}, then lock it again`,
        data: { resource },
      }),
    ),
    ...vanished.map((ref) =>
      fail('locks', `${ref} has vanished from the remote: somebody removed it`, {
        fix: 'Find who: a `git push --mirror` or `--prune` from an ordinary clone removes them all. Lock again.',
        data: { ref },
      }),
    ),
    ...(await checkClaims(locks)),
    ...(await lostLocks(workspace)),
  ];
  return problems.length > 0
    ? problems
    : [ok('locks', counted(held.length, 'is held, and readable', 'are held, all readable'))];
}

async function lostLocks(workspace: Workspace): Promise<readonly Check[]> {
  const locks = await workspace.locks();
  const checks: Check[] = [];
  for (const who of await workspace.sessions.list()) {
    for (const { resource, believed } of await locks.own(who)) {
      if (believed) continue;
      const fix = `See who has it: agent-os locks ${shellWord(resource)} --refresh`;
      checks.push(
        warn('locks', `the lock of ${who.agent} on ${resource} has run out or was taken over`, { fix }),
      );
    }
  }
  return checks;
}
