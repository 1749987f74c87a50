import { canonicalJson } from '../../domain/canonical-json.ts';
import type { AuditedCommit } from '../../domain/code-audit.ts';
import { decode } from '../../domain/codec.ts';
import { AgentOsError } from '../../domain/errors.ts';
import { CONFIG_PATH } from '../../domain/layout.ts';
import { isCloneId, type Oid } from '../../domain/names.ts';
import { judgeAuthors, judgeOutboxAuthors } from '../../domain/receive/operations.ts';
import type { Pusher } from '../../domain/receive/pusher.ts';
import type { Config } from '../../domain/schema/config.ts';
import type { ResolvedConfig } from '../../domain/schema/resolve-config.ts';
import { findBadHistory } from '../../domain/verify/branch-history.ts';
import type { YamlValue } from '../../domain/yaml.ts';
import { takeSnapshot } from '../../store/snapshot.ts';
import { findBadFiles, gatherHistory } from '../verify/gather-branch.ts';
import type { ReceivedUpdate, Server } from './server.ts';

interface Judged {
  readonly pusher: Pusher;
  readonly config: ResolvedConfig;
  /** What the branch and the outboxes had before the push. */
  readonly known: readonly Oid[];
}

/**
 * What is wrong with a push of the branch, or of an outbox, which is a branch too: it keeps what it had, begins where
 * every branch begins, its merges are what its parents make, its new files can be read, and what is new was said by
 * agents of the pusher.
 * @param kept - what must not be lost: the branch's own tip; an outbox may be replaced by what has its operations
 */
export async function judgeBranch(
  server: Server,
  { from, to }: ReceivedUpdate,
  { pusher, config, known }: Judged,
): Promise<readonly string[]> {
  if (to === null) return ['the branch is never removed'];
  const { audit } = server;
  const judged = from === null ? known : [from];
  const history = await gatherHistory(server, audit, { tip: to, before: from, judged });
  const problems = findBadHistory(history).map(({ message }) => message);
  if (problems.length > 0) return problems;
  return [...(await judgeContent(server, { from, to, pusher, config, known }))];
}

/** What is wrong with a push of a clone's outbox. `branch`: the branch's tip after the push. */
export async function judgeOutbox(
  server: Server,
  { ref, from, to }: ReceivedUpdate,
  options: Judged & { readonly branch: Oid | null },
): Promise<readonly string[]> {
  const clone = ref.slice(ref.lastIndexOf('/') + 1);
  if (!isCloneId(clone)) return ['its name is no clone id'];
  const { history } = server.objects;
  const others = [to, options.branch].filter((oid) => oid !== null);
  const lost = from === null || others.includes(from) ? [] : await history.operations(from, others);
  if (lost.length > 0) return [`${lost.length} operations in it would be lost`];
  if (to === null) return [];
  const judged = options.known;
  const facts = await gatherHistory(server, server.audit, { tip: to, before: null, judged });
  const problems = findBadHistory(facts).map(({ message }) => message);
  if (problems.length > 0) return problems;
  const arrived =
    from === null ? [] : await server.audit.code.arrived([to], { locked: false, known: options.known });
  return [
    ...judgeOutboxAuthors(arrived, clone),
    ...(await judgeContent(server, { ...options, from: options.branch ?? from, to })),
  ];
}

async function judgeContent(
  server: Server,
  input: Judged & { readonly from: Oid | null; readonly to: Oid },
): Promise<readonly string[]> {
  const { from, to, pusher, config, known } = input;
  const { code } = server.audit;
  const arrived = await code.arrived([to], { locked: false, known });
  const changed = from === null ? null : new Set(await code.changedPaths(from, to));
  const reading = { files: changed ?? ('all' as const) };
  const drafts =
    config.verify['branch-content'] === 'error'
      ? await findBadFiles(server, server.audit, { tip: to, reading })
      : [];
  const fresh = drafts.filter(({ path }) => changed === null || (path !== undefined && changed.has(path)));
  return [
    ...fresh.map(({ message }) => message),
    ...judgeAuthors(arrived, pusher),
    ...(await judgePolicy(server, { arrived, to, config })),
  ];
}

const GUARDED = ['server', 'verify', 'guards'] as const;

/**
 * A policy that cannot be read would be none, so it is refused whatever the rules say. Where config.yaml names admins,
 * only they change what the server and CI refuse: any other commit that arrives has of each of these what one of its
 * parents has.
 */
async function judgePolicy(
  server: Server,
  input: { readonly arrived: readonly AuditedCommit[]; readonly to: Oid; readonly config: ResolvedConfig },
): Promise<readonly string[]> {
  const { arrived, to, config } = input;
  const touching = arrived.filter(({ paths }) => paths.includes(CONFIG_PATH));
  if (touching.length > 0 && (await readConfig(server, to)) === 'broken')
    return [`${CONFIG_PATH} cannot be read`];
  if (config.admins === null || (server.user !== null && config.admins.includes(server.user))) return [];
  const problems: string[] = [];
  for (const { oid } of touching) {
    const parents = (await server.objects.reader.commit(oid))?.parents ?? [];
    const after = await readConfig(server, oid);
    const before = await Promise.all(parents.map((parent) => readConfig(server, parent)));
    const changed = GUARDED.filter((key) => !before.some((one) => written(one, key) === written(after, key)));
    problems.push(...changed.map((key) => `only an admin of the server may change ${key} of ${CONFIG_PATH}`));
  }
  return problems;
}

/** In a form in which the order of keys does not count: a merge renders the file anew. */
function written(config: Config | null | 'broken', key: (typeof GUARDED)[number]): string | null {
  return config === 'broken' ? null : canonicalJson((config?.[key] ?? null) as YamlValue);
}

async function readConfig({ objects }: Server, oid: Oid | null): Promise<Config | null | 'broken'> {
  const commit = oid === null ? null : await objects.reader.commit(oid);
  const bytes = await (await takeSnapshot(objects.reader, commit)).read(CONFIG_PATH);
  try {
    return bytes === null ? null : decode('config', bytes, CONFIG_PATH);
  } catch (error) {
    if (error instanceof AgentOsError) return 'broken';
    throw error;
  }
}
