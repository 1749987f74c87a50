import { describe, expect, test } from 'vitest';
import { parseResourceName } from '../../../../src/domain/names.ts';
import { beside, type Clone, contracts, database, lockRef, TTL, World } from './lock-world.ts';

const acquire = (clone: Clone, options: Partial<Parameters<Clone['locks']['acquire']>[0]> = {}) =>
  clone.locks.acquire({ who: clone.who, resources: [database], ...options });

async function two() {
  const world = new World();
  return { world, a: world.clone('go-backend'), b: world.clone('sveltekit-specialist') };
}

/** Lock a resource, and have the clone know the refs so that the next attempt is optimistic. */
async function warm(clone: Clone) {
  await clone.locks.list({ refresh: true });
}

describe('acquire', () => {
  test('holds the resource for every clone of the remote', async () => {
    const { a, b } = await two();
    const taken = await acquire(a, { reason: 'migration' });
    expect(taken).toMatchObject({
      status: 'acquired',
      former: [],
      locks: [{ resource: database, mode: 'exclusive', reason: 'migration', scope: 'remote', paths: [] }],
    });
    const held = await acquire(b);
    expect(held).toMatchObject({
      status: 'held',
      heldBy: [{ wanted: database, resource: database, holder: { ...a.who, clone: a.dependencies.clone } }],
    });
  });

  test('takes one push and no fetch when the mirror is fresh', async () => {
    const { world, a } = await two();
    await warm(a);
    const [fetches, pushes] = [world.count('fetch'), world.count('transact')];
    await acquire(a);
    expect([world.count('fetch') - fetches, world.count('transact') - pushes]).toEqual([0, 1]);
  });

  test('fetches first when the mapping may be older than a minute', async () => {
    const { world, a } = await two();
    await warm(a);
    a.clock.advance(61_000);
    const fetches = world.count('fetch');
    await acquire(a);
    expect(world.count('fetch') - fetches).toBe(1);
  });

  test('loses to who was first, and says who it is', async () => {
    const { a, b } = await two();
    await warm(a);
    await warm(b);
    await acquire(a);
    expect(await acquire(b)).toMatchObject({ status: 'held', heldBy: [{ holder: a.who }] });
  });

  test('is all or nothing', async () => {
    const { world, a, b } = await two();
    await acquire(a, { resources: [contracts] });
    const outcome = await acquire(b, { resources: [database, contracts] });
    expect(outcome).toMatchObject({ status: 'held', heldBy: [{ wanted: contracts }] });
    expect(world.remote.refs.get(lockRef('database-schema'))).toBeUndefined();
  });

  test('again by the same session renews and keeps the token', async () => {
    const { a } = await two();
    const first = await acquire(a);
    a.clock.advance(1000);
    const second = await acquire(a);
    if (first.status !== 'acquired' || second.status !== 'acquired') throw new Error('held');
    expect(second.locks[0]?.token).toBe(first.locks[0]?.token);
    expect(Date.parse(second.locks[0]?.expiresAt ?? '')).toBe(
      Date.parse(first.locks[0]?.expiresAt ?? '') + 1000,
    );
  });

  test('another session of the same agent is another holder', async () => {
    const { a } = await two();
    await acquire(a);
    expect(await acquire(a, { who: beside(a, 'go-backend') })).toMatchObject({ status: 'held' });
  });

  test('shared joins shared, exclusive waits for all, the sole holder may upgrade', async () => {
    const { a, b } = await two();
    const first = await acquire(a, { mode: 'shared' });
    expect(await acquire(b, { mode: 'shared' })).toMatchObject({
      status: 'acquired',
      locks: [{ mode: 'shared', holders: [a.who, b.who] }],
    });
    expect(await acquire(a)).toMatchObject({ status: 'held', heldBy: [{ holder: b.who }] });
    await b.locks.release({ who: b.who, resources: [database] });
    const upgraded = await acquire(a);
    expect(upgraded).toMatchObject({ status: 'acquired', locks: [{ mode: 'exclusive', holders: [a.who] }] });
    if (first.status !== 'acquired' || upgraded.status !== 'acquired') throw new Error('held');
    expect(upgraded.locks[0]?.token).toBeGreaterThan(first.locks[0]?.token ?? 0);
  });

  test('overlapping paths exclude each other whatever the resources are called', async () => {
    const { world, a, b } = await two();
    await acquire(a, { paths: ['src/api/**'] });
    const other = parseResourceName('refactoring');
    expect(await acquire(b, { resources: [other], paths: ['src/*/auth.ts'] })).toMatchObject({
      status: 'held',
      heldBy: [{ wanted: other, resource: database, paths: ['src/api/**'] }],
    });
    expect(world.remote.refs.get(lockRef('refactoring'))).toBeUndefined();
    expect(await acquire(b, { resources: [other], paths: ['docs'] })).toMatchObject({ status: 'acquired' });
  });

  test('a mapped resource claims its paths', async () => {
    const { world, a, b } = await two();
    world.mapping.set(database, ['db/**']);
    expect(await acquire(a)).toMatchObject({ status: 'acquired', locks: [{ paths: ['db/**'] }] });
    expect(await acquire(b, { resources: [contracts], paths: ['db/schema.sql'] })).toMatchObject({
      status: 'held',
      heldBy: [{ resource: database }],
    });
  });

  test('a stale mirror cannot overlook a claim: the push that leases the claims loses', async () => {
    const { a, b } = await two();
    await warm(b);
    await acquire(a, { paths: ['src/**'] });
    expect(await acquire(b, { resources: [contracts], paths: ['src/api.ts'] })).toMatchObject({
      status: 'held',
    });
  });

  test('a claim whose record is not visible yet counts as live', async () => {
    const { world, a, b } = await two();
    world.remote.intercept = async ({ what, client }) =>
      what === 'transact' && client === 'go-backend' ? { cut: true, applied: 1 } : null;
    await expect(acquire(a, { paths: ['src/**'] })).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(await acquire(b, { resources: [contracts], paths: ['src/x'] })).toMatchObject({
      status: 'held',
      heldBy: [{ resource: database, holder: a.who, oid: null }],
    });
  });

  test('a released claim is dead, and the next one to acquire drops it', async () => {
    const { a, b } = await two();
    await acquire(a, { paths: ['src/**'] });
    await a.locks.release({ who: a.who, resources: [database] });
    expect(await acquire(b, { resources: [contracts], paths: ['src/x'] })).toMatchObject({
      status: 'acquired',
    });
    expect(await acquire(a)).toMatchObject({ status: 'acquired' });
  });

  test('tokens grow over releases', async () => {
    const { a, b } = await two();
    const tokens = [];
    for (const clone of [a, b, a]) {
      const outcome = await acquire(clone);
      if (outcome.status === 'acquired') tokens.push(outcome.locks[0]?.token ?? 0);
      await clone.locks.release({ who: clone.who, resources: [database] });
    }
    expect(tokens).toHaveLength(3);
    expect(tokens).toEqual([...new Set(tokens)].sort());
  });

  test('waits until the holder is gone', async () => {
    const { a, b } = await two();
    await acquire(a);
    let naps = 0;
    b.clock.slept = async () => {
      naps += 1;
      if (naps === 3) await a.locks.release({ who: a.who, resources: [database] });
    };
    expect(await acquire(b, { wait: 60_000 })).toMatchObject({ status: 'acquired' });
    expect(naps).toBe(3);
  });

  test('stops waiting at the deadline', async () => {
    const { a, b } = await two();
    await acquire(a);
    const before = b.clock.uptime();
    expect(await acquire(b, { wait: 5000 })).toMatchObject({ status: 'held' });
    expect(b.clock.uptime() - before).toBe(5000);
  });

  test('a glob that cannot be read is refused before anything is asked', async () => {
    const { world, a } = await two();
    await expect(acquire(a, { paths: ['../x'] })).rejects.toMatchObject({ code: 'BAD_VALUE' });
    expect(world.remote.calls).toEqual([]);
  });

  test('without a remote the refs of the repository decide', async () => {
    const a = new World().clone('go-backend', { isOffline: true });
    expect(await acquire(a)).toMatchObject({ status: 'acquired', locks: [{ scope: 'local' }] });
    expect(a.refs.get(lockRef('database-schema'))).toBeDefined();
    expect(await acquire(a, { who: beside(a, 'other') })).toMatchObject({ status: 'held' });
  });

  test('a local lock needs no network, and stands in the way of this clone only', async () => {
    const { world, a, b } = await two();
    world.remote.intercept = async () => 'unreachable';
    expect(await acquire(a, { local: true })).toMatchObject({
      status: 'acquired',
      locks: [{ scope: 'local' }],
    });
    expect(world.remote.calls).toEqual([]);
    world.remote.intercept = async () => null;
    expect(await acquire(a, { who: beside(a, 'other') })).toMatchObject({
      status: 'held',
      heldBy: [{ scope: 'local', holder: a.who }],
    });
    expect(await acquire(a)).toMatchObject({ status: 'acquired', locks: [{ scope: 'remote' }] });
    expect(await acquire(b)).toMatchObject({ status: 'held' });
  });
});

describe('takeover', () => {
  test('a lease that this clone watched run out is taken over, and its holder named', async () => {
    const { a, b } = await two();
    const first = await acquire(a);
    await acquire(b);
    b.clock.advance(TTL * 1000 + 9_999);
    b.clock.jump(-3_600_000); // uptime alone decides
    expect(await acquire(b)).toMatchObject({ status: 'held' });
    b.clock.advance(1);
    const second = await acquire(b);
    expect(second).toMatchObject({ status: 'acquired', former: [{ resource: database, holder: a.who }] });
    if (first.status !== 'acquired' || second.status !== 'acquired') throw new Error('held');
    expect(second.locks[0]?.token).toBeGreaterThan(first.locks[0]?.token ?? 0);
  });

  test('a renewed lease is not taken over', async () => {
    const { a, b } = await two();
    await acquire(a);
    await acquire(b);
    for (const clock of [a.clock, b.clock]) clock.advance(TTL * 1000);
    await a.locks.renewAll(a.who);
    b.clock.advance(11_000);
    expect(await acquire(b)).toMatchObject({ status: 'held' });
  });

  test('is not by wall clock alone: a writer an hour slow keeps its lease of half an hour', async () => {
    const world = new World();
    const now = Date.UTC(2026, 10, 23, 4);
    const slow = world.clone('go-backend', { wall: now - 3_600_000 });
    const b = world.clone('sveltekit-specialist', { wall: now });
    await acquire(slow, { ttl: 1800 });
    expect(await acquire(b)).toMatchObject({ status: 'held' });
  });

  test('an expired overlapping lock is not ignored: its record moves in the same transaction', async () => {
    const { world, a, b } = await two();
    await acquire(a, { paths: ['src/**'] });
    await acquire(b, { resources: [contracts], paths: ['src/api'] });
    b.clock.advance(TTL * 1000 + 10_000);
    const before = world.remote.refs.get(lockRef('database-schema'));
    expect(await acquire(b, { resources: [contracts], paths: ['src/api'] })).toMatchObject({
      status: 'acquired',
      former: [{ resource: database, holder: a.who }],
    });
    expect(world.remote.refs.get(lockRef('database-schema'))).not.toBe(before);
    expect(await a.locks.renewAll(a.who)).toEqual({ renewed: [], lost: [database] });
  });

  test('one of twenty clones takes an expired lock over', async () => {
    const world = new World();
    const holder = world.clone('holder');
    await acquire(holder);
    const others = Array.from({ length: 20 }, (_, index) => world.clone(`agent-${index}`));
    for (const clone of others) {
      await acquire(clone);
      clone.clock.advance(TTL * 1000 + 10_000);
    }
    const outcomes = await Promise.all(others.map((clone) => acquire(clone)));
    expect(outcomes.filter((outcome) => outcome.status === 'acquired')).toHaveLength(1);
  });

  test('a claim whose push was cut off is taken over after its lease', async () => {
    const { world, a, b } = await two();
    world.remote.intercept = async ({ what, client }) =>
      what === 'transact' && client === 'go-backend' ? { cut: true, applied: 1 } : null;
    await expect(acquire(a, { paths: ['src/**'] })).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    await acquire(b, { resources: [contracts], paths: ['src/x'] });
    b.clock.advance(TTL * 1000 + 10_000);
    expect(await acquire(b, { resources: [contracts], paths: ['src/x'] })).toMatchObject({
      status: 'acquired',
      former: [{ resource: database, holder: a.who }],
    });
  });
});
