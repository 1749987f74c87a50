import { list, listOwn } from './list.ts';
import { createLockContext } from './lock-context.ts';
import type { LockDependencies } from './lock-ports.ts';
import type { Locks } from './locks.ts';

/**
 * Locks on the refs of a remote, or of this repository when there is none. What changes them is loaded when it is
 * asked for: most commands and hooks only look.
 */
export function createLocks(dependencies: LockDependencies): Locks {
  const context = createLockContext(dependencies);
  const releasing = () => import('./release.ts');
  const renewing = () => import('./renew.ts');
  return {
    acquire: async (request) => {
      if (request.local !== true) await (await releasing()).replayQueue(context);
      const { acquire } = await import('./acquire.ts');
      return acquire(context, request);
    },
    release: async ({ who, resources }) => (await releasing()).release(context, who, resources),
    releaseAll: async (who) => (await releasing()).releaseAll(context, who),
    force: async (request) => (await import('./force.ts')).force(context, request),
    evict: async (request) => (await import('./evict.ts')).evict(context, request),
    renewAll: async (who) => (await renewing()).renewAll(context, who),
    renewIfDue: async (who) => (await renewing()).renewIfDue(context, who),
    list: (options = {}) => list(context, options),
    own: (who) => listOwn(context, who),
    judgePaths: async (request) => (await import('./judge-paths.ts')).judgePaths(context, request),
    examineClaims: async () => (await import('./examine-claims.ts')).examineClaims(context),
    replayQueue: async () => (await releasing()).replayQueue(context),
    observe: (mirror) => context.sightingsOf(context.main).record(mirror, { isFetched: true }),
  };
}
