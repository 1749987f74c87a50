import { AgentOsError } from '../../domain/errors.ts';
import { planFencedPush } from '../../domain/locks/push-rules.ts';
import type { RefName, ResourceName } from '../../domain/names.ts';
import type { RefEdit } from '../../domain/ports.ts';
import { assertReadable } from './board-reader.ts';
import { writeChange } from './change-writer.ts';
import { contend } from './contend.ts';
import { createLockContext } from './lock-context.ts';
import type { LockDependencies } from './lock-ports.ts';
import type { FormerHolder, HeldBy, LockOwner, LockView } from './locks.ts';
import { viewEviction, viewObstacle, viewOwnLocks } from './views.ts';

/** What a fenced push needs to know of the user's own refs. */
export interface WorkPush {
  /**
   * What `git push <remote> <refspecs>` would do, by a dry run of it, which runs the user's pre-push hook once: the
   * remote's refs with the values that the hook was told.
   * @throws AgentOsError POLICY when the hook says no, BAD_VALUE for a deletion
   */
  resolve(request: {
    readonly remote: string;
    readonly refspecs: readonly string[];
  }): Promise<readonly RefEdit[]>;
  /** Paths that the commits change which no ref of the remote reaches, merges by combined diff. */
  touchedPaths(updates: readonly RefEdit[]): Promise<readonly string[]>;
}

export interface FencedPushRequest {
  readonly who: LockOwner;
  /** As for `git push`; none: what git would push by itself. */
  readonly refspecs: readonly string[];
  readonly dryRun?: boolean;
}

export type FencedPushOutcome =
  | {
      readonly status: 'pushed';
      /** None: the remote has everything already. */
      readonly updates: readonly RefEdit[];
      /** The session's locks, renewed by the same push. Empty in a dry run. */
      readonly locks: readonly LockView[];
      readonly former: readonly FormerHolder[];
    }
  /** Others hold what the commits touch. */
  | {
      readonly status: 'held';
      readonly heldBy: readonly (HeldBy & { readonly touched: readonly string[] })[];
    }
  /** Locks under which the work was done are the session's no longer. */
  | { readonly status: 'lost'; readonly resources: readonly ResourceName[] }
  /** Somebody else pushed to these refs in the meantime: pull, and push again. */
  | { readonly status: 'behind'; readonly refs: readonly RefName[] };

/**
 * A push of work that the remote itself refuses when a lock was lost: one atomic push moves the work refs from the
 * values that the pre-push hook saw, a new record of every lock of the session and, where no exclusive lock of its
 * own covers what is pushed, the claims. See planFencedPush.
 *
 * @throws AgentOsError as Locks does, and what `WorkPush` throws
 */
export async function pushFenced(
  dependencies: LockDependencies & { readonly work: WorkPush },
  request: FencedPushRequest,
): Promise<FencedPushOutcome> {
  const { clock, policyAt, remote, work } = dependencies;
  if (remote === null) {
    throw new AgentOsError('USAGE', 'no remote is configured, so there is nothing to fence', {
      hint: 'Name it with `agent-os init --remote origin`, or use `git push`.',
    });
  }
  const context = createLockContext(dependencies);
  const { main: authority } = context;
  const asker = context.holder(request.who);
  const updates = await work.resolve({ remote: remote.name, refspecs: request.refspecs });
  if (updates.length === 0) return { status: 'pushed', updates, locks: [], former: [] };
  let touched: readonly string[] | null = null;

  const options = { what: `push ${updates.map(({ ref }) => ref).join(', ')}`, fresh: true };
  return contend<FencedPushOutcome>(dependencies, authority, options, async ({ refs }) => {
    touched ??= await work.touchedPaths(updates);
    const believed = (await context.held.of(asker)).filter((lock) => lock.authority === authority.name);
    const resources = believed.map((lock) => lock.resource);
    const board = await context.boards.read(authority, refs, { resources, withClaims: true });
    if (board.isRebuilt) assertReadable(board, resources);
    const judge = await context.judge(authority, refs, await policyAt(refs.branch));
    const plan = planFencedPush({ board, asker, believed, touched, now: clock.now(), judge });
    if (plan.status === 'lost') {
      await context.held.markLost(asker, authority.name, plan.resources);
      return { kind: 'answer', value: plan };
    }
    if (plan.status === 'held') {
      const heldBy = plan.obstacles.map((obstacle) => ({
        ...viewObstacle(obstacle, board, authority.scope),
        touched: obstacle.paths,
      }));
      return { kind: 'answer', value: { status: 'held', heldBy } };
    }
    const former = plan.evicted.map(viewEviction);
    if (request.dryRun === true)
      return { kind: 'answer', value: { status: 'pushed', updates, locks: [], former } };
    const written = await writeChange(dependencies, context.boards, {
      ...{ authority, board, change: plan },
      by: asker.agent,
    });
    return {
      kind: 'move',
      edits: [...updates, ...written.edits],
      beaten: (found) => {
        const behind = updates.filter(({ ref, to }) => found.has(ref) && found.get(ref) !== to);
        return behind.length === 0 ? null : { status: 'behind', refs: behind.map(({ ref }) => ref) };
      },
      moved: async (began) => {
        await written.ensure();
        await context.held.keep(asker, authority.name, plan.records, began);
        const locks = viewOwnLocks(plan.records, { asker, oids: written.oids, scope: authority.scope });
        return { status: 'pushed', updates, locks, former };
      },
    };
  });
}
