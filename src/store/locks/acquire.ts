import type { LockRecord } from '../../domain/locks/lock-record.ts';
import { type AcquireInput, planAcquire } from '../../domain/locks/lock-rules.ts';
import { parsePathPattern } from '../../domain/locks/path-pattern.ts';
import type { Moment } from '../../domain/locks/takeover.ts';
import type { Oid, ResourceName } from '../../domain/names.ts';
import { type Attempt, lookAt } from './attempt.ts';
import type { StoredBoard } from './board-reader.ts';
import { writeChange } from './change-writer.ts';
import { clearAside } from './clear-aside.ts';
import { contend, type Round, type Step } from './contend.ts';
import type { LockContext } from './lock-context.ts';
import type { AcquireOutcome, AcquireRequest, LockView } from './locks.ts';
import { viewEviction, viewObstacle, viewOwnLocks } from './views.ts';

/** A mapping of resources to paths that was fetched longer ago than this (milliseconds) is fetched again. */
const MAPPING_AGE = 60_000;
/** Milliseconds between two looks at a lock that is waited for: between the first and both. */
const SHORTEST_POLL = 250;
const POLL_JITTER = 1750;

/** See Locks.acquire. */
export async function acquire(context: LockContext, request: AcquireRequest): Promise<AcquireOutcome> {
  const { clock, ids, random } = context.dependencies;
  for (const path of request.paths ?? []) parsePathPattern(path);
  const attempt: Attempt = {
    authority: request.local === true ? context.local : context.main,
    asker: context.holder(request.who),
    nonce: ids.nonce(),
    request,
    resources: [...new Set(request.resources)],
  };
  const deadline = clock.uptime() + (request.wait ?? 0);
  for (let looks = 0; ; looks += 1) {
    const outcome = await tryAcquire(context, attempt, looks > 0);
    const left = deadline - clock.uptime();
    if (outcome.status === 'acquired' || left <= 0) return outcome;
    await clock.sleep(Math.min(left, SHORTEST_POLL + random() * POLL_JITTER));
  }
}

async function tryAcquire(
  context: LockContext,
  attempt: Attempt,
  isRepeated: boolean,
): Promise<AcquireOutcome> {
  const { authority, resources } = attempt;
  const aside = await clearAside(context, attempt);
  if (aside.heldBy.length > 0) return { status: 'held', heldBy: aside.heldBy };
  const age = authority.scope === 'remote' ? await context.sightingsOf(authority).age() : 0;
  const options = {
    what: `lock ${resources.join(', ')}`,
    fresh: isRepeated || age === null || age > MAPPING_AGE,
  };
  const outcome = await contend(context.dependencies, authority, options, (round) =>
    planStep(context, attempt, round),
  );
  return outcome.status === 'held' ? outcome : { ...outcome, former: [...aside.former, ...outcome.former] };
}

async function planStep(
  context: LockContext,
  attempt: Attempt,
  { refs, isFresh, unsettled }: Round,
): Promise<Step<AcquireOutcome>> {
  const { authority } = attempt;
  const { board, input } = await lookAt(context, authority, refs, attempt);
  // That the table is gone looks the same at any time, and its lease says nothing of records that are older.
  if (board.isRebuilt && !isFresh) return { kind: 'refresh' };
  if (unsettled !== null && isCarried(board, input)) {
    const locks = await keep(context, attempt, board.records, board.oids, unsettled);
    return { kind: 'answer', value: { status: 'acquired', locks, former: [] } };
  }
  const plan = planAcquire(input);
  if (plan.status === 'held') {
    if (!isFresh) return { kind: 'refresh' };
    const heldBy = plan.obstacles.map((obstacle) => viewObstacle(obstacle, board, authority.scope));
    return { kind: 'answer', value: { status: 'held', heldBy } };
  }
  const written = await writeChange(context.dependencies, context.boards, {
    ...{ authority, board, change: plan },
    by: attempt.asker.agent,
  });
  const records = new Map(plan.records.map((record) => [record.resource, record]));
  return {
    kind: 'move',
    edits: written.edits,
    moved: async (began) => {
      await written.ensure();
      const locks = await keep(context, attempt, records, written.oids, began);
      return { status: 'acquired', locks, former: plan.evicted.map(viewEviction) };
    },
  };
}

/**
 * Whether a transaction of unknown outcome has succeeded: a remote shows the refs of one push one after the other,
 * and one that was killed in between has moved only some, so records *and* claims must carry its nonce. Claims made anew
 * from the records are no proof: who saw neither may still move the table.
 */
function isCarried(board: StoredBoard, { wanted, nonce }: AcquireInput): boolean {
  return wanted.every(
    ({ resource, paths }) =>
      board.records.get(resource)?.leases.some((lease) => lease.nonce === nonce) &&
      (paths.length === 0 ||
        (!board.isRebuilt &&
          board.claims.some((claim) => claim.resource === resource && claim.nonce === nonce))),
  );
}

/** Remember what was acquired, and show it. */
async function keep(
  { held, queue }: LockContext,
  { authority, asker, resources }: Attempt,
  records: ReadonlyMap<ResourceName, LockRecord>,
  oids: ReadonlyMap<ResourceName, Oid>,
  began: Moment,
): Promise<readonly LockView[]> {
  const acquired = resources.flatMap((resource) => records.get(resource) ?? []);
  await held.keep(asker, authority.name, acquired, began);
  await queue.remove(({ resource, nonce }) =>
    acquired.some(
      (record) => record.resource === resource && record.leases.some((lease) => lease.nonce === nonce),
    ),
  );
  return viewOwnLocks(acquired, { asker, oids, scope: authority.scope });
}
