import { cardPath, classify, recordTime } from '../../domain/layout.ts';
import type { AgentName, Oid, RecordId } from '../../domain/names.ts';
import type { Recap } from '../../domain/schema/recap.ts';
import type { CodeCommitFacts } from '../../domain/verify/facts.ts';
import type { GateFacts } from '../../domain/verify/gates.ts';
import type { PeopleFacts } from '../../domain/verify/trailers.ts';
import type { Snapshot } from '../../store/branch.ts';
import { type RecordReader, readRecords } from '../records.ts';

const DAY = 86_400_000;

/** For each agent and session that made commits and whose card has gates: what it requires, and what was reported. */
export async function gatherGates(
  snapshots: readonly Snapshot[],
  commits: readonly CodeCommitFacts[],
  { sessions }: Pick<PeopleFacts, 'sessions'>,
): Promise<readonly GateFacts[]> {
  const readers = snapshots.map(readRecords);
  const made = new Map<string, { agent: AgentName; session: RecordId | null; oids: Set<Oid>; last: Oid }>();
  for (const { oid, trailers } of commits) {
    const owned = [...trailers.sessions].flatMap((session) => {
      const agent = sessions.get(session);
      return agent === undefined ? [] : [{ agent, session }];
    });
    const alone = [...trailers.agents].filter((agent) => !owned.some((one) => one.agent === agent));
    for (const maker of [...owned, ...alone.map((agent) => ({ agent, session: null }))]) {
      const key = `${maker.agent} ${maker.session}`;
      const known = made.get(key) ?? { ...maker, oids: new Set<Oid>(), last: oid };
      known.oids.add(oid);
      made.set(key, { ...known, last: oid });
    }
  }
  const since = Math.min(...commits.map(({ committedAt }) => committedAt * 1000)) - DAY;
  const facts: GateFacts[] = [];
  for (const { agent, session, oids, last } of made.values()) {
    const required = await readRequired(readers, agent);
    if (required.length === 0) continue;
    const recaps = (await readRecaps(readers, agent, since)).filter(
      (recap) =>
        (session !== null && recap.session === session) || recap.commits.some((oid) => oids.has(oid as Oid)),
    );
    facts.push({ agent, commit: last, required, reported: recaps.map(({ gates = [] }) => gates) });
  }
  return facts;
}

async function readRequired(readers: readonly RecordReader[], agent: AgentName) {
  for (const reader of readers) {
    const card = await reader.read('card', cardPath(agent));
    if (card === null) continue;
    return card.gates ?? [];
  }
  return [];
}

async function readRecaps(
  readers: readonly RecordReader[],
  agent: AgentName,
  since: number,
): Promise<readonly Recap[]> {
  const recaps = new Map<RecordId, Recap>();
  const month = new Date(Math.max(0, since)).toISOString().slice(0, 7).replace('-', '/');
  for (const { snapshot, readAll } of readers) {
    for (const year of await snapshot.list('recaps')) {
      for (const { name } of await snapshot.list(`recaps/${year.name}`)) {
        const folder = `recaps/${year.name}/${name}`;
        if (`${year.name}/${name}` < month) continue;
        const places = (await snapshot.list(folder)).flatMap((entry) => {
          const path = `${folder}/${entry.name}`;
          const place = classify(path);
          return place.kind === 'recap' && place.agent === agent && recordTime(place.id) >= since
            ? [{ ...place, path }]
            : [];
        });
        for (const recap of await readAll('recap', places, ({ id }, place) => id === place.id))
          recaps.set(recap.id, recap);
      }
    }
  }
  return [...recaps.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
