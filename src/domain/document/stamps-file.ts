import { decode, formatRecord } from '../codec.ts';
import { isOperationId } from '../operation.ts';
import { schemaId } from '../schema/kinds.ts';
import type { Write } from '../schema/stamps.ts';
import { broken, emptyMap, type YamlMap } from '../yaml.ts';
import type { Pointer } from './pointer.ts';
import type { DocumentState } from './registers.ts';

/** The state of a document that has never been written. */
export const EMPTY_STATE: DocumentState = {
  version: 1,
  seen: new Map(),
  registers: new Map(),
  unknown: emptyMap(),
};

/**
 * The registers as kept in a stamps file.
 * @throws AgentOsError RECORD_BROKEN, SCHEMA_TOO_NEW
 */
export function decodeStamps(bytes: Uint8Array, path: string): DocumentState {
  const {
    schema: _schema,
    version,
    seen,
    registers,
    ...unknown
  } = decode('stamps', bytes, path) as unknown as YamlMap;
  const sorted = new Map<Pointer, readonly Write[]>();
  for (const [pointer, writes] of Object.entries(registers as unknown as Record<Pointer, Write[]>)) {
    if (writes.some((write) => !isOperationId(write.op)))
      throw broken(path, null, `has a bad stamp at ${pointer}`);
    if (writes.length > 0) sorted.set(pointer, sortWrites(writes));
  }
  return {
    version: typeof version === 'number' ? version : 1,
    seen: new Map(Object.entries(seen as Record<string, number>)),
    registers: sorted,
    unknown: Object.assign(emptyMap(), unknown),
  };
}

/** The stamps file of a state. */
export function formatStamps(state: DocumentState): string {
  const fields = {
    ...state.unknown,
    schema: schemaId('stamps'),
    ...(state.version === 1 ? {} : { version: state.version }),
    seen: fromMap(state.seen),
    registers: fromMap(state.registers),
  };
  return formatRecord('stamps', fields as unknown as YamlMap);
}

/** The winner first. */
export function sortWrites(writes: readonly Write[]): Write[] {
  return [...writes].sort((a, b) => (a.op < b.op ? 1 : a.op > b.op ? -1 : 0));
}

function fromMap<T>(map: ReadonlyMap<string, T>): Record<string, T> {
  const object = Object.create(null) as Record<string, T>;
  for (const [key, value] of map) object[key] = value;
  return object;
}
