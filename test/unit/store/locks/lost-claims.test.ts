import { describe, expect, test } from 'vitest';
import { CLAIMS_REF } from '../../../../src/domain/locks/lock-ref.ts';
import { type Oid, parseResourceName } from '../../../../src/domain/names.ts';
import { type Clone, contracts, database, lockRef, World } from './lock-world.ts';

const third = parseResourceName('docs');

async function two() {
  const world = new World();
  const [a, b] = [world.clone('go-backend'), world.clone('sveltekit-specialist')];
  for (const clone of [a, b]) await clone.locks.list({ refresh: true });
  return { world, a, b };
}

const lock = (clone: Clone, resource: typeof database, ...paths: string[]) =>
  clone.locks.acquire({ who: clone.who, resources: [resource], paths });

/** What somebody pushed to the claims who knows nothing of them. */
async function junk({ objects: { writer } }: World, message = 'junk'): Promise<Oid> {
  const author = { name: 'x', email: 'x' };
  return writer.commit({ tree: await writer.tree([]), parents: [], message, author, at: 0 });
}

describe.each(['removed', 'broken'])('a table of claims that was %s', (how) => {
  const lose = async (world: World) =>
    world.remote.refs.put(CLAIMS_REF, how === 'removed' ? null : await junk(world));

  test('is made anew from the locks that are held, by the next who locks paths', async () => {
    const { world, a, b } = await two();
    await lock(a, database, 'src/**');
    await lose(world);
    expect(await lock(b, contracts, 'src/api.ts')).toMatchObject({
      status: 'held',
      heldBy: [{ wanted: contracts, resource: database, holder: a.who, paths: ['src/**'] }],
    });
    expect(await lock(b, contracts, 'docs')).toMatchObject({ status: 'acquired' });
    expect(await b.locks.examineClaims()).toEqual([]);
    expect(await lock(a, third, 'docs/x')).toMatchObject({ status: 'held', heldBy: [{ holder: b.who }] });
    expect(await lock(b, third, 'src/x')).toMatchObject({ status: 'held', heldBy: [{ holder: a.who }] });
  });

  test('does not let what was seen before decide: the mirror knows of no lock, and of no table either', async () => {
    const { world, a, b } = await two();
    if (how === 'broken') {
      await lose(world);
      await b.locks.list({ refresh: true });
    }
    await lock(a, database, 'src/**');
    await lose(world);
    expect(await lock(b, contracts, 'src/api.ts')).toMatchObject({ status: 'held' });
    expect(world.remote.refs.get(lockRef('api-contracts'))).toBeUndefined();
  });

  test('is written by one of two who make it anew at once; the other judges by that', async () => {
    const { world, a, b } = await two();
    await lock(a, database, 'src/**');
    await lose(world);
    for (const clone of [a, b]) await clone.locks.list({ refresh: true });
    const outcomes = await Promise.all([lock(a, third, 'docs/**'), lock(b, contracts, 'docs/api.md')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['acquired', 'held']);
    expect(await a.locks.list({ refresh: true })).toMatchObject({ broken: [] });
    expect(await a.locks.examineClaims()).toEqual([]);
  });

  test('is there again when a holder asks for what it has', async () => {
    const { world, a, b } = await two();
    const first = await lock(a, database, 'src/**');
    await lose(world);
    const again = await lock(a, database, 'src/**');
    if (first.status !== 'acquired' || again.status !== 'acquired') throw new Error('held');
    expect(again.locks[0]?.token).toBe(first.locks[0]?.token);
    expect(await a.locks.examineClaims()).toEqual([]);
    expect(await lock(b, contracts, 'src/x')).toMatchObject({ status: 'held' });
  });

  test('still guards the paths, and is named', async () => {
    const { world, a, b } = await two();
    await lock(a, database, 'src/**');
    await lose(world);
    await b.locks.list({ refresh: true });
    const judged = await b.locks.judgePaths({ askers: [b.who], paths: ['src/x'] });
    expect(judged).toMatchObject({ foreign: [{ resource: database, touched: ['src/x'] }], guarding: 1 });
    expect(await b.locks.examineClaims()).toMatchObject([
      { ref: CLAIMS_REF, kind: how === 'removed' ? 'missing' : 'broken', resources: [database] },
    ]);
  });

  test('is not made anew where a lock cannot be read: nobody knows what it covers', async () => {
    const { world, a, b } = await two();
    await lock(a, database, 'src/**');
    world.remote.refs.put(lockRef('database-schema'), await junk(world, 'a record'));
    await lose(world);
    await expect(lock(b, contracts, 'docs')).rejects.toMatchObject({
      code: 'RECORD_BROKEN',
      message: expect.stringContaining('nobody knows which paths are locked'),
      hint: expect.stringContaining('--force'),
    });
    expect(await b.locks.acquire({ who: b.who, resources: [contracts] })).toMatchObject({
      status: 'acquired',
    });
  });
});

test('a table of a later version is left alone', async () => {
  const { world, a, b } = await two();
  await lock(a, database, 'src/**');
  const { writer } = world.objects;
  const blob = await writer.blob(Buffer.from('schema: agent-os/claims/v9\nclaims: []\n'));
  const tree = await writer.tree([{ name: 'claims.yaml', mode: '100644', oid: blob }]);
  const author = { name: 'x', email: 'x' };
  const table = await writer.commit({ tree, parents: [], message: 'v9', author, at: 0 });
  world.remote.refs.put(CLAIMS_REF, table);
  await expect(lock(b, contracts, 'docs')).rejects.toMatchObject({ code: 'SCHEMA_TOO_NEW' });
  expect(world.remote.refs.get(CLAIMS_REF)).toBe(table);
  expect(await b.locks.examineClaims()).toMatchObject([{ kind: 'too-new' }]);
});

test('a table that somebody emptied is named: it says nothing of paths that are held', async () => {
  const { world, a } = await two();
  await lock(a, database, 'src/**');
  const { writer } = world.objects;
  const blob = await writer.blob(Buffer.from('schema: agent-os/claims/v1\nclaims: []\n'));
  const tree = await writer.tree([{ name: 'claims.yaml', mode: '100644', oid: blob }]);
  const author = { name: 'x', email: 'x' };
  world.remote.refs.put(CLAIMS_REF, await writer.commit({ tree, parents: [], message: 'x', author, at: 0 }));
  await a.locks.list({ refresh: true });
  expect(await a.locks.examineClaims()).toMatchObject([{ kind: 'incomplete', resources: [database] }]);
});
