import { describe, expect, test } from 'vitest';
import { CLAIMS_REF } from '../../../../src/domain/locks/lock-ref.ts';
import type { Oid } from '../../../../src/domain/names.ts';
import { createLocks } from '../../../../src/store/locks/create-locks.ts';
import { type Clone, contracts, database, lockRef, TTL, World } from './lock-world.ts';

async function holding(resources = [database]) {
  const world = new World();
  const a = world.clone('go-backend');
  const b = world.clone('sveltekit-specialist');
  const acquired = await a.locks.acquire({ who: a.who, resources, reason: 'migration' });
  if (acquired.status !== 'acquired') throw new Error('held');
  return { world, a, b, lock: acquired.locks[0] ?? expect.fail('no lock') };
}

const release = (clone: Clone) => clone.locks.release({ who: clone.who, resources: [database] });
const record = (world: World) => world.remote.refs.get(lockRef('database-schema'));
const offline = (world: World, isOffline = true) => {
  world.remote.intercept = async () => (isOffline ? 'unreachable' : null);
};

describe('paths that others have locked', () => {
  const MINUTE = 60_000;
  async function guarded() {
    const { world, a, b } = await holding();
    await a.locks.acquire({ who: a.who, resources: [contracts], paths: ['api/**'] });
    await b.locks.list({ refresh: true });
    const judge = async (paths: string[], freshWithin?: number) => {
      const before = world.count('fetch');
      const request = { askers: [b.who], paths, ...(freshWithin !== undefined && { freshWithin }) };
      const { foreign, mirror } = await b.locks.judgePaths(request);
      return {
        foreign: foreign.map(({ resource }) => resource),
        mirror,
        asked: world.count('fetch') - before,
      };
    };
    return { world, a, b, judge };
  }

  test('are judged by what is known, and by the remote before anybody is told no', async () => {
    const { a, judge } = await guarded();
    expect(await judge(['src/a'], MINUTE)).toEqual({ foreign: [], mirror: 'fresh', asked: 0 });
    expect(await judge(['api/a'], MINUTE)).toEqual({ foreign: [contracts], mirror: 'fresh', asked: 1 });
    await a.locks.releaseAll(a.who);
    expect(await judge(['api/a'])).toEqual({ foreign: [contracts], mirror: 'fresh', asked: 0 });
    expect(await judge(['api/a'], MINUTE)).toEqual({ foreign: [], mirror: 'fresh', asked: 1 });
  });

  test('are asked for once, also where what is known was too old', async () => {
    const { b, judge } = await guarded();
    b.clock.advance(2 * MINUTE);
    expect(await judge(['api/a'], MINUTE)).toEqual({ foreign: [contracts], mirror: 'fresh', asked: 1 });
  });

  test('stay locked while nobody answers, as what was last seen', async () => {
    const { world, judge } = await guarded();
    offline(world);
    expect(await judge(['api/a'], MINUTE)).toEqual({ foreign: [contracts], mirror: 'stale', asked: 1 });
    expect(await judge(['src/a'], MINUTE)).toEqual({ foreign: [], mirror: 'fresh', asked: 0 });
  });
});

describe('release', () => {
  test('leaves a tombstone on top of the history, with a subject that a shell can read', async () => {
    const { world, a, lock } = await holding();
    expect(await release(a)).toEqual({ released: [database], queued: [], notHeld: [] });
    const tombstone = await a.dependencies.objects.reader.commit(record(world) ?? ('' as Oid));
    expect(tombstone?.message.split('\n')[0]).toBe(`free database-schema #${lock.token}`);
    expect(tombstone?.parents).toEqual([lock.oid]);
    expect((await a.locks.list()).locks).toEqual([]);
  });

  test('of what somebody else holds is refused, and says who', async () => {
    const { b, a } = await holding();
    expect(await release(b)).toEqual({
      released: [],
      queued: [],
      notHeld: [{ resource: database, holders: [{ ...a.who, clone: a.dependencies.clone }] }],
    });
  });

  test('of all ends every lock of the session, and no other', async () => {
    const { a, b } = await holding([database, contracts]);
    await b.locks.acquire({ who: b.who, resources: ['mine' as never] });
    expect(await a.locks.releaseAll(a.who)).toMatchObject({ released: [database, contracts] });
    expect((await b.locks.list({ refresh: true })).locks.map((lock) => lock.resource)).toEqual(['mine']);
  });

  test('ends a local lock and the remote one beside it', async () => {
    const { a } = await holding();
    await a.locks.acquire({ who: a.who, resources: [database], local: true });
    expect((await a.locks.list()).locks.map((lock) => lock.scope).sort()).toEqual(['local', 'remote']);
    expect(await release(a)).toEqual({ released: [database], queued: [], notHeld: [] });
    expect((await a.locks.list({ refresh: true })).locks).toEqual([]);
  });

  test('offline is queued, and replayed at the next contact', async () => {
    const { world, a } = await holding();
    offline(world);
    expect(await release(a)).toEqual({ released: [], queued: [database], notHeld: [] });
    expect(await a.locks.own(a.who)).toEqual([]);
    expect(await a.locks.replayQueue()).toEqual({ released: [], left: [database] });
    offline(world, false);
    expect(await a.locks.replayQueue()).toEqual({ released: [database], left: [] });
    expect(await a.locks.replayQueue()).toEqual({ released: [], left: [] });
  });

  test('offline marks its holder until the remote has heard of it, and a list says when that was last seen', async () => {
    const { world, a, b } = await holding();
    await b.locks.list({ refresh: true });
    const seenAt = new Date(b.clock.now()).toISOString();
    b.clock.advance(90_000);
    expect(await b.locks.list()).toMatchObject({ seenAt, locks: [{ resource: database }] });

    const holders = async () => (await a.locks.list()).locks.flatMap((lock) => lock.holders);
    expect(await holders()).toEqual([{ ...a.who, clone: a.dependencies.clone }]);
    offline(world);
    await release(a);
    expect(await holders()).toEqual([{ ...a.who, clone: a.dependencies.clone, releasing: true }]);
    offline(world, false);
    await a.locks.replayQueue();
    expect(await holders()).toEqual([]);
  });

  test('that was queued does not end a later lock of the same session', async () => {
    const { world, a, b } = await holding();
    offline(world);
    await release(a);
    offline(world, false);
    const listed = await b.locks.list({ refresh: true });
    const oid = listed.locks[0]?.oid ?? ('' as Oid);
    await b.locks.force({ who: b.who, resource: database, oid, reason: 'stuck' });
    await a.locks.acquire({ who: a.who, resources: [database] });
    await a.locks.replayQueue();
    expect((await b.locks.list({ refresh: true })).locks).toMatchObject([{ holders: [a.who] }]);
  });

  test('whose answer was lost is settled by reading again', async () => {
    const { world, a } = await holding();
    let cuts = 0;
    world.remote.intercept = async ({ what }) => {
      if (what !== 'transact' || cuts > 0) return null;
      cuts += 1;
      return { cut: true, applied: Number.POSITIVE_INFINITY };
    };
    expect(await release(a)).toMatchObject({ released: [database] });
    expect(world.count('transact')).toBe(2);
  });
});

describe('force', () => {
  test('needs the record as seen: a lock that was renewed since is not broken', async () => {
    const { a, b, lock } = await holding();
    await a.locks.renewAll(a.who);
    const request = { who: b.who, resource: database, reason: 'stuck' };
    const outcome = await b.locks.force({ ...request, oid: lock.oid });
    expect(outcome).toMatchObject({ status: 'changed', lock: { holders: [a.who] } });
    if (outcome.status !== 'changed') throw new Error('not changed');
    expect(await b.locks.force({ ...request, oid: outcome.lock.oid })).toMatchObject({
      status: 'released',
      former: [{ resource: database, holder: a.who, why: expect.stringContaining('stuck') }],
    });
    expect(await b.locks.force({ ...request, oid: outcome.lock.oid })).toEqual({ status: 'free' });
  });

  test('mends a broken record, which is named and stops nothing else', async () => {
    const { world, a, b } = await holding([database, contracts]);
    const { writer } = b.dependencies.objects;
    const broken = await writer.commit({
      tree: await writer.tree([
        { name: 'lock.yaml', mode: '100644', oid: await writer.blob(Buffer.from('{')) },
      ]),
      ...{ parents: [], message: 'by hand\n', author: { name: 'x', email: 'x' }, at: 0 },
    });
    world.remote.refs.put(lockRef('database-schema'), broken);
    const listed = await b.locks.list({ refresh: true });
    expect(listed.locks).toMatchObject([{ resource: contracts, holders: [a.who] }]);
    expect(listed.broken).toMatchObject([{ ref: lockRef('database-schema'), oid: broken }]);
    const wanted = { who: b.who, resources: [database] };
    await expect(b.locks.acquire(wanted)).rejects.toMatchObject({ code: 'RECORD_BROKEN' });
    await b.locks.force({ who: b.who, resource: database, oid: broken, reason: 'broken' });
    expect(await b.locks.acquire(wanted)).toMatchObject({ status: 'acquired' });
  });

  test('a record under the ref of another resource is broken', async () => {
    const { world, b } = await holding();
    world.remote.refs.put(lockRef('other'), record(world) ?? null);
    expect((await b.locks.list({ refresh: true })).broken).toMatchObject([{ ref: lockRef('other') }]);
  });
});

describe('renewal', () => {
  test('is due once a third of the lease is gone, and asks nobody before', async () => {
    const { world, a } = await holding();
    const calls = world.remote.calls.length;
    a.clock.advance((TTL / 3) * 1000 - 1);
    expect(await a.locks.renewIfDue(a.who)).toEqual({ renewed: [], lost: [] });
    expect(world.remote.calls.length).toBe(calls);
    a.clock.advance(1);
    expect(await a.locks.renewIfDue(a.who)).toMatchObject({ renewed: [{ resource: database }], lost: [] });
  });

  test('moves the record and keeps the token', async () => {
    const { a, lock } = await holding();
    const { renewed } = await a.locks.renewAll(a.who);
    expect(renewed[0]?.token).toBe(lock.token);
    expect(renewed[0]?.oid).not.toBe(lock.oid);
  });

  test('names what was lost, until it is released', async () => {
    const { a, b, lock } = await holding();
    await b.locks.force({ who: b.who, resource: database, oid: lock.oid, reason: 'stuck' });
    expect(await a.locks.renewAll(a.who)).toEqual({ renewed: [], lost: [database] });
    expect(await a.locks.renewAll(a.who)).toEqual({ renewed: [], lost: [database] });
    await release(a);
    expect(await a.locks.renewAll(a.who)).toEqual({ renewed: [], lost: [] });
  });
});

describe('belief', () => {
  const believed = async (clone: Clone) => (await clone.locks.own(clone.who)).map((lock) => lock.believed);

  test('ends with the lease by this machine’s uptime, whatever the wall clock says', async () => {
    const { a } = await holding();
    a.clock.jump(-10 * TTL * 1000);
    a.clock.advance(TTL * 1000 - 1);
    expect(await believed(a)).toEqual([true]);
    a.clock.advance(1);
    expect(await believed(a)).toEqual([false]);
  });

  test('counts from before the push', async () => {
    const world = new World();
    const a = world.clone('go-backend');
    world.remote.answered = async ({ what }) => {
      if (what === 'transact') a.clock.advance(TTL * 1000);
    };
    await a.locks.acquire({ who: a.who, resources: [database] });
    expect(await believed(a)).toEqual([false]);
  });

  test('does not survive a reboot', async () => {
    const { a } = await holding();
    a.clock.reboot();
    expect(await believed(a)).toEqual([false]);
  });
});

describe('what the remote says', () => {
  const acquire = (clone: Clone) => clone.locks.acquire({ who: clone.who, resources: [database] });

  test('an outage is an outage, not a lost race', async () => {
    const world = new World();
    const a = world.clone('go-backend');
    offline(world);
    await expect(acquire(a)).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
  });

  test('a refusal comes with the host’s words', async () => {
    const world = new World();
    const a = world.clone('go-backend');
    world.remote.intercept = async ({ what }) => (what === 'transact' ? 'declined' : null);
    await expect(acquire(a)).rejects.toMatchObject({
      code: 'REMOTE_REFUSED',
      message: expect.stringContaining('declined by a hook'),
    });
  });

  test('a lost answer to a push that succeeded is settled by reading again, without a second push', async () => {
    const world = new World();
    const a = world.clone('go-backend');
    world.remote.intercept = async ({ what }) =>
      what === 'transact' ? { cut: true, applied: Number.POSITIVE_INFINITY } : null;
    expect(await acquire(a)).toMatchObject({ status: 'acquired', locks: [{ holders: [a.who] }] });
    expect(world.count('transact')).toBe(1);
  });

  test('a lost answer is settled by the nonce when a co-holder moved the record in between', async () => {
    const world = new World();
    const [a, b] = [world.clone('go-backend'), world.clone('sveltekit-specialist')];
    const share = (clone: Clone) =>
      clone.locks.acquire({ who: clone.who, resources: [database], mode: 'shared' });
    world.remote.intercept = async ({ what, client }) =>
      what === 'transact' && client === 'go-backend'
        ? { cut: true, applied: Number.POSITIVE_INFINITY }
        : null;
    world.remote.answered = async ({ what, client }) => {
      if (what === 'transact' && client === 'go-backend') await share(b);
    };
    expect(await share(a)).toMatchObject({ status: 'acquired', locks: [{ holders: [a.who, b.who] }] });
    expect(world.count('transact')).toBe(2);
  });

  test('a lost answer to a push of which the claims did not move is not believed before they have', async () => {
    const world = new World();
    const [a, b] = [world.clone('go-backend'), world.clone('sveltekit-specialist')];
    let cuts = 0;
    world.remote.intercept = async ({ what }) => {
      if (what !== 'transact' || cuts > 0) return null;
      cuts += 1;
      return { cut: true, applied: Number.POSITIVE_INFINITY };
    };
    world.remote.answered = async ({ what }) => {
      if (what === 'transact' && world.count('transact') === 1) world.remote.refs.put(CLAIMS_REF, null);
    };
    const paths = ['src/**'];
    expect(await a.locks.acquire({ who: a.who, resources: [database], paths })).toMatchObject({
      status: 'acquired',
    });
    expect(await b.locks.acquire({ who: b.who, resources: [contracts], paths })).toMatchObject({
      status: 'held',
    });
  });

  test('a lost answer to a push that did nothing is followed by another push', async () => {
    const world = new World();
    const a = world.clone('go-backend');
    let cuts = 0;
    world.remote.intercept = async ({ what }) => {
      if (what !== 'transact' || cuts++ > 0) return null;
      return { cut: true, applied: 0 };
    };
    expect(await acquire(a)).toMatchObject({ status: 'acquired' });
  });

  test('a lost answer and then no remote is an unknown outcome, and repeating the command settles it', async () => {
    const world = new World();
    const a = world.clone('go-backend');
    let isGone = false;
    world.remote.intercept = async ({ what }) => {
      if (isGone) return 'unreachable';
      if (what !== 'transact') return null;
      isGone = true;
      return { cut: true, applied: Number.POSITIVE_INFINITY };
    };
    await expect(acquire(a)).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      hint: expect.stringContaining('agent-os'),
    });
    isGone = false;
    world.remote.intercept = async () => null;
    expect(await acquire(a)).toMatchObject({ status: 'acquired' });
  });

  test('others who are always first end in a lost race, not in an endless loop', async () => {
    const world = new World();
    const a = world.clone('go-backend');
    const { writer } = world.objects;
    const table = await writer.blob(Buffer.from('schema: agent-os/claims/v1\nclaims: []\n'));
    const tree = await writer.tree([{ name: 'claims.yaml', mode: '100644', oid: table }]);
    world.remote.intercept = async ({ what }) => {
      const message = `${world.remote.calls.length}\n`;
      const commit = { tree, parents: [], message, author: { name: 'x', email: 'x' }, at: 0 };
      if (what === 'transact') world.remote.refs.put(CLAIMS_REF, await writer.commit(commit));
      return null;
    };
    const outcome = a.locks.acquire({ who: a.who, resources: [database], paths: ['src'] });
    await expect(outcome).rejects.toMatchObject({ code: 'LOST_RACE' });
  });
});

test('locks from before the remote are reported, respected and released', async () => {
  const world = new World();
  const a = world.clone('go-backend');
  const alone = createLocks({ ...a.dependencies, remote: null });
  await alone.acquire({ who: a.who, resources: [database] });
  expect((await a.locks.list()).unpublished).toMatchObject([{ resource: database, scope: 'local' }]);
  const other = { who: { ...a.who, session: a.dependencies.ids.record() }, resources: [database] };
  expect(await a.locks.acquire(other)).toMatchObject({ status: 'held', heldBy: [{ scope: 'local' }] });
  expect(await release(a)).toMatchObject({ released: [database] });
  expect(await a.locks.acquire(other)).toMatchObject({ status: 'acquired' });
});
