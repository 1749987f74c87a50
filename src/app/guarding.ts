import { type Finding, findUnlocked, guardedPaths, type Unlocked, weigh } from '../domain/commit-guard.ts';
import type { PushedRef } from '../domain/hook-ports.ts';
import type { ResourceName } from '../domain/names.ts';
import { formatTrailers, parseTrailers } from '../domain/trailers.ts';
import type { CoveringLock, ForeignLock, PathJudgement } from '../store/locks/locks.ts';
import { isOfBranch } from './branch-commits.ts';
import { type HookContext, readHookContext } from './hook-context.ts';
import { FRESH_FOR, refreshMarker } from './marking.ts';
import type { Workspace } from './workspace.ts';

/** What there is to say of a commit or a push. */
export type GuardDetail =
  | { readonly kind: 'foreign'; readonly lock: ForeignLock }
  | { readonly kind: 'unlocked'; readonly unlocked: Unlocked }
  | { readonly kind: 'lost'; readonly resource: ResourceName; readonly token: number }
  /** A commit was made under a lock that another session has taken since. */
  | {
      readonly kind: 'overtaken';
      readonly resource: ResourceName;
      readonly token: number;
      readonly now: number;
    }
  | { readonly kind: 'unfenced'; readonly resources: readonly ResourceName[] }
  | { readonly kind: 'offline'; readonly remote: string; readonly age: number | null }
  | { readonly kind: 'identity'; readonly isAmbiguous: boolean };

export type GuardReport =
  | { readonly status: 'judged'; readonly findings: readonly Finding<GuardDetail>[] }
  | { readonly status: 'skipped'; readonly reason: string };

type Found = { readonly guard: Finding<GuardDetail>['guard']; readonly detail: GuardDetail };

const NOTHING: GuardReport = { status: 'judged', findings: [] };

interface GuardInput {
  /** AGENT_OS_SKIP: why nothing is to be checked this once. It is recorded in the log of who speaks. */
  readonly skip: string | null;
  /** AGENT_OS_AGENT as the hook has it. */
  readonly asked: string | null;
}

/**
 * Judge the commit under way by what is locked, unless it is one of the agent-os branch, asking the remote again when it was last asked a minute ago. Leaves
 * the trailers for its message, and the marker for the hooks to come.
 * @param input.process - the git that runs the hooks, so that the message hook knows for which commit they are
 * @throws AgentOsError what reading policy, index and locks throws; never for a remote that cannot be reached
 */
export async function guardCommit(
  workspace: Workspace,
  input: GuardInput & { readonly process: string | null },
): Promise<GuardReport> {
  const context = await readHookContext(workspace, input.asked);
  if (context === null) return NOTHING;
  const { guards } = context.policy;
  const hooks = await workspace.hooks();
  const head = await hooks.head();
  if (head !== null && (await isOfBranch(workspace, head))) return NOTHING;
  if (input.skip !== null) return skip(workspace, context, input.skip, 'commit');
  const staged = await hooks.stagedPaths();
  const paths = guardedPaths(staged, guards);
  const { askers } = context;
  const locks = await workspace.locks();
  const judged = await locks.judgePaths({ askers, paths: staged, freshWithin: FRESH_FOR });
  if (input.process !== null && guards.trailers) {
    await hooks.handOver(
      input.process,
      formatTrailers({ agent: null, session: null, locks: judged.covering }),
    );
  }
  await refreshMarker(workspace, { isAsked: judged.mirror === 'stale', asked: input.asked });
  const found: Found[] = [
    ...foreignTo(judged, paths).map((detail) => ({ guard: 'locks' as const, detail })),
    ...unlockedOf(context, paths, judged.covering).map((detail) => ({ guard: 'locks' as const, detail })),
    ...offlineOf(workspace, judged),
    ...(context.session === null
      ? [
          {
            guard: 'identity' as const,
            detail: { kind: 'identity' as const, isAmbiguous: context.isAmbiguous },
          },
        ]
      : []),
  ];
  return { status: 'judged', findings: weigh(found, { guards, agent: context.speaker }) };
}

/**
 * Judge a push of the user's own refs by what the remote has locked now, and by the locks under which the pushed
 * commits were made.
 * @param input.remote - the name that git was given, or a URL: then nothing is known of its locks
 */
export async function guardPush(
  workspace: Workspace,
  input: GuardInput & { readonly remote: string; readonly refs: readonly PushedRef[] },
): Promise<GuardReport> {
  const context = await readHookContext(workspace, input.asked);
  if (context === null || workspace.remote === null || input.remote !== workspace.remote.name) return NOTHING;
  const refs = input.refs.filter(
    ({ ref }) => ref !== workspace.settings.branch && !ref.startsWith('refs/agent-os/'),
  );
  if (refs.every(({ local }) => local === null)) return NOTHING;
  if (input.skip !== null) return skip(workspace, context, input.skip, 'push');
  const { guards } = context.policy;
  const hooks = await workspace.hooks();
  const work = await hooks.pushedWork(refs, workspace.remote.name);
  const paths = guardedPaths(work.paths, guards);
  const locks = await workspace.locks();
  const judged = await locks.judgePaths({ askers: context.askers, paths, freshWithin: 0 });
  const details: GuardDetail[] = [
    ...foreignTo(judged, paths),
    ...(await lostOf(workspace, context)),
    ...(await overtakenOf(workspace, context, work.messages)),
  ];
  const found: Found[] = [
    ...details.map((detail) => ({ guard: 'push' as const, detail })),
    ...offlineOf(workspace, judged),
  ];
  const weighed = weigh(found, { guards, agent: context.speaker });
  return { status: 'judged', findings: [...weighed, ...unfenced(context, judged)] };
}

function foreignTo({ foreign }: PathJudgement, paths: readonly string[]): readonly GuardDetail[] {
  const guarded = new Set(paths);
  return foreign.flatMap((lock) => {
    const touched = lock.touched.filter((path) => guarded.has(path));
    return touched.length === 0 ? [] : [{ kind: 'foreign', lock: { ...lock, touched } }];
  });
}

function unlockedOf(
  { policy }: HookContext,
  paths: readonly string[],
  covering: readonly CoveringLock[],
): readonly GuardDetail[] {
  const covered = covering.filter(({ mode }) => mode === 'exclusive').flatMap((lock) => lock.paths);
  const pathsOf = (resource: string) => policy.resources.get(resource)?.paths ?? [];
  const found = findUnlocked({ paths, covered, requireLock: policy.guards.requireLock, pathsOf });
  return found.map((unlocked) => ({ kind: 'unlocked', unlocked }));
}

function offlineOf({ remote }: Workspace, judged: PathJudgement): readonly Found[] {
  if (judged.mirror !== 'stale' || remote === null) return [];
  return [{ guard: 'offline', detail: { kind: 'offline', remote: remote.name, age: judged.age } }];
}

/** Own locks that the records do not name any more, or whose lease is over. */
async function lostOf(workspace: Workspace, { askers }: HookContext): Promise<readonly GuardDetail[]> {
  const locks = await workspace.locks();
  const own = (await Promise.all(askers.map((asker) => locks.own(asker)))).flat();
  return own
    .filter(({ believed, scope }) => !believed && scope === 'remote')
    .map(({ resource, token }) => ({ kind: 'lost', resource, token }));
}

/** Trailers whose lock is by now held exclusively by another session, with a higher token. */
async function overtakenOf(
  workspace: Workspace,
  { askers }: HookContext,
  messages: readonly string[],
): Promise<readonly GuardDetail[]> {
  const trailers = messages.flatMap((message) => parseTrailers(message).locks);
  if (trailers.length === 0) return [];
  const { locks } = await (await workspace.locks()).list();
  const highest = new Map<ResourceName, number>();
  for (const { resource, token } of trailers)
    highest.set(resource, Math.max(token, highest.get(resource) ?? 0));
  return [...highest].flatMap(([resource, token]) => {
    const lock = locks.find((one) => one.resource === resource && one.mode === 'exclusive');
    if (lock === undefined || lock.token <= token) return [];
    const isOwn = lock.holders.some((holder) =>
      askers.some(
        ({ agent, session }) =>
          holder.agent === agent && holder.session === session && holder.clone === workspace.clone,
      ),
    );
    return isOwn ? [] : [{ kind: 'overtaken', resource, token, now: lock.token }];
  });
}

/** Not weighed as the others are: what policy says of it has words of its own. */
function unfenced({ policy }: HookContext, { covering }: PathJudgement): readonly Finding<GuardDetail>[] {
  const { fencedPush } = policy.guards;
  if (covering.length === 0 || fencedPush === 'off') return [];
  const resources = covering.map(({ resource }) => resource);
  const severity = fencedPush === 'require' ? 'block' : 'warn';
  return [{ guard: 'push', severity, detail: { kind: 'unfenced', resources } }];
}

/** The reason goes into the log, where everybody can read it. */
async function skip(
  workspace: Workspace,
  { speaker, askers }: HookContext,
  reason: string,
  what: 'commit' | 'push',
): Promise<GuardReport> {
  const agent = speaker ?? askers[0]?.agent;
  const { addLogEntry } = await import('./log.ts');
  const text = `A ${what} was not checked (AGENT_OS_SKIP): ${reason}`;
  await addLogEntry(workspace, { text, ...(agent !== undefined && { agent }) });
  return { status: 'skipped', reason };
}
