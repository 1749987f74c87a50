import { sessionPath } from '../../domain/layout.ts';
import { isAgentName, type RecordId } from '../../domain/names.ts';
import type { RangeCommit } from '../../domain/report/code-review.ts';
import type { Session } from '../../domain/schema/session.ts';
import type { RecordReader } from '../records.ts';

/**
 * Sessions and those that the commits name beside them, however old they are; by their start.
 * @param latest - of every agent: what records and times tell of commits is asked of these alone
 */
export async function addNamedSessions(
  records: RecordReader,
  latest: readonly Session[],
  commits: readonly RangeCommit[],
): Promise<readonly Session[]> {
  const known = new Set(latest.map(({ id }) => id));
  const named = commits.flatMap(({ trailers }) => trailers.makers);
  const missing = new Set(named.flatMap(({ session }) => session ?? []).filter((id) => !known.has(id)));
  if (missing.size === 0) return latest;
  const older = await records.readAll(
    'session',
    await findPlaces(records, missing),
    (session, { id, agent }) => session.id === id && session.agent === agent,
  );
  return [...latest, ...older].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Where sessions lie of which only the id is known for certain. */
async function findPlaces({ snapshot }: RecordReader, ids: ReadonlySet<RecordId>) {
  const agents = (await snapshot.list('sessions')).map(({ name }) => name).filter(isAgentName);
  const places = await Promise.all(
    agents.map(async (agent) => {
      const names = new Set((await snapshot.list(`sessions/${agent}`)).map(({ name }) => name));
      const found = [...ids].filter((id) => names.has(`${id}.yaml`));
      return found.map((id) => ({ id, agent, path: sessionPath(agent, id) }));
    }),
  );
  return places.flat();
}
