import { AgentOsError } from '../domain/errors.ts';
import { parseRemoteName } from '../domain/names.ts';
import type { FencedPushOutcome } from '../store/locks/fenced-push.ts';
import { tellFormerHolders } from './locking-notice.ts';
import type { Workspace } from './workspace.ts';

export interface PushInput {
  readonly agent?: string;
  /** The remote that holds the locks: no other can refuse a push whose lock was lost. */
  readonly remote?: string;
  /** As for git push; none: what git would push by itself. */
  readonly refspecs?: readonly string[];
  readonly dryRun?: boolean;
}

/**
 * Push work refs in one atomic push with a renewal of the session's locks, so that the remote itself refuses it when
 * one of them was lost. Holders whose expired locks stood in the way are told.
 * @throws AgentOsError BAD_VALUE (another remote, a refspec, no upstream branch), POLICY (the pre-push hook), LOST_RACE (git would reject
 * it), and what Locks throws
 */
export async function pushWork(workspace: Workspace, input: PushInput = {}): Promise<FencedPushOutcome> {
  checkRemote(workspace, input.remote);
  const who = await workspace.identify(input.agent);
  const outcome = await workspace.pushFenced({
    who,
    refspecs: input.refspecs ?? [],
    ...(input.dryRun === true && { dryRun: true }),
  });
  if (outcome.status === 'pushed' && input.dryRun !== true) {
    await tellFormerHolders(workspace, who, outcome.former);
  }
  return outcome;
}

function checkRemote({ remote }: Workspace, asked: string | undefined): void {
  if (asked === undefined || remote === null || parseRemoteName(asked) === remote.name) return;
  throw new AgentOsError('BAD_VALUE', `the locks are on ${remote.name}, so ${asked} cannot refuse a push`, {
    hint: `Push to ${remote.name}, or use \`git push ${asked}\` without the fence.`,
    data: { remote: remote.name },
  });
}
