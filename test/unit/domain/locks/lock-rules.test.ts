import { describe, expect, test } from 'vitest';
import type { LockBoard } from '../../../../src/domain/locks/blockers.ts';
import { isDead } from '../../../../src/domain/locks/claims.ts';
import type { LockHolder } from '../../../../src/domain/locks/lock-record.ts';
import {
  type AcquireInput,
  type LockChange,
  planAcquire,
  planForce,
  planRelease,
} from '../../../../src/domain/locks/lock-rules.ts';
import { planFencedPush } from '../../../../src/domain/locks/push-rules.ts';
import { type AgentName, type CloneId, parseResourceName } from '../../../../src/domain/names.ts';

const NOW = Date.UTC(2026, 10, 23);
const [database, contracts] = [parseResourceName('database-schema'), parseResourceName('api-contracts')];
const EMPTY: LockBoard = { records: new Map(), claims: [] };
const never = () => ({ allowed: false, why: 'its lease runs', notBefore: NOW }) as const;
const always = () => ({ allowed: true, why: 'its lease ran out' }) as const;

function holder(agent: string): LockHolder {
  return { agent: agent as AgentName, session: null, clone: 'clone00000000001' as CloneId };
}

let nonces = 0;
function plan(
  board: LockBoard,
  agent: string,
  input: Partial<AcquireInput> & { paths?: readonly string[] } = {},
) {
  nonces += 1;
  const wanted = [{ resource: database, paths: input.paths ?? [] }];
  const common = {
    nonce: `nonce-${nonces}`,
    mode: 'exclusive',
    ttl: 60,
    reason: null,
    now: NOW,
    judge: never,
  } as const;
  return planAcquire({ board, asker: holder(agent), wanted, ...common, ...input });
}

/** The board after a change, which must be possible. */
function apply(board: LockBoard, change: ReturnType<typeof planAcquire> | LockChange): LockBoard {
  if ('status' in change && change.status === 'held') throw new Error('held');
  const records = new Map(board.records);
  for (const record of change.records) records.set(record.resource, record);
  return { records, claims: change.claims ?? board.claims };
}

const record = (board: LockBoard, resource = database) =>
  board.records.get(resource) ?? expect.fail(`no record of ${resource}`);

describe('tokens', () => {
  test('are at least the time in seconds, and larger than the last one even when the clock goes back', () => {
    const first = apply(EMPTY, plan(EMPTY, 'a'));
    expect(record(first).token).toBe(NOW / 1000);
    const free = planRelease(record(first), holder('a')) ?? expect.fail('not held');
    expect(free).toMatchObject({ leases: [], token: NOW / 1000, paths: [] });
    const board = { records: new Map([[database, free]]), claims: [] };
    expect(record(apply(board, plan(board, 'b', { now: 0 }))).token).toBe(NOW / 1000 + 1);
  });
});

describe('a claim', () => {
  const claimed = apply(EMPTY, plan(EMPTY, 'a', { paths: ['src/**'] }));
  const [claim] = claimed.claims;
  const other = { wanted: [{ resource: contracts, paths: ['src/x'] }] };

  test('is live while its record is not visible yet', () => {
    const half: LockBoard = { records: new Map(), claims: claimed.claims };
    expect(plan(half, 'b', other)).toMatchObject({
      status: 'held',
      obstacles: [{ blocker: { resource: database } }],
    });
  });

  test('is dead by its record, not by its own end: a renewed lock keeps its claim', () => {
    expect(plan(claimed, 'b', { ...other, now: NOW + 10 * 60_000 })).toMatchObject({ status: 'held' });
  });

  test('is dead once the record has its token and not its nonce, also when the same holder is back', () => {
    const free = planForce(record(claimed), 'x').record;
    const again = apply({ ...claimed, records: new Map([[database, free]]) }, plan(EMPTY, 'a'));
    if (claim === undefined) throw new Error('no claim');
    expect(isDead(claim, free)).toBe(true);
    expect(isDead(claim, record(again))).toBe(true);
    expect(isDead(claim, null)).toBe(false);
    expect(isDead(claim, record(claimed))).toBe(false);
  });

  test('that is expired is evicted with its record, not ignored', () => {
    const taken = plan(claimed, 'b', { ...other, judge: always });
    if (taken.status === 'held') throw new Error('held');
    expect(taken.records.map(({ resource, leases }) => [resource, leases.length])).toEqual([
      [database, 0],
      [contracts, 1],
    ]);
    expect(taken.claims?.map(({ resource }) => resource)).toEqual([contracts]);
    expect(taken.evicted).toMatchObject([{ blocker: { resource: database, agent: 'a' } }]);
  });

  test('without a record is evicted by a tombstone that makes it dead', () => {
    const half: LockBoard = { records: new Map(), claims: claimed.claims };
    const board = apply(half, plan(half, 'b', { ...other, judge: always }));
    if (claim === undefined) throw new Error('no claim');
    expect(isDead(claim, record(board))).toBe(true);
  });

  test('of a request for several resources is confronted for each of them, though they have one nonce', () => {
    const wanted = [database, contracts].map((resource) => ({ resource, paths: ['src/**'] }));
    const both = apply(EMPTY, plan(EMPTY, 'a', { wanted }));
    const taken = plan(both, 'b', { paths: ['src/**'], judge: always });
    if (taken.status === 'held') throw new Error('held');
    expect(taken.evicted.map(({ blocker }) => blocker.resource)).toEqual([database, contracts]);
    expect(taken.records.map(({ resource }) => resource)).toEqual([database, contracts]);
  });

  test('with a glob that this version cannot read covers everything', () => {
    const odd = { ...claimed, claims: claimed.claims.map((one) => ({ ...one, paths: ['a**b'] })) };
    expect(plan(odd, 'b', { wanted: [{ resource: contracts, paths: ['z'] }] }).status).toBe('held');
  });
});

describe('who holds a lock already', () => {
  test('keeps its paths when it asks for fewer, and its token', () => {
    const first = apply(EMPTY, plan(EMPTY, 'a', { paths: ['docs', 'src'] }));
    const second = plan(first, 'a', { paths: ['src'] });
    expect(second).toMatchObject({ status: 'take', claims: null, records: [{ token: record(first).token }] });
    expect(record(apply(first, second)).paths).toEqual(['docs', 'src']);
  });

  test('acquires anew, with a new claim in place of the old one, when it asks for more', () => {
    const first = apply(EMPTY, plan(EMPTY, 'a', { paths: ['src'] }));
    const second = apply(first, plan(first, 'a', { paths: ['docs'] }));
    expect(record(second).token).toBeGreaterThan(record(first).token);
    expect(second.claims.map(({ paths }) => paths)).toEqual([['docs', 'src']]);
  });

  test('keeps an exclusive lock when it asks for a shared one', () => {
    const first = apply(EMPTY, plan(EMPTY, 'a'));
    expect(record(apply(first, plan(first, 'a', { mode: 'shared' })))).toMatchObject({ mode: 'exclusive' });
  });

  test('may have locks that overlap each other', () => {
    const first = apply(EMPTY, plan(EMPTY, 'a', { paths: ['src'] }));
    expect(plan(first, 'a', { wanted: [{ resource: contracts, paths: ['src/x'] }] }).status).toBe('take');
  });
});

describe('a fenced push', () => {
  const input = { asker: holder('a'), believed: [], touched: ['src/x'], now: NOW + 1, judge: never };

  test('renews every lock of the session, with paths or without', () => {
    const named = apply(EMPTY, plan(EMPTY, 'a'));
    const board = apply(named, plan(named, 'a', { wanted: [{ resource: contracts, paths: ['src'] }] }));
    const push = planFencedPush({ ...input, board });
    if (push.status !== 'push') throw new Error(push.status);
    expect(push.records.map(({ resource }) => resource)).toEqual([database, contracts]);
    expect(push.claims).toBeNull();
  });

  test('moves the claims, even to the same table, when no exclusive lock of its own covers a path', () => {
    expect(planFencedPush({ ...input, board: EMPTY })).toMatchObject({ status: 'push', claims: [] });
    const shared = apply(EMPTY, plan(EMPTY, 'a', { paths: ['src'], mode: 'shared' }));
    expect(planFencedPush({ ...input, board: shared })).toMatchObject({
      status: 'push',
      claims: [{ nonce: expect.any(String) }],
    });
  });

  test('names the locks that were lost', () => {
    const believed = [{ resource: database, nonce: 'gone' }];
    expect(planFencedPush({ ...input, board: EMPTY, believed })).toEqual({
      status: 'lost',
      resources: [database],
    });
  });
});
