import type { Workspace } from '../app/workspace.ts';
import type { Line } from './text.ts';

/**
 * For standard error: as whom a command acts where nobody has named an agent. A person who types it in an agent's
 * worktree acts as that agent, and shall not end its work unawares. To be asked before a session ends.
 * @param agent - `--agent`
 */
export async function speakerNotes(
  workspace: Pick<Workspace, 'identify'>,
  agent: string | undefined,
): Promise<Line[]> {
  const who = await workspace.identify(agent);
  return who.by === 'session'
    ? [`as ${who.agent}, whose session is active in this worktree; --agent NAME speaks for another`]
    : [];
}
