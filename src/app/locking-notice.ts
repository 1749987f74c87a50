import { AgentOsError } from '../domain/errors.ts';
import type { FormerHolder, LockOwner } from '../store/locks/locks.ts';
import type { Workspace } from './workspace.ts';

/**
 * A message to each agent whose lock was taken over or released by force. A branch that is not there yet has nobody
 * to tell; the lock's own history says it all the same.
 */
export async function tellFormerHolders(
  workspace: Workspace,
  who: LockOwner,
  former: readonly FormerHolder[],
): Promise<void> {
  if (former.length === 0) return;
  const { sendMessage } = await import('./messages.ts');
  for (const { resource, holder, token, why } of former) {
    if (holder.agent === who.agent && holder.clone === workspace.clone) continue;
    try {
      await sendMessage(workspace, {
        agent: who.agent,
        to: [holder.agent],
        subject: `Your lock on ${resource} is gone`,
        text:
          `Your lock on ${resource} (#${token}) ended: ${why}. ` +
          'Before you push what you did under it, look at what has changed since and lock it again.',
        priority: 'high',
      });
    } catch (error) {
      if (!(error instanceof AgentOsError && error.code === 'NOT_INITIALISED')) throw error;
    }
  }
}
