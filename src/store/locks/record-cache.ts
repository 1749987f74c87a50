import type { ClaimsTable } from '../../domain/locks/claims.ts';
import type { LockRecord } from '../../domain/locks/lock-record.ts';
import { isOid, type Oid } from '../../domain/names.ts';
import type { StateFiles } from '../../domain/ports.ts';
import type { Authority, LockRefs } from './authority.ts';

/** To be raised with LockRecord and ClaimsTable: a cache of another format is none. */
const FORMAT = 1;
/** So many are remembered in the life of a process. */
const KEPT = 2000;

/** What stands behind the commits of lock refs, parsed, by commit. */
export interface RecordCache {
  /** null: not known. */
  record(authority: Authority, oid: Oid): Promise<LockRecord | null>;
  table(authority: Authority, oid: Oid): Promise<ClaimsTable | null>;
  /** @param isRead - it came from the object database, so the next process would have to read it, too */
  remember(oid: Oid, value: LockRecord | ClaimsTable, isRead?: boolean): void;
  /** Keep what is remembered of `refs` for the processes to come, if any of it was read anew. */
  keep(authority: Authority, refs: LockRefs): Promise<void>;
}

/**
 * A cache in memory, and in a file for each authority. A commit's content never changes, so nothing in it is ever out
 * of date; without it, every hook and listing would read and parse the same YAML again, at a millisecond a record. The
 * file can be lost without harm, and is believed as far as this clone's own git directory is.
 */
export function createRecordCache(files: StateFiles): RecordCache {
  const records = new Map<Oid, LockRecord>();
  const tables = new Map<Oid, ClaimsTable>();
  const loading = new Map<Authority['name'], Promise<void>>();
  const isNew = new Set<Oid>();

  const load = (authority: Authority): Promise<void> => {
    const known = loading.get(authority.name) ?? read(authority);
    loading.set(authority.name, known);
    return known;
  };
  const read = async (authority: Authority): Promise<void> => {
    const document = parse(await files.read(fileOf(authority)));
    for (const [oid, record] of document?.records ?? []) records.set(oid, record);
    for (const [oid, table] of document?.tables ?? []) tables.set(oid, table);
  };

  return {
    async record(authority, oid) {
      if (!records.has(oid)) await load(authority);
      return records.get(oid) ?? null;
    },
    async table(authority, oid) {
      if (!tables.has(oid)) await load(authority);
      return tables.get(oid) ?? null;
    },
    remember(oid, value, isRead = false) {
      if (records.size + tables.size >= KEPT) for (const map of [records, tables, isNew]) map.clear();
      if ('claims' in value) tables.set(oid, value);
      else records.set(oid, value);
      if (isRead) isNew.add(oid);
    },
    async keep(authority, refs) {
      const standing = [...refs.locks.values(), ...(refs.claims === null ? [] : [refs.claims])];
      if (!standing.some((oid) => isNew.has(oid))) return;
      for (const oid of standing) isNew.delete(oid);
      const pick = <T>(known: ReadonlyMap<Oid, T>) =>
        standing.flatMap((oid): [Oid, T][] => {
          const value = known.get(oid);
          return value === undefined ? [] : [[oid, value]];
        });
      const document: Document = { format: FORMAT, records: pick(records), tables: pick(tables) };
      // What cannot be kept is read again.
      await files.update(fileOf(authority), () => document).catch(() => {});
    },
  };
}

interface Document {
  readonly format: typeof FORMAT;
  readonly records: readonly [Oid, LockRecord][];
  readonly tables: readonly [Oid, ClaimsTable][];
}

function fileOf({ name }: Authority): string {
  return `${name}-lock-records`;
}

function parse(document: unknown): Document | null {
  if (typeof document !== 'object' || document === null) return null;
  const { format, records, tables } = document as Partial<Record<keyof Document, unknown>>;
  return format === FORMAT && isList(records, 'leases') && isList(tables, 'claims')
    ? (document as Document)
    : null;
}

/** Whether it is a list of commits and values that have `key`. */
function isList(value: unknown, key: string): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (entry) =>
        Array.isArray(entry) && isOid(String(entry[0])) && typeof entry[1] === 'object' && key in entry[1],
    )
  );
}
