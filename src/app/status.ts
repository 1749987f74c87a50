import type { AgentName, Oid } from '../domain/names.ts';
import { parseAgentName } from '../domain/names.ts';
import type { LockView } from '../store/locks/locks.ts';
import { type ActiveSession, readActiveSessions } from './active-sessions.ts';
import { type ConflictView, readConflicts } from './documents.ts';
import { formatTime, openRecords, type Problem } from './records.ts';
import { readWaiting, type TaskView } from './tasks.ts';
import type { Workspace } from './workspace.ts';

/** An operation that the remote does not have yet, as far as this clone knows. */
export interface UnsyncedOperation {
  readonly commit: Oid;
  readonly subject: string;
  readonly at: string;
}

export interface StatusReport {
  /** Active ones, stale ones among them. */
  readonly sessions: readonly ActiveSession[];
  readonly locks: readonly LockView[];
  /** Agents with unread messages. */
  readonly unread: readonly { readonly agent: AgentName; readonly count: number }[];
  /** Tasks that wait for their receiver. */
  readonly tasks: readonly TaskView[];
  readonly conflicts: readonly ConflictView[];
  /** Empty without a remote. */
  readonly unsynced: readonly UnsyncedOperation[];
  readonly problems: readonly Problem[];
}

/**
 * Who does what, what is locked, what waits to be read, what collided, and what others cannot see yet: as this clone
 * knows it, without asking the remote.
 * @throws AgentOsError NOT_INITIALISED
 */
export async function readStatus(workspace: Workspace): Promise<StatusReport> {
  const records = await openRecords(workspace);
  const locks = await (await workspace.locks()).list();
  for (const { ref, problem } of locks.broken) records.report({ path: ref, message: problem });
  const waiting = await readWaiting(records);
  return {
    sessions: await readActiveSessions(workspace, records, { locks: locks.locks }),
    locks: locks.locks,
    unread: waiting.filter(({ unread }) => unread > 0).map(({ agent, unread }) => ({ agent, count: unread })),
    tasks: waiting.flatMap(({ tasks }) => tasks),
    conflicts: await readConflicts(workspace, records),
    unsynced: await listUnsynced(workspace, records.snapshot.tip),
    problems: records.problems,
  };
}

export interface Activity {
  readonly agent: AgentName;
  /** Whether one of its sessions is active, and not stale. */
  readonly active: boolean;
  /** Those that it has announced and not ended. */
  readonly sessions: readonly ActiveSession[];
  readonly problems: readonly Problem[];
}

/**
 * Whether an agent is at work, as this clone knows it; nothing but its sessions is read.
 * @throws AgentOsError NOT_INITIALISED, BAD_NAME
 */
export async function readActivity(workspace: Workspace, name: string): Promise<Activity> {
  const agent = parseAgentName(name);
  const records = await openRecords(workspace);
  const sessions = await readActiveSessions(workspace, records, { agent });
  return { agent, active: sessions.some(({ stale }) => !stale), sessions, problems: records.problems };
}

async function listUnsynced(
  { remote, objects }: Pick<Workspace, 'remote' | 'objects'>,
  tip: Oid | null,
): Promise<readonly UnsyncedOperation[]> {
  if (remote === null || tip === null) return [];
  const { branch, outboxes } = await remote.readMirror();
  const published = [...(branch === null ? [] : [branch]), ...outboxes.values()];
  const operations = await objects.history.operations(tip, published);
  return operations.map(({ oid, message, committedAt }) => ({
    commit: oid,
    subject: message.split('\n', 1)[0] ?? '',
    at: formatTime(committedAt * 1000),
  }));
}
