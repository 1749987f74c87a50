import { type LockBoard, liveClaims } from '../locks/blockers.ts';
import { describeLockRecord, isHeldBy, iso, type Lease, type LockRecord } from '../locks/lock-record.ts';
import { CLAIMS_REF, describeForce } from '../locks/lock-ref.ts';
import { patternsOf } from '../locks/path-pattern.ts';
import { overlaps } from '../locks/pattern-overlap.ts';
import { quoted, type RecordId } from '../names.ts';
import { describeEnd } from '../time.ts';
import { isRunning, type LockFacts, type TimeFacts } from './facts.ts';
import type { Draft } from './finding.ts';

/**
 * Lock records that cannot be read, or that are called something else than they are; a table of claims that cannot be
 * read, leases that have run out and that nobody has taken over, or whose session is finished (all of which only warn:
 * the next who locks clears them); and running locks whose paths overlap.
 * @param finished - sessions that have ended
 */
export function findBadLocks(
  { broken, mislabelled, ...board }: LockFacts,
  finished: ReadonlySet<RecordId>,
  time: TimeFacts,
): readonly Draft[] {
  return [
    ...broken.map(describeBroken),
    ...mislabelled.map(
      ({ ref, subject, record }): Draft => ({
        rule: 'lock-record',
        message: `${ref} calls itself ${quoted(subject, 200)}, and its record says ${quoted(describeLockRecord(record), 200)}`,
        hint: 'The record counts. Find who pushed it; the next `agent-os lock` or `agent-os unlock` of the resource writes both anew.',
      }),
    ),
    ...[...board.records.values()].flatMap((record) =>
      record.leases.flatMap((lease) => judgeLease(record, lease, finished, time) ?? []),
    ),
    ...findOverlaps(board, time),
  ];
}

function describeBroken({ ref, oid, problem }: LockFacts['broken'][number]): Draft {
  const draft = { rule: 'lock-record', message: `${ref} cannot be read: ${problem}` } as const;
  if (ref === CLAIMS_REF) {
    const hint = 'The next `agent-os lock` with paths makes it anew from the locks that are held.';
    return { ...draft, atMost: 'warn', hint };
  }
  return { ...draft, hint: describeForce(ref, oid) };
}

function judgeLease(
  { resource }: LockRecord,
  lease: Lease,
  finished: ReadonlySet<RecordId>,
  time: TimeFacts,
): Draft | null {
  if (!isRunning(lease, time)) {
    return {
      rule: 'lock-record',
      atMost: 'warn',
      message: `the lock of ${lease.agent} on ${resource} ran out on ${describeEnd(iso(lease.expiresAt), time.now)}, and is still there`,
      hint: 'Whoever locks it next takes it over; its holder may release it with `agent-os unlock`.',
    };
  }
  if (lease.session === null || !finished.has(lease.session)) return null;
  return {
    rule: 'lock-record',
    atMost: 'warn',
    message: `the lock of ${lease.agent} on ${resource} belongs to the finished session ${lease.session}`,
    hint: 'A release may still wait for its clone to reach the remote.',
  };
}

function findOverlaps(board: LockBoard, time: TimeFacts): readonly Draft[] {
  const live = liveClaims(board)
    .filter((claim) => {
      const lease = board.records
        .get(claim.resource)
        ?.leases.find((candidate) => candidate.nonce === claim.nonce);
      return isRunning(lease ?? claim, time);
    })
    .map((claim) => ({ claim, patterns: patternsOf(claim) }));
  return live.flatMap(({ claim, patterns }, index) =>
    live
      .slice(index + 1)
      .filter(
        (other) =>
          !isHeldBy(other.claim, claim) &&
          (claim.mode === 'exclusive' || other.claim.mode === 'exclusive') &&
          overlaps(patterns, other.patterns),
      )
      .map(
        (other): Draft => ({
          rule: 'lock-record',
          message: `${claim.resource} of ${claim.agent} and ${other.claim.resource} of ${other.claim.agent} cover common paths`,
          hint: 'One of them was not taken by agent-os: ask both, and release one.',
        }),
      ),
  );
}
