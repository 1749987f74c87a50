import type { LockRecord } from '../../domain/locks/lock-record.ts';
import { LOCKS_PREFIX } from '../../domain/locks/lock-ref.ts';
import type { Oid } from '../../domain/names.ts';
import { mayActFor, type Pusher } from '../../domain/receive/pusher.ts';
import type { ResolvedConfig } from '../../domain/schema/resolve-config.ts';
import { changedKeys, findBadSignatures, newHolders } from '../../domain/verify/signatures.ts';
import { takeSnapshot } from '../../store/snapshot.ts';
import { tryRecord } from '../verify/gather-locks.ts';
import { gatherKeys, gatherOperations, readPlaces, trust } from '../verify/gather-signatures.ts';
import type { LockState } from './judge-locks.ts';
import type { ReceivedUpdate, Server } from './server.ts';

interface Judged {
  readonly config: ResolvedConfig;
  readonly pusher: Pusher;
  readonly state: LockState;
}

/**
 * What is wrong with the signatures of a push, where policy makes that an error. Keys are those of the cards on the
 * branch before the push; what the branch or an outbox had then is not judged again.
 */
export async function judgeSignatures(
  server: Server,
  { ref, from, to }: ReceivedUpdate,
  { config, state }: Judged,
): Promise<readonly string[]> {
  if (config.verify.signatures !== 'error' || to === null) return [];
  const { branch } = server.settings;
  const { reader } = server.objects;
  const keys = trust(await keysAt(server, state.before.get(branch) ?? null));
  const isOperation = ref === branch || ref.startsWith('refs/agent-os/outbox/');
  const known = [...state.before].filter(
    ([name]) => name === branch || name.startsWith('refs/agent-os/outbox/'),
  );
  const without = known.map(([, oid]) => oid);
  const places = isOperation
    ? await gatherOperations(server, server.audit, { tips: [to], without, keys })
    : await readPlaces(
        server.audit.code,
        [{ oid: to, ref, holders: await holdersOf(reader, { ref, from, to }) }],
        keys,
      );
  return findBadSignatures(places, keys).map(
    ({ commit = '', message }) => `${commit.slice(0, 12)} ${message}`,
  );
}

/** Where the server has admins, whoever is none of them changes the keys of agents that they may act for, and no others. */
export async function judgeKeys(
  server: Server,
  { ref, to }: ReceivedUpdate,
  { config, pusher, state }: Judged,
): Promise<readonly string[]> {
  const { branch } = server.settings;
  const isAdmin = config.admins === null || (server.user !== null && config.admins.includes(server.user));
  if (isAdmin || to === null || ref !== branch) return [];
  const before = await keysAt(server, state.before.get(branch) ?? null);
  return changedKeys(before, await keysAt(server, to))
    .filter((agent) => pusher === null || !mayActFor(pusher, agent))
    .map((agent) => `only an admin of the server may change the keys of ${agent}`);
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
