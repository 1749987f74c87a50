import { isHeldBy, iso } from '../../domain/locks/lock-record.ts';
import type { ResourceName } from '../../domain/names.ts';
import type { Authority, LockRefs } from './authority.ts';
import { isBelieved } from './held-locks.ts';
import type { LockContext } from './lock-context.ts';
import type { BrokenLock, LockListing, LockOwner, LockView, OwnLock } from './locks.ts';
import { viewLock } from './views.ts';

/** See Locks.list. */
export async function list(
  context: LockContext,
  options: { readonly resource?: ResourceName; readonly refresh?: boolean },
): Promise<LockListing> {
  const locks: LockView[] = [];
  const broken: BrokenLock[] = [];
  const unpublished: LockView[] = [];
  const queued = new Set((await context.queue.list()).map(({ nonce }) => nonce));
  for (const authority of context.authorities) {
    const isAsked = options.refresh === true && authority === context.main;
    const refs = isAsked ? await authority.refresh() : await authority.glance();
    const found = await listAt(context, authority, { refs, queued, ...options });
    locks.push(...found.locks);
    broken.push(...found.broken);
    if (authority.name === 'repository' && authority !== context.main) unpublished.push(...found.locks);
  }
  const seen = context.main.scope === 'remote' ? await context.sightingsOf(context.main).fetchedAt() : null;
  return {
    locks: locks.sort((a, b) => (a.resource < b.resource ? -1 : 1)),
    broken,
    unpublished,
    seenAt: seen === null ? null : iso(seen.wall),
  };
}

async function listAt(
  context: LockContext,
  authority: Authority,
  {
    refs,
    queued,
    resource,
  }: {
    readonly refs: LockRefs;
    readonly queued: ReadonlySet<string>;
    readonly resource?: ResourceName;
  },
) {
  await context.sightingsOf(authority).record(refs, { isFetched: false });
  const board =
    resource === undefined
      ? await context.boards.readAll(authority, refs)
      : await context.boards.read(authority, refs, { resources: [resource], withClaims: false });
  const locks = [...board.records.values()].flatMap((record) => {
    const oid = board.oids.get(record.resource);
    return oid === undefined ? [] : (viewLock(record, { oid, scope: authority.scope, queued }) ?? []);
  });
  const broken = board.broken.map(({ ref, oid, scope, problem }) => ({ ref, oid, scope, problem }));
  return { locks, broken };
}

/** See Locks.own. */
export async function listOwn(context: LockContext, who: LockOwner): Promise<readonly OwnLock[]> {
  const asker = context.holder(who);
  const held = await context.held.of(asker);
  const own: OwnLock[] = [];
  for (const authority of context.authorities) {
    const remembered = held.filter((lock) => lock.authority === authority.name);
    if (remembered.length === 0) continue;
    const resources = remembered.map((lock) => lock.resource);
    const board = await context.boards.read(authority, await authority.glance(), {
      resources,
      withClaims: false,
    });
    for (const lock of remembered) {
      const { resource, mode, paths, token, expiresAt, nonce } = lock;
      const leases = board.records.get(resource)?.leases ?? [];
      const isNamed = leases.some((lease) => lease.nonce === nonce && isHeldBy(lease, asker));
      const believed = isNamed && isBelieved(lock, context.dependencies.clock);
      own.push({ resource, scope: authority.scope, mode, paths, token, expiresAt: iso(expiresAt), believed });
    }
  }
  return own;
}
