import { AgentOsError } from '../../domain/errors.ts';
import { dropLeases } from '../../domain/locks/lock-changes.ts';
import { holderOf, isHeldBy, type Lease, type LockHolder } from '../../domain/locks/lock-record.ts';
import type { ResourceName } from '../../domain/names.ts';
import type { Authority } from './authority.ts';
import type { StoredBoard } from './board-reader.ts';
import { writeChange } from './change-writer.ts';
import { contend } from './contend.ts';
import type { LockContext } from './lock-context.ts';
import type { LockOwner, ReleaseOutcome, ReplayOutcome } from './locks.ts';

/** See Locks.release. */
export async function release(
  context: LockContext,
  who: LockOwner,
  resources: readonly ResourceName[],
): Promise<ReleaseOutcome> {
  const asker = context.holder(who);
  const wanted = [...new Set(resources)];
  const ended = new Set<ResourceName>();
  const queued = new Set<ResourceName>();
  const others = new Map<ResourceName, readonly LockHolder[]>();
  for (const authority of [...(await context.beside()), context.main]) {
    // What was a local lock only needs no answer from the remote.
    const seen = await context.boards.read(authority, await authority.glance(), {
      resources: wanted,
      withClaims: false,
    });
    const isSeen = (resource: ResourceName) =>
      seen.records.get(resource)?.leases.some((lease) => isHeldBy(lease, asker));
    const left = wanted.filter((resource) => !ended.has(resource) || isSeen(resource));
    if (left.length === 0) continue;
    const outcome = await releaseAt(context, authority, asker, left);
    for (const resource of outcome.released) ended.add(resource);
    for (const resource of outcome.queued) queued.add(resource);
    for (const { resource, holders } of outcome.notHeld) others.set(resource, holders);
    await context.held.forget(asker, authority.name, left);
  }
  const isSettled = (resource: ResourceName) => ended.has(resource) || queued.has(resource);
  return {
    released: [...ended],
    queued: [...queued],
    notHeld: wanted
      .filter((resource) => !isSettled(resource))
      .map((resource) => ({ resource, holders: others.get(resource) ?? [] })),
  };
}

/** See Locks.releaseAll. */
export async function releaseAll(context: LockContext, who: LockOwner): Promise<ReleaseOutcome> {
  const asker = context.holder(who);
  const remembered = await context.held.of(asker);
  const resources = new Set(remembered.map((lock) => lock.resource));
  for (const authority of [...(await context.beside()), context.main]) {
    const { records } = await context.boards.readAll(authority, await authority.glance());
    for (const record of records.values()) {
      if (record.leases.some((lease) => isHeldBy(lease, asker))) resources.add(record.resource);
    }
  }
  const outcome = await release(context, who, [...resources]);
  return { ...outcome, notHeld: [] };
}

/** See Locks.replayQueue. */
export async function replayQueue(context: LockContext): Promise<ReplayOutcome> {
  const queue = await context.queue.list();
  if (queue.length === 0 || context.main.scope === 'local') return { released: [], left: [] };
  const resources = queue.map((release) => release.resource);
  const nonces = new Set(queue.map((release) => release.nonce));
  try {
    const outcome = await endLeases(
      context,
      context.main,
      resources,
      (lease) => nonces.has(lease.nonce),
      true,
    );
    await context.queue.remove(({ resource, nonce }) =>
      queue.some((release) => release.resource === resource && release.nonce === nonce),
    );
    return { released: outcome.released, left: [] };
  } catch (error) {
    if (!isOutage(error)) throw error;
    return { released: [], left: resources };
  }
}

async function releaseAt(
  context: LockContext,
  authority: Authority,
  asker: LockHolder,
  resources: readonly ResourceName[],
): Promise<ReleaseOutcome> {
  const isMine = (lease: Lease) => isHeldBy(lease, asker);
  try {
    const { released, board } = await endLeases(context, authority, resources, isMine);
    const notHeld = resources
      .filter((resource) => !released.includes(resource))
      .map((resource) => ({ resource, holders: (board.records.get(resource)?.leases ?? []).map(holderOf) }));
    return { released, queued: [], notHeld };
  } catch (error) {
    if (!isOutage(error)) throw error;
    return queueReleases(context, authority, asker, resources);
  }
}

/** Queue the releases of what this clone remembers to have, or sees in the mirror. */
async function queueReleases(
  context: LockContext,
  authority: Authority,
  asker: LockHolder,
  resources: readonly ResourceName[],
): Promise<ReleaseOutcome> {
  const board = await context.boards.read(authority, await authority.glance(), {
    resources,
    withClaims: false,
  });
  const remembered = await context.held.of(asker);
  const leases = resources.flatMap((resource) => [
    ...(board.records.get(resource)?.leases ?? [])
      .filter((lease) => isHeldBy(lease, asker))
      .map(({ nonce }) => ({ resource, nonce })),
    ...remembered
      .filter((lock) => lock.resource === resource && lock.authority === authority.name && !lock.isLost)
      .map(({ nonce }) => ({ resource, nonce })),
  ]);
  const distinct = new Map(leases.map((release) => [`${release.resource}\n${release.nonce}`, release]));
  await context.queue.add([...distinct.values()]);
  const queued = resources.filter((resource) => leases.some((release) => release.resource === resource));
  const notHeld = resources
    .filter((resource) => !queued.includes(resource))
    .map((resource) => ({ resource, holders: (board.records.get(resource)?.leases ?? []).map(holderOf) }));
  return { released: [], queued, notHeld };
}

/** Drop the leases that `isGone` names, from all of the resources at once. */
function endLeases(
  context: LockContext,
  authority: Authority,
  resources: readonly ResourceName[],
  isGone: (lease: Lease) => boolean,
  fresh = false,
): Promise<{ readonly released: readonly ResourceName[]; readonly board: StoredBoard }> {
  const options = { what: `unlock ${resources.join(', ')}`, fresh };
  const sent = new Set<ResourceName>();
  return contend(context.dependencies, authority, options, async ({ refs, isFresh, unsettled }) => {
    const board = await context.boards.read(authority, refs, { resources, withClaims: false });
    const held = [...board.records.values()].filter((record) => record.leases.some(isGone));
    const isComplete = resources.every((resource) => held.some((record) => record.resource === resource));
    if (!isComplete && !isFresh) return { kind: 'refresh' };
    // What an unanswered transaction was to end, and what is not held any more, needs no second one.
    const ended =
      unsettled === null ? [] : [...sent].filter((resource) => !held.some((r) => r.resource === resource));
    if (held.length === 0) return { kind: 'answer', value: { released: ended, board } };
    const records = held.map((record) => dropLeases(record, isGone));
    const change = { records, claims: null };
    const written = await writeChange(context.dependencies, context.boards, { authority, board, change });
    for (const { resource } of records) sent.add(resource);
    return {
      kind: 'move',
      edits: written.edits,
      moved: async () => {
        await written.ensure();
        return { released: [...ended, ...records.map((record) => record.resource)], board };
      },
    };
  });
}

/** Whether the remote may not have heard of it: then repeating it later is right. */
function isOutage(error: unknown): boolean {
  return error instanceof AgentOsError && ['REMOTE_UNREACHABLE', 'OUTCOME_UNKNOWN'].includes(error.code);
}
