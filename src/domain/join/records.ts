import type { Place } from '../layout.ts';
import type { YamlMap, YamlValue } from '../yaml.ts';
import { joinMaps } from './values.ts';

/** What happened once stays as it happened first. With a time go the fields that tell who it was. */
const FIRST_TIMES: readonly (readonly string[])[] = [
  ['read_at', 'read_by'],
  ['acked_at'],
  ['accepted_at'],
  ['closed_at', 'outcome', 'answer'],
  ['resolved_at'],
];

/**
 * Join two versions of one record: of a session the later writer's, of everything else all fields of both, where the
 * earlier time of reading, acknowledging, accepting, closing or resolving stays. Log entries and watermarks need no rule of their own:
 * the one is a union by operation id, the other the greater text.
 */
export function joinRecords(kind: Place['kind'], a: YamlMap, b: YamlMap): YamlMap {
  if (kind === 'session' && lastWriter(a) !== lastWriter(b)) return lastWriter(a) > lastWriter(b) ? a : b;
  const joined = joinMaps(a, b);
  if (kind === 'message' || kind === 'conflict') {
    for (const fields of FIRST_TIMES) keepFirst(joined, a, b, fields);
  }
  return joined;
}

function keepFirst(joined: YamlMap, a: YamlMap, b: YamlMap, fields: readonly string[]): void {
  const first = comesFirst(a, b, fields) ? a : b;
  if (first[fields[0] ?? ''] === undefined) return;
  for (const field of fields) {
    const value = first[field];
    if (value === undefined) delete joined[field];
    else joined[field] = value;
  }
}

/** Orders by time, then by the text of the fields; whoever lacks the time comes last. */
function comesFirst(a: YamlMap, b: YamlMap, fields: readonly string[]): boolean {
  const [timeA, timeB] = [timeOf(a[fields[0] ?? '']), timeOf(b[fields[0] ?? ''])];
  if (timeA !== timeB) return timeA < timeB;
  const text = (record: YamlMap) => JSON.stringify(fields.map((field) => record[field] ?? null));
  return text(a) <= text(b);
}

function timeOf(value: YamlValue | undefined): number {
  if (value === undefined) return Number.POSITIVE_INFINITY;
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? Number.MAX_VALUE : time;
}

function lastWriter(session: YamlMap): string {
  return typeof session['hlc'] === 'string' ? session['hlc'] : '';
}
