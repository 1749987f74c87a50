import { AgentOsError } from '../domain/errors.ts';
import { refusalHint } from '../domain/host-words.ts';
import type { SyncResult } from '../store/sync/sync.ts';

/**
 * Why the host did not move the branch, although nobody else did: what this clone has to say is in its outbox, where
 * clones see it, and the branch itself does not get it before that is mended.
 * @returns null where the branch has everything, or another was first
 */
export function branchRefusal(
  { refused, branch }: Pick<SyncResult, 'refused' | 'branch'>,
  remote: string,
): AgentOsError | null {
  if (refused === null || branch !== 'behind') return null;
  return new AgentOsError(
    'REMOTE_REFUSED',
    `what is new is published, but ${remote} refused to move the branch: ${refused}`,
    {
      hint: refusalHint(refused, 'Get the right to push there, then run `agent-os sync`.'),
      data: { refused },
    },
  );
}
