import { formatRecord } from '../codec.ts';
import { AgentOsError } from '../errors.ts';
import { classify } from '../layout.ts';
import { KINDS, type Kind } from '../schema/kinds.ts';
import { broken, decodeText, isYamlMap, parseYaml, type YamlMap } from '../yaml.ts';
import { joinRecords } from './records.ts';

/** The versions of one file as one; `unreadable` are those that it does not show, by index, and why. */
export interface JoinedFile {
  readonly content: Uint8Array;
  readonly unreadable: ReadonlyMap<number, string>;
}

/**
 * Join different versions of one file, in any order and grouping with the same result. Records are joined field by
 * field; an unreadable version gives way to a readable one; of what has no structure that agent-os knows, or of
 * versions that are all unreadable, the one with the greatest bytes stays. Register documents are another matter: see
 * documents.ts.
 * @param versions - at least one
 */
export function joinFiles(path: string, versions: readonly Uint8Array[]): JoinedFile {
  const { kind } = classify(path);
  const known = kind in KINDS ? (kind as Kind) : null;
  if (known === null && !path.endsWith('.yaml'))
    return { content: greatest(versions), unreadable: new Map() };
  const unreadable = new Map<number, string>();
  const records = versions.flatMap((bytes, index) => {
    const record = readMap(bytes, path);
    if (!(record instanceof AgentOsError)) return [{ bytes, record }];
    unreadable.set(index, record.message);
    return [];
  });
  const [first, ...others] = records;
  if (first === undefined) {
    const content = greatest(versions);
    unreadable.delete(versions.indexOf(content));
    return { content, unreadable };
  }
  if (others.length === 0) return { content: first.bytes, unreadable };
  const joined = others.reduce((a, { record }) => joinRecords(kind, a, record), first.record);
  return { content: new TextEncoder().encode(formatRecord(known, joined)), unreadable };
}

/** The version that comes last when bytes are compared one by one; a longer one after its beginning. */
function greatest(versions: readonly Uint8Array[]): Uint8Array {
  return versions.reduce((a, b) => (compareBytes(a, b) >= 0 ? a : b));
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function readMap(bytes: Uint8Array, path: string): YamlMap | AgentOsError {
  try {
    const value = parseYaml(decodeText(bytes, path), path);
    return isYamlMap(value) ? value : broken(path, null, 'is not a map');
  } catch (error) {
    if (error instanceof AgentOsError && error.code === 'RECORD_BROKEN') return error;
    throw error;
  }
}
