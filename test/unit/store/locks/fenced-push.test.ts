import { expect, test } from 'vitest';
import type { Oid, RefName } from '../../../../src/domain/names.ts';
import type { RefEdit } from '../../../../src/domain/ports.ts';
import { pushFenced } from '../../../../src/store/locks/fenced-push.ts';
import { beside, type Clone, contracts, database, lockRef, TTL, World } from './lock-world.ts';

const MAIN = 'refs/heads/main' as RefName;
const NEW = '1'.repeat(40) as Oid;
const CLAIMS = 'refs/agent-os/claims' as RefName;

interface Setup {
  readonly touched?: readonly string[];
  /** Runs while the user's pre-push hook does. */
  readonly hook?: () => Promise<unknown>;
}

function push(clone: Clone, { touched = ['src/api.ts'], hook = async () => {} }: Setup = {}) {
  const updates: readonly RefEdit[] = [{ ref: MAIN, expect: null, to: NEW }];
  const work = {
    resolve: async () => {
      await hook();
      return updates;
    },
    touchedPaths: async () => touched,
  };
  return pushFenced({ ...clone.dependencies, work }, { who: clone.who, refspecs: [] });
}

async function two() {
  const world = new World();
  const [a, b] = [world.clone('go-backend'), world.clone('sveltekit-specialist')];
  return { world, a, b, main: () => world.remote.refs.get(MAIN) };
}

const lock = (clone: Clone, paths: readonly string[] = [], resource = database) =>
  clone.locks.acquire({ who: clone.who, resources: [resource], paths });

test('moves the work ref and the session’s lock in one push: a lock ref at its old value asserts nothing', async () => {
  const { world, a, main } = await two();
  await lock(a, ['src/**']);
  const before = world.remote.refs.get(lockRef('database-schema'));
  const claims = world.remote.refs.get(CLAIMS);
  expect(await push(a)).toMatchObject({ status: 'pushed', locks: [{ resource: database }] });
  expect(main()).toBe(NEW);
  expect(world.remote.refs.get(lockRef('database-schema'))).not.toBe(before);
  expect(world.remote.refs.get(CLAIMS)).toBe(claims);
  expect(world.remote.calls.at(-1)?.refs).toEqual([MAIN, lockRef('database-schema')]);
});

test('moves claims when a touched path is not under an exclusive lock of the session', async () => {
  const { world, a } = await two();
  await lock(a, ['src/**']);
  const claims = world.remote.refs.get(CLAIMS);
  await push(a, { touched: ['src/api.ts', 'docs/x.md'] });
  expect(world.remote.refs.get(CLAIMS)).not.toBe(claims);
});

test('is held up by a live lock of another on a touched path', async () => {
  const { a, b, main } = await two();
  await lock(b, ['src/**']);
  expect(await push(a)).toMatchObject({
    status: 'held',
    heldBy: [{ resource: database, holder: b.who, touched: ['src/api.ts'] }],
  });
  expect(main()).toBeUndefined();
  expect(await push(a, { touched: ['docs/x.md'] })).toMatchObject({ status: 'pushed' });
});

test('is held up by a lock that was taken while the pre-push hook ran', async () => {
  const { a, b, main } = await two();
  expect(await push(a, { hook: () => lock(b, ['src']) })).toMatchObject({ status: 'held' });
  expect(main()).toBeUndefined();
});

test('loses to a claim that is made between its fetch and its push', async () => {
  const { world, a, b, main } = await two();
  let isFirst = true;
  world.remote.intercept = async ({ what, client }) => {
    if (what === 'transact' && client === 'go-backend' && isFirst) {
      isFirst = false;
      await lock(b, ['src']);
    }
    return null;
  };
  expect(await push(a)).toMatchObject({ status: 'held' });
  expect(main()).toBeUndefined();
});

test('is refused when a lock of the session was taken over, with paths or without, even if it is free again', async () => {
  const { a, b, main } = await two();
  await lock(a);
  await lock(b);
  b.clock.advance(TTL * 1000 + 10_000);
  await lock(b);
  await b.locks.release({ who: b.who, resources: [database] });
  expect(await push(a)).toEqual({ status: 'lost', resources: [database] });
  expect(main()).toBeUndefined();
});

test('is refused when another session has the lock by now: the nonce tells the two leases apart', async () => {
  const { a, b, main } = await two();
  await lock(a);
  await lock(b);
  b.clock.advance(TTL * 1000 + 10_000);
  await lock(b);
  expect(await push(a)).toEqual({ status: 'lost', resources: [database] });
  expect(main()).toBeUndefined();
});

test('loses to a takeover that happens between its fetch and its push', async () => {
  const { world, a, b, main } = await two();
  await lock(a, ['src']);
  await lock(b, ['src'], contracts);
  let isFirst = true;
  world.remote.intercept = async ({ what, client }) => {
    if (what === 'transact' && client === 'go-backend' && isFirst) {
      isFirst = false;
      b.clock.advance(TTL * 1000 + 10_000);
      await lock(b, ['src'], contracts);
    }
    return null;
  };
  expect(await push(a)).toEqual({ status: 'lost', resources: [database] });
  expect(main()).toBeUndefined();
});

test('says that it is behind when somebody else moved the work ref', async () => {
  const { world, a } = await two();
  world.remote.refs.put(MAIN, '2'.repeat(40) as Oid);
  expect(await push(a)).toEqual({ status: 'behind', refs: [MAIN] });
});

test('holders of a shared lock do not hold each other up, but those who have none', async () => {
  const { world, a, b } = await two();
  for (const clone of [a, b]) {
    await clone.locks.acquire({ who: clone.who, resources: [database], paths: ['src'], mode: 'shared' });
  }
  expect(await push(world.clone('third'))).toMatchObject({ status: 'held' });
  expect(await push(a)).toMatchObject({ status: 'pushed' });
});

test('takes over an expired lock on a touched path rather than ignoring it', async () => {
  const { a, b } = await two();
  await lock(b, ['src']);
  await push(a);
  a.clock.advance(TTL * 1000 + 10_000);
  expect(await push(a)).toMatchObject({ status: 'pushed', former: [{ resource: database, holder: b.who }] });
  expect(await b.locks.renewAll(b.who)).toEqual({ renewed: [], lost: [database] });
});

test('a lock of another session of this clone is foreign', async () => {
  const { a } = await two();
  await a.locks.acquire({ who: beside(a, 'other'), resources: [database], paths: ['src'] });
  expect(await push(a)).toMatchObject({ status: 'held' });
});

test('whose answer was lost is settled by reading the work ref and the locks again', async () => {
  const { world, a, main } = await two();
  await lock(a, ['src']);
  world.remote.intercept = async ({ what }) =>
    what === 'transact' ? { cut: true, applied: Number.POSITIVE_INFINITY } : null;
  expect(await push(a)).toMatchObject({ status: 'pushed' });
  expect(main()).toBe(NEW);
});
