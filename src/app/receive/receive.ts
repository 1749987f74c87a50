import { decode } from '../../domain/codec.ts';
import { AgentOsError } from '../../domain/errors.ts';
import { CONFIG_PATH } from '../../domain/layout.ts';
import { CLAIMS_REF, LOCKS_PREFIX } from '../../domain/locks/lock-ref.ts';
import type { Oid, RefName } from '../../domain/names.ts';
import type { Pusher } from '../../domain/receive/pusher.ts';
import { type ResolvedConfig, resolveConfig } from '../../domain/schema/resolve-config.ts';
import { findStaleTokens } from '../../domain/verify/stale-token.ts';
import { takeSnapshot } from '../../store/snapshot.ts';
import { gatherLocks, gatherStories } from '../verify/gather-locks.ts';
import { describeCommit } from '../verify/verify.ts';
import { judgeBranch, judgeOutbox } from './judge-branch.ts';
import { judgeClaims, judgeLock, type LockState } from './judge-locks.ts';
import { judgeKeys, judgeSignatures } from './judge-signatures.ts';
import type { ReceivedUpdate, Server } from './server.ts';

export interface Refusal {
  readonly ref: RefName;
  readonly message: string;
}

const OUTBOXES = 'refs/agent-os/outbox/';

/**
 * What stands against a push to a server of one's own, before git moves a ref; nothing when it may pass. The policy is
 * that of the branch before the push. What cannot be read cannot be accepted.
 */
export async function judgePush(
  server: Server,
  updates: readonly ReceivedUpdate[],
): Promise<readonly Refusal[]> {
  const { branch } = server.settings;
  const before = await server.audit.code.refs([branch, CLAIMS_REF, LOCKS_PREFIX, OUTBOXES]);
  const after = new Map(before);
  for (const { ref, to } of updates) {
    if (to === null) after.delete(ref);
    else after.set(ref, to);
  }
  const config = await readPolicy(server, before.get(branch) ?? null);
  const push: Push = {
    server,
    config,
    pusher: pusherOf(config, server.user),
    state: { before, after },
    branchAfter: after.get(branch) ?? null,
    known: [...before].flatMap(([ref, oid]) => (isOperations(ref, branch) ? [oid] : [])),
  };
  const refusals: Refusal[] = [];
  for (const update of updates) {
    for (const message of await attempt(() => judge(push, update)))
      refusals.push({ ref: update.ref, message });
  }
  const work = updates.filter(({ ref }) => !isOurs(ref, branch));
  refusals.push(...(await judgeWork(push, work)));
  return refusals;
}

interface Push {
  readonly server: Server;
  readonly config: ResolvedConfig;
  readonly pusher: Pusher;
  readonly state: LockState;
  readonly branchAfter: Oid | null;
  /** Whose operations were judged when they came: not what a branch of the code may hold. */
  readonly known: readonly Oid[];
}

/** Whether a ref is the branch or an outbox, and so has operations. */
function isOperations(ref: RefName, branch: RefName): boolean {
  return ref === branch || ref.startsWith(OUTBOXES);
}

function isOurs(ref: RefName, branch: RefName): boolean {
  return ref === branch || ref.startsWith('refs/agent-os/');
}

async function judge(push: Push, update: ReceivedUpdate): Promise<readonly string[]> {
  const problems = await judgeByKind(push, update);
  if (problems.length > 0) return problems;
  const { server } = push;
  const judged = { ...push, isOperations: isOperations(update.ref, server.settings.branch) };
  return [...(await judgeKeys(server, update, judged)), ...(await judgeSignatures(server, update, judged))];
}

async function judgeByKind(push: Push, update: ReceivedUpdate): Promise<readonly string[]> {
  const { server, branchAfter } = push;
  const { ref } = update;
  if (ref === server.settings.branch) return judgeBranch(server, update, push);
  if (ref === CLAIMS_REF) return judgeClaims(server, update, push);
  if (ref.startsWith(LOCKS_PREFIX)) return judgeLock(server, update, push);
  if (ref.startsWith(OUTBOXES)) return judgeOutbox(server, update, { ...push, branch: branchAfter });
  return [];
}

/** Commits that arrive with a token that is no good any more, by the locks as they will be after the push. */
async function judgeWork(
  { server, config, state }: Push,
  work: readonly ReceivedUpdate[],
): Promise<readonly Refusal[]> {
  const severity = config.verify['stale-token'];
  const tips = work.flatMap(({ to }) => to ?? []);
  if (severity !== 'error' || tips.length === 0) return [];
  const { audit, objects, hash, clock } = server;
  const commits = (await audit.code.arrived([...new Set(tips)], { locked: true })).map(describeCommit);
  const named = commits.flatMap(({ trailers }) => trailers.locks);
  if (named.length === 0) return [];
  const locks = new Map([...state.after].filter(([ref]) => ref.startsWith(LOCKS_PREFIX)));
  const refs = { locks, claims: null, branch: null };
  const sources = { reader: objects.reader, code: audit.code, hash };
  const [{ records }, stories] = [
    await gatherLocks(sources, refs),
    await gatherStories(sources, refs, named),
  ];
  const time = {
    now: clock.now(),
    maxSkew: config.locks.maxSkew,
    tombstones: config.retention.tombstones,
  };
  const [first] = work;
  return findStaleTokens({ commits, base: [], records, stories, time })
    .filter(({ atMost }) => atMost === undefined)
    .map(({ commit = '', message }) => ({
      ref: first?.ref ?? server.settings.branch,
      message: `${commit.slice(0, 12)}: ${message}`,
    }));
}

/** null where config.yaml names no users; nobody, where it does and the server does not know who pushes. */
function pusherOf({ users }: ResolvedConfig, user: string | null): Pusher {
  if (users === null) return null;
  return new Set(user === null ? [] : (users.get(user) ?? []));
}

/** A policy that cannot be read is the default one: the push may be what mends it. */
async function readPolicy({ objects }: Server, tip: Oid | null): Promise<ResolvedConfig> {
  const commit = tip === null ? null : await objects.reader.commit(tip);
  const bytes = await (await takeSnapshot(objects.reader, commit)).read(CONFIG_PATH);
  try {
    return resolveConfig(bytes === null ? null : decode('config', bytes, CONFIG_PATH));
  } catch (error) {
    if (error instanceof AgentOsError) return resolveConfig(null);
    throw error;
  }
}

async function attempt(look: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof AgentOsError) return [error.message];
    throw error;
  }
}
