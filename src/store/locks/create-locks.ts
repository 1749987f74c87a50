import { acquire } from './acquire.ts';
import { evict } from './evict.ts';
import { force } from './force.ts';
import { list, listOwn } from './list.ts';
import { createLockContext } from './lock-context.ts';
import type { LockDependencies } from './lock-ports.ts';
import type { Locks } from './locks.ts';
import { release, releaseAll, replayQueue } from './release.ts';
import { renewAll, renewIfDue } from './renew.ts';

/** Locks on the refs of a remote, or of this repository when there is none. */
export function createLocks(dependencies: LockDependencies): Locks {
  const context = createLockContext(dependencies);
  return {
    acquire: async (request) => {
      if (request.local !== true) await replayQueue(context);
      return acquire(context, request);
    },
    release: ({ who, resources }) => release(context, who, resources),
    releaseAll: (who) => releaseAll(context, who),
    force: (request) => force(context, request),
    evict: (request) => evict(context, request),
    renewAll: (who) => renewAll(context, who),
    renewIfDue: (who) => renewIfDue(context, who),
    list: (options = {}) => list(context, options),
    own: (who) => listOwn(context, who),
    replayQueue: () => replayQueue(context),
    observe: (mirror) => context.sightingsOf(context.main).record(mirror, { isFetched: true }),
  };
}
