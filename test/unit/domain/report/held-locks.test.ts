import { expect, test } from 'vitest';
import type { ForeignEnd } from '../../../../src/domain/locks/lock-note.ts';
import type { Lease, LockRecord } from '../../../../src/domain/locks/lock-record.ts';
import { describeLockRecord } from '../../../../src/domain/locks/lock-record.ts';
import type { AgentName, CloneId, Oid, RefName, ResourceName } from '../../../../src/domain/names.ts';
import type { LockChain } from '../../../../src/domain/report/code-review.ts';
import { readHeldLocks, tellingSteps } from '../../../../src/domain/report/held-locks.ts';
import { HOUR, id, NOW, oid } from './records.ts';

const START = NOW - 4 * HOUR;

/** A lease taken at `from` hours and renewed until `to`. */
function lease(agent: string, token: number, from: number, to: number): Lease {
  return {
    ...{
      agent: agent as AgentName,
      session: id(token),
      clone: 'clone0clone0clon' as CloneId,
      nonce: `n${token}`,
    },
    ...{ token, ttl: 3600, acquiredAt: START + from * HOUR, renewedAt: START, expiresAt: START + to * HOUR },
    unknown: {},
  };
}

function record(token: number, leases: readonly Lease[], mode: LockRecord['mode'] = 'exclusive'): LockRecord {
  return {
    resource: 'schema' as ResourceName,
    mode,
    token,
    paths: ['db/**'],
    reason: null,
    leases,
    unknown: {},
  };
}

/** A chain of records, and what decoding the telling ones gives. */
function chainOf(
  ...records: readonly (readonly [hours: number, record: LockRecord, foreignEnd?: ForeignEnd])[]
) {
  const steps = records.map(([hours, one, foreignEnd = null], index) => ({
    ...{ oid: oid(index), at: START + hours * HOUR, subject: describeLockRecord(one) },
    foreignEnd,
  }));
  const chain: LockChain = { ref: 'refs/agent-os/locks/schema' as RefName, scope: 'remote', steps };
  const decode = (agents: readonly string[]) => {
    const telling = tellingSteps(chain, new Set(agents as AgentName[]));
    const found = telling.map(({ oid: at }): [Oid, LockRecord] => {
      const [, one] = records[steps.findIndex((step) => step.oid === at)] ?? [0, record(0, [])];
      return [at, one];
    });
    return new Map(found);
  };
  return { chain, decode };
}

const story = (agents: readonly string[], { chain, decode }: ReturnType<typeof chainOf>) =>
  readHeldLocks(chain, decode(agents), NOW).map(({ agent, token, acquiredAt, endedAt, end }) => [
    ...[agent, token, (acquiredAt - START) / HOUR, endedAt === null ? null : (endedAt - START) / HOUR, end],
  ]);

test('an acquisition lasts from its own time to the release, whatever renewals lie between', () => {
  const chain = chainOf(
    [0, record(1, [lease('ada', 1, 0, 1)])],
    [0.5, record(1, [lease('ada', 1, 0, 1.5)])],
    [1.2, record(1, [])],
    [2, record(2, [lease('ada', 2, 2, 3)])],
    [2.5, record(2, [])],
  );
  expect(story(['ada'], chain)).toEqual([
    ['ada', 1, 0, 1.2, 'released'],
    ['ada', 2, 2, 2.5, 'released'],
  ]);
  expect(chain.decode(['ada']).size).toBe(2);
  expect(chain.decode(['bob']).size).toBe(0);
});

test('a takeover ends it when its lease ran out', () => {
  const chain = chainOf([0, record(1, [lease('ada', 1, 0, 1)])], [2, record(2, [lease('bob', 2, 2, 9)])]);
  expect(story(['ada', 'bob'], chain)).toEqual([
    ['ada', 1, 0, 1, 'taken'],
    ['bob', 2, 2, null, 'held'],
  ]);
  expect(story(['ada'], chain)).toEqual([['ada', 1, 0, 1, 'taken']]);
});

test('a lease that nobody renewed has run out', () => {
  expect(story(['ada'], chainOf([0, record(1, [lease('ada', 1, 0, 1)])]))).toEqual([
    ['ada', 1, 0, 1, 'expired'],
  ]);
});

test('holders of a shared lock come and go by themselves', () => {
  const [ada, bob] = [lease('ada', 1, 0, 9), lease('bob', 2, 1, 9)];
  const chain = chainOf(
    [0, record(1, [ada], 'shared')],
    [1, record(2, [ada, bob], 'shared')],
    [2, record(2, [bob], 'shared')],
  );
  expect(story(['ada', 'bob'], chain)).toEqual([
    ['ada', 1, 0, 2, 'released'],
    ['bob', 2, 1, null, 'held'],
  ]);
});

test('a forced release and a reaped session end it in words of their own', () => {
  const taken = chainOf(
    [0, record(1, [lease('ada', 1, 0, 3)])],
    [1, record(1, []), 'forced'],
    [2, record(2, [lease('bob', 2, 2, 3)])],
    [4, record(2, []), 'reaped'],
  );
  expect(story(['ada', 'bob'], taken)).toEqual([
    ['ada', 1, 0, 1, 'forced'],
    ['bob', 2, 2, 4, 'reaped'],
  ]);
});
