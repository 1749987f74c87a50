import { AgentOsError } from '../../domain/errors.ts';
import { confrontPaths, covers } from '../../domain/locks/contested.ts';
import type { Authority, LockRefs } from './authority.ts';
import type { LockContext } from './lock-context.ts';
import type { CoveringLock, ForeignLock, JudgePathsRequest, PathJudgement } from './locks.ts';
import { viewObstacle } from './views.ts';

/** See Locks.judgePaths. */
export async function judgePaths(context: LockContext, request: JudgePathsRequest): Promise<PathJudgement> {
  const foreign: ForeignLock[] = [];
  const covering: CoveringLock[] = [];
  let guarding = 0;
  let covered = 0;
  let mirror: PathJudgement['mirror'] = context.main.scope === 'remote' ? 'fresh' : 'none';
  for (const authority of context.authorities) {
    const { source, found } = await lookAndJudge(context, authority, request);
    if (source === 'silent') mirror = 'stale';
    foreign.push(...found.foreign);
    covering.push(...found.covering);
    guarding += found.guarding;
    covered += found.covered;
  }
  const age = mirror === 'none' ? null : await context.sightingsOf(context.main).age();
  return { foreign, covering, guarding, covered, mirror, age };
}

/** What is in the way by what is only remembered may be gone: then the remote is asked before anybody is told no. */
async function lookAndJudge(context: LockContext, authority: Authority, request: JudgePathsRequest) {
  const { freshWithin = null } = request;
  const { refs, source } = await look(context, authority, freshWithin);
  const found = await judgeAt(context, authority, refs, request);
  const isDoubtful = source === 'known' && found.foreign.length > 0;
  if (!isDoubtful || authority.scope !== 'remote' || freshWithin === null) return { source, found };
  const asked = await ask(authority);
  return { source: asked.source, found: await judgeAt(context, authority, asked.refs, request) };
}

interface Look {
  readonly refs: LockRefs;
  /** `known`: nobody was asked; `silent`: the remote was, and did not answer, so these are those known. */
  readonly source: 'known' | 'answered' | 'silent';
}

/** The refs of an authority, fetched when what is known is too old; when nobody answers, what is known. */
async function look(context: LockContext, authority: Authority, freshWithin: number | null): Promise<Look> {
  const known = async (): Promise<Look> => ({ refs: await authority.glance(), source: 'known' });
  if (authority.scope !== 'remote' || freshWithin === null) return known();
  const age = await context.sightingsOf(authority).age();
  return age !== null && age <= freshWithin ? known() : ask(authority);
}

async function ask(authority: Authority): Promise<Look> {
  try {
    return { refs: await authority.refresh(), source: 'answered' };
  } catch (error) {
    if (!(error instanceof AgentOsError && error.code === 'REMOTE_UNREACHABLE')) throw error;
    return { refs: await authority.glance(), source: 'silent' };
  }
}

async function judgeAt(
  context: LockContext,
  authority: Authority,
  refs: LockRefs,
  { askers, paths }: JudgePathsRequest,
) {
  const board = await context.boards.read(authority, refs, { resources: [], withClaims: true });
  const holders = askers.map((asker) => context.holder(asker));
  const { live, own, contests } = confrontPaths(board, holders, paths);
  const judge = await context.judge(authority, refs, await context.dependencies.policyAt(refs.branch));
  const foreign = contests.map(({ blocker, paths: touched }): ForeignLock => {
    const judgement = judge(blocker);
    const takeoverAt = judgement.allowed ? context.dependencies.clock.now() : judgement.notBefore;
    const obstacle = { wanted: blocker.resource, blocker, takeoverAt };
    return { ...viewObstacle(obstacle, board, authority.scope), touched, isStale: judgement.allowed };
  });
  const covering = own.flatMap(({ claim, patterns }) => {
    const { resource, token, mode } = claim;
    const touched = paths.filter((path) => covers(patterns, path));
    return touched.length === 0 ? [] : [{ resource, token, mode, paths: touched }];
  });
  return { foreign, covering, guarding: live.length - own.length, covered: own.length };
}
