import { readActiveSessions } from '../app/active-sessions.ts';
import { openRecords } from '../app/records.ts';
import type { Workspace } from '../app/workspace.ts';
import { AgentOsError } from '../domain/errors.ts';
import type { AgentName } from '../domain/names.ts';
import type { HomePorts } from './home-ports.ts';
import type { HomeRepository } from './registry.ts';

/**
 * The agents that are at work in a clone on this machine: they have announced a session in one of its worktrees, and it
 * is neither finished nor stale. Nobody is at work in a repository that is gone or cannot be read.
 * @param workspace - the repository, when it is open
 */
export async function readLiveAgents(
  ports: Pick<HomePorts, 'activeIn' | 'open'>,
  repository: HomeRepository,
  workspace?: Workspace,
): Promise<readonly AgentName[]> {
  const marked = await ports.activeIn(repository.commonDir);
  if (marked.length === 0) return [];
  try {
    const opened = workspace ?? (await ports.open(repository));
    try {
      const sessions = await readActiveSessions(opened, await openRecords(opened));
      const live = sessions.filter(({ id, stale }) => !stale && marked.some(({ session }) => session === id));
      return [...new Set(live.map(({ agent }) => agent))];
    } finally {
      if (workspace === undefined) await opened.close();
    }
  } catch (error) {
    if (error instanceof AgentOsError) return [];
    throw error;
  }
}
