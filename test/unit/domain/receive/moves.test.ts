import { describe, expect, test } from 'vitest';
import type { Claim } from '../../../../src/domain/locks/claims.ts';
import { describeLockRecord, type Lease, type LockRecord } from '../../../../src/domain/locks/lock-record.ts';
import type { AgentName, CloneId, RecordId, ResourceName } from '../../../../src/domain/names.ts';
import { judgeClaimsMove } from '../../../../src/domain/receive/claims-move.ts';
import { judgeLockMove, judgeLockRemoval } from '../../../../src/domain/receive/lock-move.ts';
import { judgeAuthors, judgeOutboxAuthors } from '../../../../src/domain/receive/operations.ts';
import type { Pusher } from '../../../../src/domain/receive/pusher.ts';

const NOW = Date.UTC(2026, 10, 26);
const TOKEN = NOW / 1000 - 100;
const ADA = 'ada' as AgentName;
const BOB = 'bob' as AgentName;
const DB = 'db' as ResourceName;

function lease(extra: Partial<Lease> = {}): Lease {
  return {
    ...{
      agent: ADA,
      session: '01M8AZXX5F178BW043ZVSKPV01' as RecordId,
      clone: 'clone0clone0clon' as CloneId,
    },
    ...{ nonce: 'n1', token: TOKEN, ttl: 7200, acquiredAt: NOW, renewedAt: NOW, expiresAt: NOW + 7_200_000 },
    unknown: {},
    ...extra,
  };
}
function record(leases: readonly Lease[], extra: Partial<LockRecord> = {}): LockRecord {
  const token = Math.max(TOKEN, ...leases.map((one) => one.token));
  return { resource: DB, mode: 'exclusive', token, paths: [], reason: null, leases, unknown: {}, ...extra };
}
const bobs = lease({ agent: BOB, session: null, nonce: 'n2', token: TOKEN + 1 });

function move(
  before: LockRecord | null,
  after: LockRecord,
  { note = '', message, pusher = null }: { note?: string; message?: string; pusher?: Pusher } = {},
) {
  const said = message ?? `${describeLockRecord(after)}\n\n${note}`;
  return judgeLockMove({ before, after, message: said, pusher, now: NOW, maxSkew: 600 });
}

test('a record is called what it is, in all of the paragraph that git takes for the subject', () => {
  const [held, free] = [record([lease()]), record([], { token: TOKEN })];
  const problem = [expect.stringMatching(/^its subject is not what its record says, 'held db by ada until /)];
  expect(move(held, held, { message: `${describeLockRecord(held)}\n` })).toEqual([]);
  for (const message of [
    `${describeLockRecord(free)}\n`,
    `${describeLockRecord(held)}\n${describeLockRecord(free)}\n`,
    `\n${describeLockRecord(held)}\n`,
    '',
  ])
    expect(move(held, held, { message }), message).toEqual(problem);
});

describe('a lock moves', () => {
  const renewed = lease({ renewedAt: NOW + 1, expiresAt: NOW + 7_300_000 });
  const ended = lease({ expiresAt: NOW - 1 });
  test.each<[string, LockRecord | null, LockRecord, Pusher]>([
    ['into being', null, record([lease()]), new Set([ADA])],
    ['from a tombstone', record([], { token: TOKEN - 1 }), record([lease()]), new Set([ADA])],
    ['by renewal', record([lease()]), record([renewed]), new Set([ADA])],
    ['by release', record([lease()]), record([]), new Set([ADA])],
    ['by release, nobody knows whose', record([lease()]), record([]), null],
    ['by takeover of what has run out', record([ended]), record([bobs]), new Set([BOB])],
    ['to a tombstone of what has run out', record([ended]), record([]), new Set([BOB])],
    [
      'to more of its own',
      record([lease()]),
      record([lease({ nonce: 'n3', token: TOKEN + 1 })]),
      new Set([ADA]),
    ],
    [
      'to a second one that shares',
      record([lease()], { mode: 'shared' }),
      record([lease(), bobs], { mode: 'shared' }),
      new Set([BOB]),
    ],
    ['from a record that nobody can read', null, record([]), new Set([BOB])],
  ])('%s', (_, before, after, pusher) => {
    expect(move(before, after, { pusher })).toEqual([]);
  });

  test('by force, with a reason, to a tombstone of the same token, by the one who says so', () => {
    const note = 'Released by force by bob: she is away\n';
    expect(move(record([lease()]), record([]), { note, pusher: new Set([BOB]) })).toEqual([]);
    expect(move(record([lease()]), record([]), { note })).toEqual([]);
    expect(move(record([lease()]), record([]), { note, pusher: new Set([ADA]) })).toHaveLength(1);
    expect(move(record([lease()]), record([], { token: TOKEN + 1 }), { note })).toHaveLength(1);
    const silent = note.replace('she is away', '');
    expect(move(record([lease()]), record([]), { note: silent, pusher: new Set([BOB]) })).toHaveLength(1);
  });
});

test.each<[string, LockRecord | null, LockRecord, Pusher]>([
  ['acquired for another', null, record([lease()]), new Set([BOB])],
  ['acquired by nobody known', null, record([lease()]), new Set()],
  ['renewed by another', record([lease()]), record([lease({ expiresAt: NOW + 1 })]), new Set([BOB])],
  ['released by another', record([lease()]), record([]), new Set([BOB])],
  ['taken while it runs', record([lease()]), record([bobs]), new Set([ADA, BOB])],
  ['taken while it runs, nobody knows by whom', record([lease()]), record([bobs]), null],
  ['with a token that falls', record([], { token: TOKEN + 5 }), record([lease()]), null],
  ['with a token that stays', record([], { token: TOKEN }), record([lease()]), null],
  ['with a token above its record', null, record([lease()], { token: TOKEN - 1 }), null],
  ['with a token from the future', null, record([lease({ token: NOW / 1000 + 601 })]), null],
  ['with two exclusive holders', record([lease()]), record([lease(), bobs]), null],
  ['with a lease under another name', record([lease()]), record([lease({ agent: BOB })]), null],
  ['with another token of the same lease', record([lease()]), record([lease({ token: TOKEN + 1 })]), null],
])('a lock is not %s', (_, before, after, pusher) => {
  expect(move(before, after, { pusher })).not.toEqual([]);
});

test('a tombstone is removed when it is old, unclaimed and its token is past', () => {
  const old = { record: record([]), committedAt: NOW / 1000 - 40 * 86_400, isClaimed: false, now: NOW };
  const tombstones = 30 * 86_400;
  expect(judgeLockRemoval({ ...old, tombstones })).toEqual([]);
  expect(judgeLockRemoval({ ...old, tombstones, isClaimed: true })).toHaveLength(1);
  expect(judgeLockRemoval({ ...old, tombstones, committedAt: NOW / 1000 })).toHaveLength(1);
  expect(judgeLockRemoval({ ...old, tombstones, record: record([lease()]) })).toHaveLength(1);
  expect(judgeLockRemoval({ ...old, tombstones, record: null })).toHaveLength(1);
  const future = record([], { token: NOW / 1000 + 5 });
  expect(judgeLockRemoval({ ...old, tombstones, record: future })).toHaveLength(1);
});

describe('claims', () => {
  const claim = (
    of: Lease,
    resource: ResourceName,
    paths: string[],
    mode: Claim['mode'] = 'exclusive',
  ): Claim => {
    const { agent, session, clone, nonce, token, ttl, expiresAt } = of;
    return { agent, session, clone, nonce, token, ttl, expiresAt, resource, mode, paths, unknown: {} };
  };
  const other = 'api' as ResourceName;
  const adas = claim(lease(), DB, ['db/**']);
  const records = (...all: LockRecord[]) => new Map(all.map((one) => [one.resource, one]));
  const held = records(record([lease()]), record([bobs], { resource: other }));

  test('appear with their locks, and go when these are gone', () => {
    const both = [adas, claim(bobs, other, ['api/**'])];
    expect(judgeClaimsMove({ before: [adas], after: both, records: held })).toEqual([]);
    const released = records(record([], { token: TOKEN }), record([bobs], { resource: other }));
    expect(judgeClaimsMove({ before: both, after: both.slice(1), records: released })).toEqual([]);
  });
  test('do not vanish, change, appear without a lock, or overlap', () => {
    const judge = (after: Claim[], now = held) => judgeClaimsMove({ before: [adas], after, records: now });
    expect(judge([])).toHaveLength(1);
    expect(judge([{ ...adas, paths: [] }])).toHaveLength(1);
    expect(judge([adas, claim(bobs, other, ['api/**'])], records(record([lease()])))).toHaveLength(1);
    expect(judge([adas, claim(bobs, other, ['db/x'])])).toEqual([
      'the claim of bob on api overlaps with db of ada',
    ]);
    expect(judge([adas, claim(lease({ token: 1 }), other, ['x'])])).toHaveLength(1);
  });
});

test('operations are by agents of the pusher, and an outbox is moved by its own clone', () => {
  const operation = (agent: string, clone: string) => ({
    oid: 'a'.repeat(40),
    message: `x\n\nAgent-OS-Agent: ${agent}\nAgent-OS-Op: 001795415400000-${clone}-01M83HHQJ0278B8C950792E93F\n`,
  });
  const arrived = [operation('ada', '0123456789abcdef'), operation('agent-os', '0123456789abcdef')];
  expect(judgeAuthors(arrived, null)).toEqual([]);
  expect(judgeAuthors(arrived, new Set([ADA]))).toEqual([]);
  expect(judgeAuthors(arrived, new Set([BOB]))).toHaveLength(1);
  expect(judgeOutboxAuthors(arrived, '0123456789abcdef')).toEqual([]);
  expect(judgeOutboxAuthors(arrived, 'fedcba9876543210')).toHaveLength(2);
});
