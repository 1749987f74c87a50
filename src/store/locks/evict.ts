import { blockersOf, changedRecords, confront, evict as dropEvicted } from '../../domain/locks/blockers.ts';
import { reapedNote } from '../../domain/locks/lock-note.ts';
import { isHeldBy, iso } from '../../domain/locks/lock-record.ts';
import type { Authority } from './authority.ts';
import { writeChange } from './change-writer.ts';
import { contend, type Step } from './contend.ts';
import type { LockContext } from './lock-context.ts';
import type { EvictOutcome, EvictRequest } from './locks.ts';
import { viewEviction } from './views.ts';

/** See Locks.evict. Local locks first: where those may not be taken over, nothing is. */
export async function evict(context: LockContext, request: EvictRequest): Promise<EvictOutcome> {
  const former: Extract<EvictOutcome, { status: 'evicted' }>['former'][number][] = [];
  for (const authority of [...(await context.beside()), context.main]) {
    const outcome = await evictAt(context, authority, { ...request, dryRun: true });
    if (outcome.status === 'alive') return outcome;
    if (request.dryRun) former.push(...outcome.former);
  }
  if (request.dryRun) return { status: 'evicted', former };
  for (const authority of [...(await context.beside()), context.main]) {
    const outcome = await evictAt(context, authority, request);
    if (outcome.status === 'alive') return outcome;
    former.push(...outcome.former);
  }
  return { status: 'evicted', former };
}

function evictAt(context: LockContext, authority: Authority, request: EvictRequest): Promise<EvictOutcome> {
  const { holder, by, dryRun } = request;
  const { dependencies, boards } = context;
  const options = { what: `release what ${holder.agent} has left behind`, fresh: !dryRun };
  return contend<EvictOutcome>(
    dependencies,
    authority,
    options,
    async ({ refs }): Promise<Step<EvictOutcome>> => {
      const board = await boards.readAll(authority, refs);
      const policy = await dependencies.policyAt(refs.branch);
      const judge = await context.judge(authority, refs, policy);
      const leases = [...board.records.values()]
        .flatMap(blockersOf)
        .filter((blocker) => isHeldBy(blocker, holder))
        .map((blocker) => ({ wanted: blocker.resource, blocker }));
      const { obstacles, evicted } = confront(leases, judge);
      const [first] = obstacles;
      if (first !== undefined) {
        const latest = Math.max(...obstacles.map(({ takeoverAt }) => takeoverAt));
        const value = { status: 'alive', resource: first.wanted, takeoverAt: iso(latest) } as const;
        return { kind: 'answer', value };
      }
      const former = evicted.map(viewEviction);
      if (evicted.length === 0 || dryRun) return { kind: 'answer', value: { status: 'evicted', former } };
      const change = { records: changedRecords(board, dropEvicted(board, evicted)), claims: null };
      const note = reapedNote(by.agent, holder.agent);
      const written = await writeChange(dependencies, boards, {
        ...{ authority, board, change, note },
        by: by.agent,
      });
      return {
        kind: 'move',
        edits: written.edits,
        moved: async () => {
          await written.ensure();
          await context.held.forget(
            holder,
            authority.name,
            leases.map(({ wanted }) => wanted),
          );
          return { status: 'evicted', former };
        },
      };
    },
  );
}
