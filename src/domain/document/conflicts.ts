import { canonicalJson } from '../canonical-json.ts';
import type { Conflict } from '../schema/conflict.ts';
import type { Write } from '../schema/stamps.ts';
import type { YamlValue } from '../yaml.ts';
import type { Hash } from './ingest.ts';
import { type Pointer, parsePointer } from './pointer.ts';
import type { DocumentState } from './registers.ts';
import { viewDocument } from './view.ts';

/**
 * The values that were set at the same time as another and lost: to a later write of the same key, or hidden by a
 * write to a key above or below. They follow from the state alone, and are gone as soon as somebody who has seen
 * them sets the key again.
 */
export function findConflicts(state: DocumentState, file: string, hash: Hash): Conflict[] {
  const found: Conflict[] = viewDocument(state).hidden.map(({ pointer, write }) =>
    record(file, pointer, write, hash),
  );
  for (const [pointer, [winner, ...losers]] of state.registers) {
    if (parsePointer(pointer).at(-1)?.kind === 'comment') continue;
    for (const write of losers) {
      if (write.value !== undefined && !isSame(write, winner)) found.push(record(file, pointer, write, hash));
    }
  }
  return found;
}

function record(file: string, pointer: Pointer, { op, by, value }: Write, hash: Hash): Conflict {
  const id = hash(['conflict', file, pointer, op].join('\n')).slice(0, 40);
  return { id, kind: 'value', file, pointer, op, ...(by === undefined ? {} : { by }), value };
}

function isSame(write: Write, winner: Write | undefined): boolean {
  return winner !== undefined && canonicalJson(valueIn(write)) === canonicalJson(valueIn(winner));
}

function valueIn(write: Write): YamlValue {
  return (write.value ?? null) as YamlValue;
}
