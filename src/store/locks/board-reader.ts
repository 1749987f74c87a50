import { AgentOsError } from '../../domain/errors.ts';
import type { LockBoard } from '../../domain/locks/blockers.ts';
import type { Claim, ClaimsTable } from '../../domain/locks/claims.ts';
import type { LockRecord } from '../../domain/locks/lock-record.ts';
import { describeForce, encodeResource, type Hash } from '../../domain/locks/lock-ref.ts';
import { rebuildClaims } from '../../domain/locks/rebuild-claims.ts';
import type { Oid, RefName, ResourceName } from '../../domain/names.ts';
import type { ObjectReader, StateFiles } from '../../domain/ports.ts';
import type { Authority, LockRefs } from './authority.ts';
import type { BrokenLock } from './locks.ts';
import { createRecordCache } from './record-cache.ts';
import { readRecordFile } from './record-file.ts';

export const RECORD_FILE = 'lock.yaml';
export const CLAIMS_FILE = 'claims.yaml';

/** Records and claims with the commits that they were read from. */
export interface StoredBoard extends LockBoard {
  readonly refs: LockRefs;
  /** The commit of each lock ref that was read, broken ones included. */
  readonly oids: ReadonlyMap<ResourceName, Oid>;
  readonly isRebuilt: boolean;
  readonly table: ClaimsTable;
  readonly broken: readonly (BrokenLock & {
    readonly resource: ResourceName | null;
    readonly error: AgentOsError;
  })[];
}

const EMPTY_TABLE: ClaimsTable = { claims: [], unknown: {} };

export interface BoardReader {
  /** Takes down what was just written, so that it is not read again. */
  remember(oid: Oid, record: LockRecord): void;
  refOf(authority: Authority, resource: ResourceName): RefName;
  /**
   * The records of the resources; and of all claims, with the table, when `withClaims`. Where the table is gone or
   * broken, all records are read, and the claims are made anew from them.
   * @throws AgentOsError SCHEMA_TOO_NEW: the table of a later version
   */
  read(
    authority: Authority,
    refs: LockRefs,
    wanted: { readonly resources: readonly ResourceName[]; readonly withClaims: boolean },
  ): Promise<StoredBoard>;
  /** The claims alone, as the table has them. @throws AgentOsError RECORD_BROKEN, SCHEMA_TOO_NEW */
  readClaims(authority: Authority, refs: LockRefs): Promise<readonly Claim[]>;
  /** Every record, without the claims. */
  readAll(authority: Authority, refs: LockRefs): Promise<StoredBoard>;
}

export function createBoardReader(reader: ObjectReader, hash: Hash, files: StateFiles): BoardReader {
  const cache = createRecordCache(files);

  const refOf = (authority: Authority, resource: ResourceName) =>
    `${authority.prefix}${encodeResource(resource, hash)}` as RefName;

  async function readRecord(authority: Authority, ref: RefName, oid: Oid): Promise<LockRecord> {
    const record = (await cache.record(authority, oid)) ?? (await parseRecord(ref, oid));
    if (refOf(authority, record.resource) !== ref) {
      throw new AgentOsError('RECORD_BROKEN', `${ref} holds the record of another resource`, {
        data: { ref, oid, resource: record.resource },
      });
    }
    return record;
  }

  async function parseRecord(ref: RefName, oid: Oid): Promise<LockRecord> {
    const bytes = await readRecordFile(reader, oid, RECORD_FILE, ref);
    const { decodeLockRecord } = await import('../../domain/locks/lock-record-codec.ts');
    const record = decodeLockRecord(bytes, ref);
    cache.remember(oid, record, true);
    return record;
  }

  async function readTable(authority: Authority, oid: Oid): Promise<ClaimsTable> {
    const known = await cache.table(authority, oid);
    if (known !== null) return known;
    const bytes = await readRecordFile(reader, oid, CLAIMS_FILE, 'claims');
    const { decodeClaims } = await import('../../domain/locks/claims-codec.ts');
    const table = decodeClaims(bytes, CLAIMS_FILE);
    cache.remember(oid, table, true);
    return table;
  }

  /** null: there is none, or nobody can read it. */
  async function findTable(authority: Authority, { claims }: LockRefs): Promise<ClaimsTable | null> {
    try {
      return claims === null ? null : await readTable(authority, claims);
    } catch (error) {
      if (error instanceof AgentOsError && error.code === 'RECORD_BROKEN') return null;
      throw error;
    }
  }

  /** Those of `pairs` whose record can be read, and those whose cannot. */
  async function collect(
    authority: Authority,
    refs: LockRefs,
    table: ClaimsTable,
    pairs: Iterable<readonly [ref: RefName, resource: ResourceName | null]>,
  ): Promise<StoredBoard> {
    const records = new Map<ResourceName, LockRecord>();
    const oids = new Map<ResourceName, Oid>();
    const broken: StoredBoard['broken'][number][] = [];
    for (const [ref, resource] of pairs) {
      const oid = refs.locks.get(ref);
      if (oid === undefined) continue;
      if (resource !== null) oids.set(resource, oid);
      try {
        const record = await readRecord(authority, ref, oid);
        records.set(record.resource, record);
        oids.set(record.resource, oid);
      } catch (error) {
        if (!isBroken(error)) throw error;
        broken.push({ ref, oid, scope: authority.scope, problem: error.message, resource, error });
      }
    }
    await cache.keep(authority, refs);
    return { refs, records, oids, table, claims: table.claims, broken, isRebuilt: false };
  }

  async function rebuild(
    authority: Authority,
    refs: LockRefs,
    resources: readonly ResourceName[],
  ): Promise<StoredBoard> {
    const names = new Map(resources.map((name) => [refOf(authority, name), name]));
    const pairs = [...refs.locks.keys()].map((ref) => [ref, names.get(ref) ?? null] as const);
    const board = await collect(authority, refs, EMPTY_TABLE, pairs);
    return { ...board, claims: rebuildClaims(board.records.values()), isRebuilt: true };
  }

  return {
    remember: (oid, record) => cache.remember(oid, record),
    refOf,
    read: async (authority, refs, { resources, withClaims }) => {
      const table = withClaims ? await findTable(authority, refs) : EMPTY_TABLE;
      if (table === null) return rebuild(authority, refs, resources);
      const all = new Set([...resources, ...table.claims.map((claim) => claim.resource)]);
      return collect(
        authority,
        refs,
        table,
        [...all].map((name) => [refOf(authority, name), name] as const),
      );
    },
    readClaims: async (authority, refs) =>
      refs.claims === null ? [] : (await readTable(authority, refs.claims)).claims,
    readAll: (authority, refs) =>
      collect(
        authority,
        refs,
        EMPTY_TABLE,
        [...refs.locks.keys()].map((ref) => [ref, null] as const),
      ),
  };
}

/**
 * Whether a board may be decided on: not where a wanted record cannot be read, nor any, where only the records tell
 * which paths are claimed.
 * @throws AgentOsError RECORD_BROKEN, SCHEMA_TOO_NEW
 */
export function assertReadable({ broken, isRebuilt }: StoredBoard, wanted: readonly ResourceName[]): void {
  const isWanted = (resource: ResourceName | null) => resource !== null && wanted.includes(resource);
  const first = broken.find(({ resource }) => isWanted(resource)) ?? (isRebuilt ? broken[0] : undefined);
  if (first === undefined) return;
  const { error, problem, ref, oid, resource } = first;
  const unknown = isWanted(resource) ? '' : ', so that nobody knows which paths are locked';
  throw new AgentOsError(error.code, `${problem}${unknown}`, {
    hint: error.hint ?? describeForce(ref, oid),
    data: { ref, oid },
    cause: error,
  });
}

function isBroken(error: unknown): error is AgentOsError {
  return error instanceof AgentOsError && ['RECORD_BROKEN', 'SCHEMA_TOO_NEW'].includes(error.code);
}
