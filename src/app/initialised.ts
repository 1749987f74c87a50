import { AgentOsError } from '../domain/errors.ts';
import type { Snapshot } from '../store/branch.ts';
import type { Workspace } from './workspace.ts';

/**
 * The branch as it is now. Without one nothing can be said of sessions, messages or locks: an empty answer would be a
 * false one.
 * @throws AgentOsError NOT_INITIALISED
 */
export async function requireBranch({ branch, settings }: Workspace): Promise<Snapshot> {
  const snapshot = await branch.snapshot();
  if (snapshot.tip !== null) return snapshot;
  throw new AgentOsError('NOT_INITIALISED', `there is no ${settings.branch} in this repository yet`, {
    hint: 'Run `agent-os init`.',
  });
}
