import { AgentOsError } from '../domain/errors.ts';
import type { Oid, ResourceName } from '../domain/names.ts';
import { parseOperationId } from '../domain/operation.ts';
import { readOperationId } from '../store/commit-message.ts';
import type { SyncResult } from '../store/sync/sync.ts';
import { renewDueLocks } from './locking.ts';
import type { Workspace } from './workspace.ts';

export interface SyncInput {
  /** Only bring and join what is there; publish nothing. */
  readonly pullOnly?: boolean;
  /** Only publish, without a fetch first. */
  readonly pushOnly?: boolean;
}

export interface SyncReport extends SyncResult {
  readonly remote: string;
  /** Releases made offline that were carried out now. */
  readonly released: readonly ResourceName[];
  /** Locks of sessions of this worktree that others have taken over. */
  readonly lost: readonly ResourceName[];
}

/** How many operations of others the branch has here that it did not have at `since`; null: it was not here. */
export async function countReceived(
  { branch, clone, objects }: Pick<Workspace, 'branch' | 'clone' | 'objects'>,
  since: Oid | null,
): Promise<number> {
  const { tip } = await branch.snapshot();
  if (tip === null || tip === since) return 0;
  const added = await objects.history.operations(tip, since === null ? [] : [since]);
  return added.filter(({ message }) => {
    const id = readOperationId(message);
    return id === null || parseOperationId(id).clone !== clone;
  }).length;
}

/** How many operations of this clone the remote lacks, as far as is known without asking it; 0 without a remote. */
export async function countUnpublished(workspace: Pick<Workspace, 'sync'>): Promise<number> {
  const sync = await workspace.sync();
  const looked = await sync?.round({ pull: false, push: false, budget: 0, until: 'published' });
  return looked?.pending ?? 0;
}

/**
 * What somebody asks for by name: as syncNow, but a remote that git does not know is their mistake, not an outage.
 * @throws AgentOsError BAD_VALUE, and what syncNow throws
 */
export async function syncOnRequest(workspace: Workspace, input: SyncInput): Promise<SyncReport | null> {
  try {
    return await syncNow(workspace, input);
  } catch (error) {
    if (!(error instanceof AgentOsError) || error.code !== 'REMOTE_UNREACHABLE') throw error;
    const name = workspace.settings.remote ?? '';
    const names = (await (await workspace.userConfig()).remotes()).map((remote) => remote.name);
    if (names.includes(name)) throw error;
    const { noSuchRemote } = await import('./no-such-remote.ts');
    throw noSuchRemote(name, names);
  }
}

/**
 * One round with the remote, and what waits for such a round: releases that were made offline, and renewals that are
 * due.
 * @returns null without a remote: then there is nothing to do
 * @throws AgentOsError what Sync.round throws
 */
export async function syncNow(workspace: Workspace, input: SyncInput = {}): Promise<SyncReport | null> {
  const { remote, settings } = workspace;
  const sync = await workspace.sync();
  if (remote === null || sync === null) return null;
  const result = await sync.round({
    pull: input.pushOnly !== true,
    push: input.pullOnly !== true,
    budget: settings.networkBudget,
    until: 'branch',
  });
  const locks = await workspace.locks();
  // What a push alone leaves in the mirror is as old as it was.
  if (result.fetched) await locks.observe(await remote.readMirror());
  if (input.pullOnly === true) return { remote: remote.name, ...result, released: [], lost: [] };
  const { released } = await locks.replayQueue();
  return { remote: remote.name, ...result, released, lost: await renewDueLocks(workspace) };
}
