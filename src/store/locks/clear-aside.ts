import { changedRecords, evict } from '../../domain/locks/blockers.ts';
import { planAcquire } from '../../domain/locks/lock-rules.ts';
import { type Attempt, lookAt } from './attempt.ts';
import type { Authority, LockRefs } from './authority.ts';
import { writeChange } from './change-writer.ts';
import { contend, type Step } from './contend.ts';
import type { LockContext } from './lock-context.ts';
import type { FormerHolder, HeldBy } from './locks.ts';
import { viewEviction, viewObstacle } from './views.ts';

interface Aside {
  readonly heldBy: readonly HeldBy[];
  readonly former: readonly FormerHolder[];
}

/**
 * Look for what stands in the way on the refs that do not decide on an attempt but are known without asking anybody:
 * local locks of this repository, and, for a local lock, the remote's as last fetched. Local leases that may be taken
 * over are.
 */
export async function clearAside(context: LockContext, attempt: Attempt): Promise<Aside> {
  const heldBy: HeldBy[] = [];
  const former: FormerHolder[] = [];
  for (const authority of [...(await context.beside()), context.main]) {
    if (authority === attempt.authority) continue;
    const cleared =
      authority.scope === 'local'
        ? await contend(context.dependencies, authority, { what: 'lock' }, ({ refs }) =>
            planStep(context, authority, refs, attempt),
          )
        : await findHolders(context, authority, attempt);
    heldBy.push(...cleared.heldBy);
    former.push(...cleared.former);
  }
  return { heldBy, former };
}

async function planStep(
  context: LockContext,
  authority: Authority,
  refs: LockRefs,
  attempt: Attempt,
): Promise<Step<Aside>> {
  const { board, input } = await lookAt(context, authority, refs, attempt);
  const plan = planAcquire(input);
  if (plan.status === 'held') {
    const heldBy = plan.obstacles.map((obstacle) => viewObstacle(obstacle, board, authority.scope));
    return { kind: 'answer', value: { heldBy, former: [] } };
  }
  if (plan.evicted.length === 0) return { kind: 'answer', value: { heldBy: [], former: [] } };
  const change = { records: changedRecords(board, evict(board, plan.evicted)), claims: null };
  const written = await writeChange(context.dependencies, context.boards, {
    ...{ authority, board, change },
    by: attempt.asker.agent,
  });
  return {
    kind: 'move',
    edits: written.edits,
    moved: async () => {
      await written.ensure();
      return { heldBy: [], former: plan.evicted.map(viewEviction) };
    },
  };
}

async function findHolders(context: LockContext, authority: Authority, attempt: Attempt): Promise<Aside> {
  const { board, input } = await lookAt(context, authority, await authority.glance(), attempt);
  const plan = planAcquire(input);
  const obstacles = plan.status === 'held' ? plan.obstacles : [];
  return { heldBy: obstacles.map((obstacle) => viewObstacle(obstacle, board, authority.scope)), former: [] };
}
