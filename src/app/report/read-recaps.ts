import { classify, recordTime } from '../../domain/layout.ts';
import type { AgentName, RecordId } from '../../domain/names.ts';
import type { Recap } from '../../domain/schema/recap.ts';
import type { RecordReader } from '../records.ts';

/** So many recaps are read where nobody says otherwise, the latest. */
const RECAPS = 500;

type Place = { readonly agent: AgentName; readonly id: RecordId; readonly path: string };

/** Recaps that were written since a time in milliseconds: a recap comes after the work that it is about. */
export async function readRecapsSince(
  records: RecordReader,
  since: number,
  most = RECAPS,
): Promise<readonly Recap[]> {
  const { snapshot } = records;
  const firstMonth = new Date(since).toISOString().slice(0, 7);
  const places: Place[] = [];
  for (const year of await snapshot.list('recaps')) {
    for (const month of await snapshot.list(`recaps/${year.name}`)) {
      if (`${year.name}-${month.name}` < firstMonth) continue;
      const folder = `recaps/${year.name}/${month.name}`;
      for (const { name } of await snapshot.list(folder)) {
        const path = `${folder}/${name}`;
        const place = classify(path);
        if (place.kind === 'recap' && recordTime(place.id) >= since)
          places.push({ agent: place.agent, id: place.id, path });
      }
    }
  }
  const latest = places.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(-most);
  return records.readAll(
    'recap',
    latest,
    (recap, place) => recap.id === place.id && recap.agent === place.agent,
  );
}
