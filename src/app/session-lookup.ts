import { AgentOsError } from '../domain/errors.ts';
import { sessionPath } from '../domain/layout.ts';
import type { AgentName, RecordId } from '../domain/names.ts';
import type { Session } from '../domain/schema/session.ts';
import type { Snapshot } from '../store/branch.ts';
import { openRecords, readRecord } from './records.ts';
import { readSessions } from './session-records.ts';
import type { Workspace } from './workspace.ts';

/** Who speaks, and the session that it has in this worktree. */
interface Speaker {
  readonly agent: AgentName;
  readonly session: RecordId | null;
}

/**
 * The session of this worktree, else the one that the agent has in this clone, else the last that it finished there.
 * @throws AgentOsError NO_SESSION, AMBIGUOUS, NOT_INITIALISED, RECORD_BROKEN
 */
export async function findSession(workspace: Workspace, { agent, session }: Speaker): Promise<Session> {
  const records = await openRecords(workspace);
  const marked = session && (await readRecord(records.snapshot, 'session', sessionPath(agent, session)));
  if (marked !== null) return marked;
  const own = (await readSessions(records, agent)).filter(({ clone }) => clone === workspace.clone);
  const active = own.filter(({ status }) => status === 'active');
  const candidate = active.at(-1) ?? own.at(-1);
  if (candidate === undefined) throw noSession(agent);
  if (active.length < 2) return candidate;
  const worktrees = active.map(({ worktree = '?' }) => worktree);
  throw new AgentOsError('AMBIGUOUS', `${agent} has ${active.length} active sessions in this clone`, {
    hint: `Run the command in the worktree that is meant: ${worktrees.join(', ')}.`,
    data: { sessions: active.map(({ id }) => id) },
  });
}

/** @throws AgentOsError NO_SESSION, RECORD_BROKEN, SCHEMA_TOO_NEW */
export async function requireSession(snapshot: Snapshot, agent: AgentName, id: RecordId): Promise<Session> {
  const session = await readRecord(snapshot, 'session', sessionPath(agent, id));
  if (session !== null) return session;
  throw noSession(agent);
}

export function noSession(agent: AgentName): AgentOsError {
  return new AgentOsError('NO_SESSION', `${agent} has no active session in this clone`, {
    hint: `Begin with \`agent-os start --agent ${agent} 'what you are about to do'\`.`,
    data: { agent },
  });
}
