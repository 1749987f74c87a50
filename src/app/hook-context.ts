import { AgentOsError } from '../domain/errors.ts';
import { CONFIG_PATH } from '../domain/layout.ts';
import type { AgentName, RecordId } from '../domain/names.ts';
import { type ResolvedConfig, resolveConfig } from '../domain/schema/resolve-config.ts';
import { readRecord } from './records.ts';
import type { Workspace } from './workspace.ts';

/** For whom a hook runs, and by what policy. */
export interface HookContext {
  /** Whom trailers name: the agent that was named, or the one that is active here; null: a person. */
  readonly agent: AgentName | null;
  readonly session: RecordId | null;
  /** Whoever speaks, the person included; null where nothing says. */
  readonly speaker: AgentName | null;
  /** Whose locks are one's own. */
  readonly askers: readonly { readonly agent: AgentName; readonly session: RecordId | null }[];
  /** Several agents are active in this worktree, and nothing says which of them it is. */
  readonly isAmbiguous: boolean;
  readonly policy: ResolvedConfig;
}

/**
 * @param asked - AGENT_OS_AGENT as the hook has it
 * @returns null where there is no branch: then there is nothing to guard
 * @throws AgentOsError RECORD_BROKEN, SCHEMA_TOO_NEW (config.yaml), BAD_NAME (AGENT_OS_AGENT)
 */
export async function readHookContext(
  workspace: Workspace,
  asked: string | null,
): Promise<HookContext | null> {
  const snapshot = await workspace.branch.snapshot();
  if (snapshot.tip === null) return null;
  const policy = resolveConfig(await readRecord(snapshot, 'config', CONFIG_PATH));
  const active = await workspace.sessions.list();
  const who = await identify(workspace);
  if (who === 'ambiguous') {
    return { agent: null, session: null, speaker: null, askers: active, isAmbiguous: true, policy };
  }
  const isNamed =
    who !== null && (who.session !== null || asked !== null || (await hasCard(workspace, who.agent)));
  return {
    agent: isNamed ? who.agent : null,
    session: who?.session ?? null,
    speaker: who?.agent ?? null,
    askers: who === null ? [] : [who],
    isAmbiguous: false,
    policy,
  };
}

async function identify(workspace: Workspace) {
  try {
    return await workspace.identify();
  } catch (error) {
    if (!(error instanceof AgentOsError)) throw error;
    if (error.code === 'AMBIGUOUS') return 'ambiguous';
    if (error.code === 'NO_IDENTITY') return null;
    throw error;
  }
}

/** Whether a speaker without a session is an agent at all: a person has no card. */
async function hasCard(workspace: Workspace, agent: AgentName): Promise<boolean> {
  const snapshot = await workspace.branch.snapshot();
  return (await snapshot.list('agents')).some(({ name }) => name === `${agent}.yaml`);
}
