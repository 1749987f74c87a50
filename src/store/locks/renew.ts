import type { LockHolder } from '../../domain/locks/lock-record.ts';
import { planRenew } from '../../domain/locks/lock-rules.ts';
import type { Authority } from './authority.ts';
import { writeChange } from './change-writer.ts';
import { contend } from './contend.ts';
import { type HeldLock, isDue } from './held-locks.ts';
import type { LockContext } from './lock-context.ts';
import type { LockOwner, RenewOutcome } from './locks.ts';
import { viewOwnLocks } from './views.ts';

const NOTHING: RenewOutcome = { renewed: [], lost: [] };

/** See Locks.renewIfDue. */
export async function renewIfDue(context: LockContext, who: LockOwner): Promise<RenewOutcome> {
  const held = await context.held.of(context.holder(who));
  return held.some((lock) => isDue(lock, context.dependencies.clock)) ? renewAll(context, who) : NOTHING;
}

/** See Locks.renewAll. */
export async function renewAll(context: LockContext, who: LockOwner): Promise<RenewOutcome> {
  const asker = context.holder(who);
  const held = await context.held.of(asker);
  const outcomes: RenewOutcome[] = [];
  for (const authority of context.authorities) {
    const own = held.filter((lock) => lock.authority === authority.name && !lock.isLost);
    if (own.length > 0) outcomes.push(await renewAt(context, authority, asker, own));
  }
  return {
    renewed: outcomes.flatMap((outcome) => outcome.renewed),
    lost: [
      ...held.filter((lock) => lock.isLost).map((lock) => lock.resource),
      ...outcomes.flatMap((outcome) => outcome.lost),
    ],
  };
}

function renewAt(
  context: LockContext,
  authority: Authority,
  asker: LockHolder,
  own: readonly HeldLock[],
): Promise<RenewOutcome> {
  const { clock } = context.dependencies;
  const resources = own.map((lock) => lock.resource);
  return contend(
    context.dependencies,
    authority,
    { what: `renew ${resources.join(', ')}` },
    async ({ refs, isFresh }) => {
      const board = await context.boards.read(authority, refs, { resources, withClaims: false });
      const isNamed = ({ resource, nonce }: HeldLock) =>
        board.records.get(resource)?.leases.some((lease) => lease.nonce === nonce) === true;
      const lost = own.filter((lock) => !isNamed(lock)).map((lock) => lock.resource);
      if (lost.length > 0 && !isFresh) return { kind: 'refresh' };
      await context.held.markLost(asker, authority.name, lost);
      const mine = new Map([...board.records].filter(([resource]) => !lost.includes(resource)));
      const records = planRenew({ records: mine, claims: [] }, asker, clock.now());
      if (records.length === 0) return { kind: 'answer', value: { renewed: [], lost } };
      const written = await writeChange(context.dependencies, context.boards, {
        ...{ authority, board },
        change: { records, claims: null },
        by: asker.agent,
      });
      return {
        kind: 'move',
        edits: written.edits,
        moved: async (began) => {
          await written.ensure();
          await context.held.keep(asker, authority.name, records, began);
          const renewed = viewOwnLocks(records, { asker, oids: written.oids, scope: authority.scope });
          return { renewed, lost };
        },
      };
    },
  );
}
