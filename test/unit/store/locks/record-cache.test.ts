import { expect, test } from 'vitest';
import { createLocks } from '../../../../src/store/locks/create-locks.ts';
import { type Clone, contracts, database, World } from './lock-world.ts';

const CACHE = 'remote-lock-records';

async function locked() {
  const world = new World();
  const [a, b] = [world.clone('go-backend'), world.clone('sveltekit-specialist')];
  await a.locks.acquire({ who: a.who, resources: [database], paths: ['db/**'] });
  await b.locks.list({ refresh: true });
  return { world, a, b };
}

/** As the next process of the clone would see it; `reads` counts the files that it has to read. */
function nextProcess({ dependencies }: Clone) {
  const { reader, writer } = dependencies.objects;
  const process = { reads: 0, locks: createLocks(dependencies) };
  const counting = {
    ...{ commit: reader.commit.bind(reader), tree: reader.tree.bind(reader) },
    blob: (...call: Parameters<typeof reader.blob>) => {
      process.reads += 1;
      return reader.blob(...call);
    },
  };
  process.locks = createLocks({ ...dependencies, objects: { reader: counting, writer } });
  return process;
}

test('what one process has read of a lock, the next one need not', async () => {
  const { b } = await locked();
  const next = nextProcess(b);
  expect((await next.locks.list()).locks.map((lock) => lock.resource)).toEqual([database]);
  expect(next.reads).toBe(0);
});

test('a lock that has moved since is read again, and what is gone is forgotten', async () => {
  const { a, b } = await locked();
  await a.locks.release({ who: a.who, resources: [database] });
  await a.locks.acquire({ who: a.who, resources: [contracts] });
  const next = nextProcess(b);
  const { locks } = await next.locks.list({ refresh: true });
  expect(locks.map((lock) => lock.resource)).toEqual([contracts]);
  expect(next.reads).toBeGreaterThan(0);
  const kept = (await b.dependencies.files.read(CACHE)) as { records: [string, { leases: unknown[] }][] };
  expect(kept.records.map(([, { leases }]) => leases.length).sort()).toEqual([0, 1]);
});

test.each([
  ['of another format', { format: 99, records: [], tables: [] }],
  ['without its lists', { format: 1 }],
  ['with what is no commit', { format: 1, records: [['x', { leases: [] }]], tables: [] }],
  ['that is no object', 'text'],
])('a cache %s is none', async (_, document) => {
  const { b } = await locked();
  await b.dependencies.files.update(CACHE, () => document);
  const next = nextProcess(b);
  expect((await next.locks.list()).locks).toMatchObject([{ resource: database, paths: ['db/**'] }]);
  expect(next.reads).toBeGreaterThan(0);
});
