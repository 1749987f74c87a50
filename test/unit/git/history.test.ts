import { describe, expect, it } from 'vitest';
import type { Oid } from '../../../src/domain/names.ts';
import { openHistory } from '../../../src/git/history.ts';
import { discoverRepository } from '../../../src/git/repository.ts';
import { makeSandbox } from '../../support/sandbox.ts';

/** one ← two ← four (merge of two and three), and three on its own root. */
async function start() {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('a');
  const tree = await sandbox.git(repository, 'hash-object', '-w', '-t', 'tree', '/dev/null');
  const commit = async (message: string, ...parents: Oid[]): Promise<Oid> => {
    const args = ['commit-tree', '-F', '-', ...parents.flatMap((parent) => ['-p', parent]), tree];
    return (await sandbox.tryGit(repository, args, { input: message })).stdout.trim() as Oid;
  };
  const one = await commit('one\n\nbody with\n\nmore\n');
  const two = await commit('two', one);
  const three = await commit('three');
  const four = await commit('merge\n\nAgent-OS-Merge: 1\n', two, three);
  const history = openHistory((await discoverRepository(repository, {})).paths);
  return { sandbox, repository, history, commit, tree, one, two, three, four };
}

describe('history', () => {
  it('tells what a tip reaches', async () => {
    const { history, one, two, three, four } = await start();
    expect(await history.isReachable(one, four)).toBe(true);
    expect(await history.isReachable(one, one)).toBe(true);
    expect(await history.isReachable(two, one)).toBe(false);
    expect(await history.isReachable(two, three)).toBe(false);
    await expect(history.isReachable(one, 'f'.repeat(40) as Oid)).rejects.toMatchObject({
      code: 'GIT_FAILED',
    });
  });

  it('finds the tips that no other reaches', async () => {
    const { history, one, two, three, four } = await start();
    expect(await history.maximal([])).toEqual([]);
    expect(await history.maximal([two, two])).toEqual([two]);
    expect(await history.maximal([one, three, two, three])).toEqual([two, three].sort());
    expect(await history.maximal([one, two, three, four])).toEqual([four]);
  });

  it('lists operations, parents first, without merges', async () => {
    const { history, commit, tree, one, two, three, four } = await start();
    const operations = await history.operations(four, []);
    expect(operations.map(({ oid }) => oid).sort()).toEqual([one, two, three].sort());
    const order = operations.map(({ oid }) => oid);
    expect(order.indexOf(one)).toBeLessThan(order.indexOf(two));
    expect(operations.find(({ oid }) => oid === one)).toEqual({
      oid: one,
      tree,
      parents: [],
      committedAt: expect.any(Number),
      message: 'one\n\nbody with\n\nmore\n',
    });
    const five = await commit('five', four);
    expect((await history.operations(five, [two, three])).map(({ oid }) => oid)).toEqual([five]);
    expect(await history.operations(two, [four])).toEqual([]);
  });

  it('ends where a shallow clone ends', async () => {
    const { sandbox, repository, two, one } = await start();
    await sandbox.git(repository, 'update-ref', 'refs/heads/main', two);
    const clone = await sandbox.clone(`file://${repository}`, 'shallow', { args: ['--depth=1'] });
    const history = openHistory((await discoverRepository(clone, {})).paths);
    const operations = await history.operations(two, []);
    expect(operations.map(({ oid, parents }) => [oid, parents])).toEqual([[two, []]]);
    expect(one).not.toBe(two);
  });
});
