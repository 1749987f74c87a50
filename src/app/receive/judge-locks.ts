import { AgentOsError } from '../../domain/errors.ts';
import type { LockRecord } from '../../domain/locks/lock-record.ts';
import { CLAIMS_REF, encodeResource, LOCKS_PREFIX } from '../../domain/locks/lock-ref.ts';
import type { Oid, RefName, ResourceName } from '../../domain/names.ts';
import { judgeClaimsMove } from '../../domain/receive/claims-move.ts';
import { judgeLockMove, judgeLockRemoval } from '../../domain/receive/lock-move.ts';
import type { Pusher } from '../../domain/receive/pusher.ts';
import type { ResolvedConfig } from '../../domain/schema/resolve-config.ts';
import { readClaimsTable, readLockRecord, tryClaims } from '../verify/gather-locks.ts';
import type { ReceivedUpdate, Server } from './server.ts';

/** What the lock refs are before a push, and will be after it. */
export interface LockState {
  readonly before: ReadonlyMap<RefName, Oid>;
  readonly after: ReadonlyMap<RefName, Oid>;
}

interface Judged {
  readonly pusher: Pusher;
  readonly config: ResolvedConfig;
  readonly state: LockState;
}

/** What is wrong with a push of one lock's ref. */
export async function judgeLock(
  server: Server,
  { ref, from, to }: ReceivedUpdate,
  { pusher, config, state }: Judged,
): Promise<readonly string[]> {
  const { reader } = server.objects;
  const before = from === null ? null : await tryRecord(server, ref, from);
  const now = server.clock.now();
  if (to === null) {
    const commit = from === null ? null : await reader.commit(from);
    const claims = await readClaimsTable(reader, state.after.get(CLAIMS_REF) ?? null);
    return judgeLockRemoval({
      record: before,
      committedAt: commit?.committedAt ?? now / 1000,
      isClaimed: claims.some(({ resource }) => resource === before?.resource),
      now,
      tombstones: config.retention.tombstones,
    });
  }
  const commit = await reader.commit(to);
  if (commit === null) return ['it does not point to a commit'];
  const isNext = from === null ? commit.parents.length === 0 : commit.parents.join() === from;
  if (!isNext) return ['its history is not the one before with one record more'];
  const after = await readLockRecord(sourcesOf(server), ref, to);
  const { maxSkew } = config.locks;
  return judgeLockMove({ before, after, message: commit.message, pusher, now, maxSkew });
}

/** What is wrong with a push of the table of claims. */
export async function judgeClaims(
  server: Server,
  { from, to }: ReceivedUpdate,
  { state }: Pick<Judged, 'state'>,
): Promise<readonly string[]> {
  if (to === null) return ['the table of claims is never removed'];
  const { reader } = server.objects;
  const commit = await reader.commit(to);
  const isNext = from === null ? commit?.parents.length === 0 : commit?.parents.join() === from;
  if (!isNext) return ['its history is not the one before with one table more'];
  // What nobody can read is made anew from the locks, and each claim needs its lock.
  const before = (await tryClaims(reader, from)) ?? [];
  const after = await readClaimsTable(reader, to);
  const records = new Map<ResourceName, LockRecord>();
  for (const resource of new Set([...before, ...after].map((claim) => claim.resource))) {
    const ref = `${LOCKS_PREFIX}${encodeResource(resource, server.hash)}` as RefName;
    const oid = state.after.get(ref);
    const record = oid === undefined ? null : await tryRecord(server, ref, oid);
    if (record !== null) records.set(resource, record);
  }
  return judgeClaimsMove({ before, after, records });
}

/**
 * null: it is broken, so whatever replaces it in good order is an improvement.
 * @throws AgentOsError SCHEMA_TOO_NEW: nobody can say who holds it
 */
async function tryRecord(server: Server, ref: RefName, oid: Oid): Promise<LockRecord | null> {
  try {
    return await readLockRecord(sourcesOf(server), ref, oid);
  } catch (error) {
    if (error instanceof AgentOsError && error.code === 'RECORD_BROKEN') return null;
    throw error;
  }
}

function sourcesOf({ objects, hash }: Server) {
  return { reader: objects.reader, hash };
}
