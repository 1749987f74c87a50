import type { LockRecord } from '../../domain/locks/lock-record.ts';
import { LOCKS_PREFIX } from '../../domain/locks/lock-ref.ts';
import type { Oid } from '../../domain/names.ts';
import { mayActFor, type Pusher } from '../../domain/receive/pusher.ts';
import type { ResolvedConfig } from '../../domain/schema/resolve-config.ts';
import { changedKeys, findBadSignatures, newHolders } from '../../domain/verify/signatures.ts';
import { isOwnMerge } from '../../store/commit-message.ts';
import { takeSnapshot } from '../../store/snapshot.ts';
import { isFalseMerge } from '../verify/gather-branch.ts';
import { tryRecord } from '../verify/gather-locks.ts';
import { gatherKeys, gatherOperations, readPlaces, trust } from '../verify/gather-signatures.ts';
import type { LockState } from './judge-locks.ts';
import type { ReceivedUpdate, Server } from './server.ts';

interface Judged {
  readonly config: ResolvedConfig;
  readonly pusher: Pusher;
  readonly state: LockState;
  /** Whether the ref has operations: the branch, or an outbox. */
  readonly isOperations: boolean;
  /** What the branch and the outboxes had before the push. */
  readonly known: readonly Oid[];
}

/**
 * What is wrong with the signatures of a push, where policy makes that an error. Keys are those of the cards on the
 * branch before the push; what the branch or an outbox had then is not judged again.
 */
export async function judgeSignatures(
  server: Server,
  { ref, from, to }: ReceivedUpdate,
  { config, state, isOperations, known }: Judged,
): Promise<readonly string[]> {
  if (config.verify.signatures !== 'error' || to === null) return [];
  const { audit, objects, settings } = server;
  const keys = trust(await keysAt(server, state.before.get(settings.branch) ?? null));
  const places = isOperations
    ? await gatherOperations(server, audit, { tips: [to], without: known, keys })
    : await readPlaces(
        audit.code,
        [{ oid: to, ref, holders: await holdersOf(objects.reader, { ref, from, to }) }],
        keys,
      );
  return findBadSignatures(places, keys).map(
    ({ commit = '', message }) => `${commit.slice(0, 12)} ${message}`,
  );
}

/**
 * Where the server has admins, whoever is none of them changes the keys of agents that they may act for, and no others:
 * in commits that have other keys than each of their parents. What a merge makes of its parents' keys is nobody's doing.
 */
export async function judgeKeys(
  server: Server,
  { to }: ReceivedUpdate,
  { config, pusher, isOperations, known }: Judged,
): Promise<readonly string[]> {
  const isAdmin = config.admins === null || (server.user !== null && config.admins.includes(server.user));
  if (isAdmin || to === null || !isOperations) return [];
  const { audit, objects } = server;
  const arrived = await audit.code.arrived([to], { locked: false, known });
  const tools = { ...audit.scratch, hash: server.hash };
  const problems = new Set<string>();
  for (const { oid, paths } of arrived) {
    const commit = paths.some((path) => path.startsWith('agents/')) ? await objects.reader.commit(oid) : null;
    if (commit === null || (isOwnMerge(commit) && !(await isFalseMerge(tools, oid)))) continue;
    const after = await keysAt(server, oid);
    const changes = await Promise.all(
      (commit.parents.length === 0 ? [null] : commit.parents).map(async (parent) =>
        changedKeys(await keysAt(server, parent), after),
      ),
    );
    for (const agent of changes[0] ?? []) {
      const isNew = changes.every((changed) => changed.includes(agent));
      if (isNew && (pusher === null || !mayActFor(pusher, agent)))
        problems.add(`only an admin of the server may change the keys of ${agent}`);
    }
  }
  return [...problems];
}

async function keysAt({ objects: { reader } }: Server, tip: Oid | null) {
  return gatherKeys(await takeSnapshot(reader, tip === null ? null : await reader.commit(tip)));
}

/** Only the records of locks have holders. */
async function holdersOf(
  reader: Server['objects']['reader'],
  { ref, from, to }: { readonly ref: string; readonly from: Oid | null; readonly to: Oid },
): Promise<readonly string[]> {
  if (!ref.startsWith(LOCKS_PREFIX)) return [];
  const before: LockRecord | null = from === null ? null : await tryRecord(reader, from);
  const after = await tryRecord(reader, to);
  return after === null ? [] : newHolders(before, after);
}
