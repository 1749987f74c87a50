import { AgentOsError } from '../domain/errors.ts';
import { type AgentName, parseAgentName, slug } from '../domain/names.ts';
import type { Speaker, WorktreeSessions } from './workspace.ts';

export interface IdentitySources {
  /** `--agent`. */
  readonly explicit: string | undefined;
  /** AGENT_OS_AGENT. */
  readonly environment: string | undefined;
  /** git config agent-os.agent, which git keeps per worktree under extensions.worktreeConfig. */
  readonly configured: string | undefined;
  /** git config user.name. */
  readonly person: string | undefined;
  readonly sessions: WorktreeSessions;
}

/** Who speaks, by the first source that says so; with the session that this agent has active in this worktree. */
export async function identify(sources: IdentitySources): Promise<Speaker> {
  const active = await sources.sessions.list();
  const named = sources.explicit ?? (sources.environment || sources.configured || undefined);
  const [first, second] = active;
  if (named === undefined && first !== undefined && second !== undefined) {
    throw new AgentOsError('AMBIGUOUS', `several agents are active in this worktree: ${listed(active)}`, {
      hint: `Say which one speaks: --agent ${first.agent}, or set AGENT_OS_AGENT.`,
      data: { agents: active.map(({ agent }) => agent) },
    });
  }
  if (named === undefined && first === undefined)
    return { agent: personAgent(sources.person), session: null, by: 'person' };
  if (named === undefined && first !== undefined) return { ...first, by: 'session' };
  const agent = parseAgentName(named ?? '');
  return { agent, session: active.find((entry) => entry.agent === agent)?.session ?? null, by: 'name' };
}

function listed(active: readonly { readonly agent: AgentName }[]): string {
  return active.map(({ agent }) => agent).join(', ');
}

function personAgent(person: string | undefined): AgentName {
  const agent = person === undefined ? null : slug(person);
  if (agent !== null) return agent;
  throw new AgentOsError('NO_IDENTITY', 'nothing says which agent or person is speaking', {
    hint: 'Give --agent NAME, set AGENT_OS_AGENT, or run `git config agent-os.agent NAME`.',
  });
}
