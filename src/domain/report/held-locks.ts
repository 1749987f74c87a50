import type { ForeignEnd } from '../locks/lock-note.ts';
import type { Lease, LockRecord } from '../locks/lock-record.ts';
import type { AgentName, Oid, RecordId } from '../names.ts';
import type { LockChain, LockStep } from './code-review.ts';

/**
 * How the holding of a lock came to an end: given back, released by force, reaped with a session that was left behind,
 * taken by another, run out and not taken yet; `held`: it goes on.
 */
export type LockEnd = 'released' | ForeignEnd | 'taken' | 'expired' | 'held';

/** One acquisition of a lock, from its ref's history. Times are milliseconds since 1970. */
export interface HeldLock {
  readonly resource: string;
  readonly token: number;
  readonly mode: LockRecord['mode'];
  readonly scope: LockChain['scope'];
  readonly agent: AgentName;
  readonly session: RecordId | null;
  readonly paths: readonly string[];
  readonly reason: string | null;
  readonly acquiredAt: number;
  /** When it was given up, taken, or ran out; null while it is held. */
  readonly endedAt: number | null;
  readonly expiresAt: number;
  readonly end: LockEnd;
}

/**
 * The records that tell a chain's story: of each run of records with the same holders and token (an acquisition and its
 * renewals) the last one, which has its latest end, too.
 */
export function tellingSteps(chain: LockChain, agents: ReadonlySet<AgentName>): readonly LockStep[] {
  return chain.steps.filter((step, index) => {
    const holders = holdersOf(step.subject);
    const next = chain.steps[index + 1];
    return (
      holders.some((name) => agents.has(name as AgentName)) &&
      (next === undefined || runOf(step) !== runOf(next))
    );
  });
}

/** Who a record's subject names. */
function holdersOf(subject: string): readonly string[] {
  return / by ([a-z0-9_, -]+) until \S+ #\d+$/.exec(subject)?.[1]?.split(', ') ?? [];
}

/** What stays the same while a lock is renewed. */
function runOf({ subject }: LockStep): string {
  return subject.replace(/ until \S+(?= #\d+$)/, '');
}

/**
 * Every acquisition in a chain, oldest first.
 * @param records - decoded, by oid; steps without one are passed over
 * @param now - milliseconds since 1970
 */
export function readHeldLocks(
  chain: LockChain,
  records: ReadonlyMap<Oid, LockRecord>,
  now: number,
): readonly HeldLock[] {
  const found = new Map<string, { lease: Lease; record: LockRecord; last: number }>();
  chain.steps.forEach((step, index) => {
    const record = records.get(step.oid);
    for (const lease of record?.leases ?? []) {
      if (record !== undefined) found.set(`${lease.nonce} ${lease.token}`, { lease, record, last: index });
    }
  });
  return [...found.values()]
    .map(({ lease, record, last }): HeldLock => {
      const next = chain.steps[last + 1];
      const { acquiredAt, expiresAt, token, agent, session } = lease;
      return {
        ...{ resource: record.resource, token, mode: record.mode, scope: chain.scope, agent, session },
        ...{ paths: record.paths, reason: record.reason, acquiredAt, expiresAt },
        ...endOf({ record, acquiredAt, expiresAt, next, now }),
      };
    })
    .sort((a, b) => a.acquiredAt - b.acquiredAt);
}

function endOf(held: {
  readonly record: LockRecord;
  readonly acquiredAt: number;
  readonly expiresAt: number;
  readonly next: LockStep | undefined;
  readonly now: number;
}): { readonly end: LockEnd; readonly endedAt: number | null } {
  const { record, acquiredAt, expiresAt, next, now } = held;
  if (next === undefined && expiresAt >= now) return { end: 'held', endedAt: null };
  if (next === undefined) return { end: 'expired', endedAt: expiresAt };
  const isGivenUp = next.subject.startsWith('free ') || record.mode === 'shared';
  // git keeps whole seconds: a release in the same second would come before the acquisition.
  const at = Math.max(acquiredAt, next.at);
  if (next.foreignEnd !== null) return { end: next.foreignEnd, endedAt: at };
  return isGivenUp ? { end: 'released', endedAt: at } : { end: 'taken', endedAt: Math.min(at, expiresAt) };
}
