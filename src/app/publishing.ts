import { AgentOsError } from '../domain/errors.ts';
import type { Workspace } from './workspace.ts';

/** How an operation that was just committed reaches the remote. */
export type PublishingPlan = 'none' | 'now' | 'background';

/**
 * The one place that decides it: nothing without a remote or with `agent-os.publish` manual; at once with `now`;
 * otherwise the caller starts a process of its own. A library call never starts one.
 */
export function planPublishing({ remote, settings }: Pick<Workspace, 'remote' | 'settings'>): PublishingPlan {
  return remote === null || settings.publish === 'manual' ? 'none' : settings.publish;
}

/**
 * Publish what is committed, and come back as soon as others can see it.
 * @returns null, or why it has to wait: what was committed stays, and the next sync publishes it
 */
export async function publishNow(workspace: Workspace): Promise<AgentOsError | null> {
  const sync = await workspace.sync();
  try {
    const budget = workspace.settings.networkBudget;
    await sync?.round({ pull: false, push: true, until: 'published', budget });
    return null;
  } catch (error) {
    return delaying(error);
  }
}

/**
 * Bring what others have published, before something is shown that depends on it.
 * @returns null, or why what is shown is only what was last seen
 */
export async function refresh(workspace: Workspace): Promise<AgentOsError | null> {
  if (workspace.remote === null || workspace.settings.publish === 'manual') return null;
  const { syncNow } = await import('./syncing.ts');
  try {
    await syncNow(workspace, { pullOnly: true });
    return null;
  } catch (error) {
    return delaying(error);
  }
}

/** What there is to do beside publishing. */
export interface BackgroundWork {
  isPending(): Promise<boolean>;
  work(): Promise<void>;
}

/**
 * What the process in the background does for all commands and hooks of this clone: work off what hooks have noted,
 * publish until the branch has everything that was committed meanwhile, and renew the locks that are due.
 * @throws AgentOsError as publishNow would return it
 */
export async function publishInBackground(workspace: Workspace, beside?: BackgroundWork): Promise<void> {
  const publishes = planPublishing(workspace) !== 'none';
  if (!publishes && beside === undefined) return;
  const { syncNow } = await import('./syncing.ts');
  const readTip = async () => (await workspace.branch.snapshot()).tip;
  let seen = await readTip();
  await workspace.publisher.work({
    async round() {
      await beside?.work();
      seen = await readTip();
      if (publishes) await syncNow(workspace, { pushOnly: true });
    },
    hasMore: async () => ((await beside?.isPending()) ?? false) || (publishes && (await readTip()) !== seen),
  });
}

/** Troubles with the remote only delay what works locally. */
function delaying(error: unknown): AgentOsError {
  if (error instanceof AgentOsError && [4, 5, 6].includes(error.exitCode)) return error;
  throw error;
}
