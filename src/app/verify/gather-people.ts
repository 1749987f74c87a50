import { AgentOsError } from '../../domain/errors.ts';
import { classify, RETENTION_PATH, sessionFolder, sessionPath } from '../../domain/layout.ts';
import { type AgentName, isAgentName, type RecordId } from '../../domain/names.ts';
import type { LockFacts } from '../../domain/verify/facts.ts';
import type { PeopleFacts } from '../../domain/verify/trailers.ts';
import type { Snapshot } from '../../store/branch.ts';
import { listAgentNames } from '../recipients.ts';
import { readRecord } from '../records.ts';

/** Who is known on any of the snapshots; sessions by their paths, unread. */
export async function gatherPeople(snapshots: readonly [Snapshot, ...Snapshot[]]): Promise<PeopleFacts> {
  const agents = new Set<AgentName>();
  const sessions = new Map<RecordId, AgentName>();
  for (const snapshot of snapshots) {
    for (const agent of await listAgentNames(snapshot)) agents.add(agent);
    for (const { name: owner } of await snapshot.list('sessions')) {
      if (!isAgentName(owner)) continue;
      for (const { name } of await snapshot.list(sessionFolder(owner))) {
        const place = classify(`${sessionFolder(owner)}/${name}`);
        if (place.kind === 'session') sessions.set(place.id, place.agent);
      }
    }
  }
  const retention = await tolerant(() => readRecord(snapshots[0], 'retention', RETENTION_PATH));
  return { agents, sessions, forgotten: retention?.sessions ?? {} };
}

/** The sessions that hold a lock and have ended, as any of the snapshots says. */
export async function gatherFinished(
  snapshots: readonly Snapshot[],
  { records }: Pick<LockFacts, 'records'>,
): Promise<ReadonlySet<RecordId>> {
  const finished = new Set<RecordId>();
  for (const { agent, session } of [...records.values()].flatMap(({ leases }) => leases)) {
    if (session === null) continue;
    for (const snapshot of snapshots) {
      const record = await tolerant(() => readRecord(snapshot, 'session', sessionPath(agent, session)));
      if (record !== null && record.status !== 'active') finished.add(session);
    }
  }
  return finished;
}

/** What is broken is named by branch-content, and says nothing here. */
export async function tolerant<T>(read: () => Promise<T | null>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AgentOsError && /^(RECORD_BROKEN|SCHEMA_TOO_NEW)$/.test(error.code)) return null;
    throw error;
  }
}
