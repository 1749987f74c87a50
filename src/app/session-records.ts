import { CONFIG_PATH, classify, sessionFolder } from '../domain/layout.ts';
import { type AgentName, type CloneId, isAgentName, type RecordId } from '../domain/names.ts';
import { resolveConfig } from '../domain/schema/resolve-config.ts';
import type { Session } from '../domain/schema/session.ts';
import type { Snapshot } from '../store/branch.ts';
import type { RecordReader } from './records.ts';

/** A session as `--json` shows it. */
export interface SessionView {
  readonly id: RecordId;
  readonly agent: AgentName;
  readonly status: Session['status'];
  /** Active, but without a sign of life for longer than a lease lasts. */
  readonly stale: boolean;
  readonly task: string;
  readonly branch: string | null;
  readonly worktree: string | null;
  readonly clone: CloneId;
  readonly startedAt: string;
  readonly heartbeatAt: string;
  readonly endedAt: string | null;
  readonly summary: string | null;
  readonly commits: readonly string[];
}

/** Of each agent, so many of its latest sessions are looked at; older ones that never ended are gc's concern. */
const LATEST = 100;

export function viewSession(
  session: Session,
  times: { readonly now: number; readonly staleAfter: number },
): SessionView {
  const { id, agent, status, task, clone } = session;
  const silence = times.now - Date.parse(session.heartbeat_at);
  return {
    id,
    agent,
    status,
    stale: status === 'active' && silence > times.staleAfter,
    task,
    branch: session.branch ?? null,
    worktree: session.worktree ?? null,
    clone,
    startedAt: session.started_at,
    heartbeatAt: session.heartbeat_at,
    endedAt: session.ended_at ?? null,
    summary: session.summary ?? null,
    commits: session.commits,
  };
}

/** The latest sessions of one agent, or of all, oldest first. */
export async function readSessions(records: RecordReader, agent?: AgentName): Promise<readonly Session[]> {
  const { snapshot } = records;
  const agents = agent === undefined ? await listSessionAgents(snapshot) : [agent];
  const places = (await Promise.all(agents.map((name) => listSessions(snapshot, name)))).flat();
  const sessions = await records.readAll(
    'session',
    places,
    (session, place) => session.id === place.id && session.agent === place.agent,
  );
  return [...sessions].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Milliseconds of silence after which a session counts as stale: as long as a lease, `locks.ttl` of config.yaml. */
export async function readStaleAfter(records: RecordReader): Promise<number> {
  const config = await records.read('config', CONFIG_PATH);
  return 1000 * resolveConfig(config).locks.ttl;
}

async function listSessionAgents(snapshot: Snapshot): Promise<readonly AgentName[]> {
  return (await snapshot.list('sessions')).map(({ name }) => name).filter(isAgentName);
}

async function listSessions(snapshot: Snapshot, agent: AgentName) {
  const places = (await snapshot.list(sessionFolder(agent))).flatMap(({ name }) => {
    const path = `${sessionFolder(agent)}/${name}`;
    const place = classify(path);
    return place.kind === 'session' ? [{ ...place, path }] : [];
  });
  return places.slice(-LATEST);
}
