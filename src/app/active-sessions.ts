import type { AgentName, ResourceName } from '../domain/names.ts';
import type { LockView } from '../store/locks/locks.ts';
import type { RecordReader } from './records.ts';
import { readSessions, readStaleAfter, type SessionView, viewSession } from './session-records.ts';
import { findSignsOfLife } from './signs-of-life.ts';
import type { Workspace } from './workspace.ts';

export interface ActiveSession extends SessionView {
  /** What it holds. */
  readonly holds: readonly ResourceName[];
}

/**
 * The sessions that were announced and have not ended, oldest first. One is stale when neither a heartbeat nor anything
 * else on the branch tells of it for longer than a lease lasts.
 * @param options.agent - only its sessions
 * @param options.locks - what is held, as last seen; default: nothing
 */
export async function readActiveSessions(
  { clock, objects }: Pick<Workspace, 'clock' | 'objects'>,
  records: RecordReader,
  options: {
    readonly agent?: AgentName;
    readonly locks?: readonly Pick<LockView, 'resource' | 'holders'>[];
  } = {},
): Promise<readonly ActiveSession[]> {
  const [sessions, staleAfter] = await Promise.all([
    readSessions(records, options.agent),
    readStaleAfter(records),
  ]);
  const times = { now: clock.now(), staleAfter };
  const views = sessions
    .filter(({ status }) => status === 'active')
    .map((session) => viewSession(session, times));
  const { tip } = records.snapshot;
  const signs = views.some(({ stale }) => stale)
    ? await findSignsOfLife(objects.reader, tip, times.now - staleAfter)
    : new Set();
  return views.map((session) => ({
    ...session,
    stale: session.stale && !signs.has(session.id),
    holds: heldBy(session, options.locks ?? []),
  }));
}

/** The resources that a session holds. */
export function heldBy(
  { id, agent, clone }: Pick<SessionView, 'id' | 'agent' | 'clone'>,
  locks: readonly Pick<LockView, 'resource' | 'holders'>[],
): readonly ResourceName[] {
  const isHolder = (holder: LockView['holders'][number]) =>
    holder.session === id && holder.agent === agent && holder.clone === clone;
  return locks.filter(({ holders }) => holders.some(isHolder)).map(({ resource }) => resource);
}
