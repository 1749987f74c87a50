import type { Judge } from '../../domain/locks/blockers.ts';
import type { LockHolder, LockOwner } from '../../domain/locks/lock-record.ts';
import { LOCAL_LOCKS_PREFIX, LOCKS_PREFIX } from '../../domain/locks/lock-ref.ts';
import { judgeTakeover } from '../../domain/locks/takeover.ts';
import { type Authority, type LockRefs, localAuthority, remoteAuthority } from './authority.ts';
import { type BoardReader, createBoardReader } from './board-reader.ts';
import { createHeldLocks, type HeldLocks } from './held-locks.ts';
import type { LockDependencies, LockPolicy } from './lock-ports.ts';
import { readMoment } from './moment.ts';
import { createQueuedReleases, type QueuedReleases } from './queued-releases.ts';
import { createSightings, type Sightings } from './sightings.ts';

/** What the use cases of locks share. */
export interface LockContext {
  readonly dependencies: LockDependencies;
  readonly boards: BoardReader;
  readonly held: HeldLocks;
  readonly queue: QueuedReleases;
  /** Decides: the remote, or this repository when there is none. */
  readonly main: Authority;
  /** Decides on `--local` locks; the same as `main` without a remote. */
  readonly local: Authority;
  /** All that there are: `main`, and what this repository knows beside it. */
  readonly authorities: readonly Authority[];
  /** Those beside `main` that have locks now. */
  beside(): Promise<readonly Authority[]>;
  sightingsOf(authority: Authority): Sightings;
  holder(owner: LockOwner): LockHolder;
  /** How takeovers of what `refs` show are judged, now. */
  judge(authority: Authority, refs: LockRefs, policy: LockPolicy): Promise<Judge>;
}

export function createLockContext(dependencies: LockDependencies): LockContext {
  const { clock, clone, files, hash, objects, refs, remote } = dependencies;
  const boards = createBoardReader(objects.reader, hash, files);
  const repository = localAuthority(refs, 'repository');
  const worktrees = localAuthority(refs, 'worktrees');
  const main: Authority = remote === null ? repository : remoteAuthority(remote, (mirror) => observe(mirror));
  const sightingsOf = (authority: Authority) =>
    createSightings({ files, name: `${authority.name}-lock-sightings`, clock, authority, boards });
  const observe = (mirror: LockRefs): Promise<void> => sightingsOf(main).record(mirror, { isFetched: true });

  return {
    dependencies,
    boards,
    held: createHeldLocks(files),
    queue: createQueuedReleases(files),
    main,
    local: remote === null ? repository : worktrees,
    authorities: [...new Set([main, repository, worktrees])],
    beside: async () => {
      const found = [...(await refs.read([LOCKS_PREFIX, LOCAL_LOCKS_PREFIX])).keys()];
      return [repository, worktrees].filter(
        (authority) => authority !== main && found.some((ref) => ref.startsWith(authority.prefix)),
      );
    },
    sightingsOf,
    holder: ({ agent, session }) => ({ agent, session, clone }),
    judge: async (authority, seen, policy) => {
      const sightings = sightingsOf(authority);
      await sightings.record(seen, { isFetched: false });
      const firstSeen = await sightings.read();
      const now = readMoment(clock);
      return (blocker) => judgeTakeover({ term: blocker, firstSeen: firstSeen(blocker), now, rules: policy });
    },
  };
}
