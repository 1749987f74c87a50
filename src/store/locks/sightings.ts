import type { Blocker } from '../../domain/locks/blockers.ts';
import { acquiredAt } from '../../domain/locks/claims.ts';
import type { Moment } from '../../domain/locks/takeover.ts';
import type { Oid, RefName } from '../../domain/names.ts';
import type { Clock, StateFiles } from '../../domain/ports.ts';
import type { Authority, LockRefs } from './authority.ts';
import type { BoardReader } from './board-reader.ts';
import { elapsedSince, isMoment, readMoment } from './moment.ts';

interface Document {
  /** When the refs were last fetched. */
  readonly fetchedAt: Moment | null;
  /** By ref of a lock or of the claims: its commit, and when each lease in it was first seen, by `keyOf`. */
  readonly refs: Readonly<
    Record<string, { readonly oid: string; readonly leases: Readonly<Record<string, Moment>> }>
  >;
}

/** What tells a lease from the same one renewed. */
type SeenLease = Pick<Blocker, 'nonce' | 'renewedAt'>;

/** When this clone first saw each lease, as a file knows it: what takeovers are judged by. */
export interface Sightings {
  /** Take down what is new in `refs`, as of now; forget what is gone. Reads only what changed. */
  record(refs: LockRefs, options: { readonly isFetched: boolean }): Promise<void>;
  /** When a lease was first seen as it is; null: never before. */
  read(): Promise<(lease: SeenLease) => Moment | null>;
  /** When the refs were last fetched; null when that is not known. */
  fetchedAt(): Promise<Moment | null>;
  /** Milliseconds since then by this machine's uptime; null when nobody knows. */
  age(): Promise<number | null>;
}

export function createSightings(input: {
  readonly files: StateFiles;
  readonly name: string;
  readonly clock: Clock;
  readonly authority: Authority;
  readonly boards: BoardReader;
}): Sightings {
  const { files, name, clock, authority, boards } = input;
  const load = async () => parse(await files.read(name));

  return {
    record: async (refs, { isFetched }) => {
      const seen = readMoment(clock);
      const before = await load();
      const standing = new Map<string, Oid>(refs.locks);
      if (refs.claims !== null) standing.set(authority.claimsRef, refs.claims);
      const changed = [...standing].filter(([ref, oid]) => before.refs[ref]?.oid !== oid);
      const isPruned = Object.keys(before.refs).every((ref) => standing.has(ref));
      if (changed.length === 0 && isPruned && !isFetched) return;
      const leases = await readLeases(refs, changed);
      await files.update(name, (current) => {
        const document = parse(current);
        const entries = [...standing].flatMap(([ref, oid]) => {
          const known = document.refs[ref];
          if (known?.oid === oid) return [[ref, known]];
          const found = leases.get(ref);
          if (found === undefined) return [];
          const dated = found.map((lease) => [keyOf(lease), known?.leases[keyOf(lease)] ?? seen]);
          return [[ref, { oid, leases: Object.fromEntries(dated) }]];
        });
        return { fetchedAt: isFetched ? seen : document.fetchedAt, refs: Object.fromEntries(entries) };
      });
    },
    read: async () => {
      const { refs } = await load();
      const seen = new Map(Object.values(refs).flatMap(({ leases }) => Object.entries(leases)));
      return (lease) => seen.get(keyOf(lease)) ?? null;
    },
    fetchedAt: async () => (await load()).fetchedAt,
    age: async () => {
      const { fetchedAt } = await load();
      return fetchedAt === null ? null : elapsedSince(fetchedAt, clock);
    },
  };

  /** What stands behind each of the changed refs; nothing behind a broken one. */
  async function readLeases(
    refs: LockRefs,
    changed: readonly (readonly [ref: string, oid: Oid])[],
  ): Promise<ReadonlyMap<string, readonly SeenLease[]>> {
    const found = new Map<string, readonly SeenLease[]>(changed.map(([ref]) => [ref, []]));
    const locks = new Map(changed.filter(([ref]) => ref !== authority.claimsRef) as [RefName, Oid][]);
    const { records } = await boards.readAll(authority, { ...refs, locks });
    for (const record of records.values()) {
      found.set(boards.refOf(authority, record.resource), record.leases);
    }
    if (found.has(authority.claimsRef)) {
      const claims = await boards.readClaims(authority, refs).catch(() => []);
      found.set(
        authority.claimsRef,
        claims.map((claim) => ({ nonce: claim.nonce, renewedAt: acquiredAt(claim) })),
      );
    }
    return found;
  }
}

function keyOf({ nonce, renewedAt }: SeenLease): string {
  return `${nonce} ${renewedAt}`;
}

const NOTHING: Document = { fetchedAt: null, refs: {} };

/** What this module has written; anything else is as if nothing had been seen. */
function parse(document: unknown): Document {
  if (typeof document !== 'object' || document === null) return NOTHING;
  const { fetchedAt, refs } = document as Partial<Record<keyof Document, unknown>>;
  const isWhole =
    (fetchedAt === null || isMoment(fetchedAt)) &&
    typeof refs === 'object' &&
    refs !== null &&
    Object.values(refs).every(isSeen);
  return isWhole ? (document as Document) : NOTHING;
}

function isSeen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { oid, leases } = value as { readonly oid?: unknown; readonly leases?: unknown };
  return (
    typeof oid === 'string' &&
    typeof leases === 'object' &&
    leases !== null &&
    Object.values(leases).every(isMoment)
  );
}
