import { AgentOsError } from '../../domain/errors.ts';
import { unlocked } from '../../domain/locks/lock-changes.ts';
import { forcedNote } from '../../domain/locks/lock-note.ts';
import { planForce } from '../../domain/locks/lock-rules.ts';
import type { Authority } from './authority.ts';
import { writeChange } from './change-writer.ts';
import { contend } from './contend.ts';
import type { LockContext } from './lock-context.ts';
import type { ForceOutcome, ForceRequest } from './locks.ts';
import { viewEviction, viewLock } from './views.ts';

/** See Locks.force. */
export async function force(context: LockContext, request: ForceRequest): Promise<ForceOutcome> {
  const { resource, oid, reason, who } = request;
  const authority = (await findLocal(context, request)) ?? context.main;
  const { clock } = context.dependencies;
  return contend<ForceOutcome>(
    context.dependencies,
    authority,
    { what: `unlock ${resource} by force` },
    async ({ refs, isFresh }) => {
      const board = await context.boards.read(authority, refs, { resources: [resource], withClaims: false });
      const [broken] = board.broken;
      if (broken?.error.code === 'SCHEMA_TOO_NEW') throw broken.error;
      const record = board.records.get(resource);
      if (board.oids.get(resource) !== oid) {
        if (!isFresh) return { kind: 'refresh' };
        const found = { oid: board.oids.get(resource) ?? oid, scope: authority.scope };
        const lock = record === undefined ? null : viewLock(record, found);
        if (lock !== null) return { kind: 'answer', value: { status: 'changed', lock } };
        if (broken === undefined) return { kind: 'answer', value: { status: 'free' } };
        throw new AgentOsError(broken.error.code, broken.problem, {
          data: { ref: broken.ref, oid: broken.oid },
        });
      }
      if (record !== undefined && record.leases.length === 0)
        return { kind: 'answer', value: { status: 'free' } };
      const lost = { ...unlocked(resource), token: Math.floor(clock.now() / 1000) };
      const plan = planForce(record ?? lost, `${who.agent} released it by force: ${reason}`);
      const written = await writeChange(context.dependencies, context.boards, {
        ...{ authority, board, note: forcedNote(who.agent, reason) },
        change: { records: [plan.record], claims: null },
        by: who.agent,
      });
      return {
        kind: 'move',
        edits: written.edits,
        moved: async () => {
          await written.ensure();
          return { status: 'released', former: plan.evicted.map(viewEviction) };
        },
      };
    },
  );
}

/** The local refs that have the record in question. */
async function findLocal(
  context: LockContext,
  { resource, oid }: ForceRequest,
): Promise<Authority | undefined> {
  for (const authority of context.authorities) {
    if (authority.scope === 'remote') continue;
    const { locks } = await authority.glance();
    if (locks.get(context.boards.refOf(authority, resource)) === oid) return authority;
  }
  return undefined;
}
