import { describe, expect, it } from 'vitest';
import type { CloneId } from '../../../src/domain/names.ts';
import { findRepository, parseRegistry, register } from '../../../src/home/registry.ts';

const clone = (name: string) => name.padEnd(16, '0') as CloneId;
const place = (name: string, folder = `/${name}`, gitDir = `${folder}/.git`) => ({
  clone: clone(name),
  paths: { gitDir, commonDir: `${folder}/.git`, workTree: folder },
});

describe('a repository that the home folder knows', () => {
  it('keeps its folder when it is moved, and when it gets another identity', () => {
    const { repositories, here } = register([], place('ada'));
    expect(here).toMatchObject({ folder: 'ada-ada0000000000000', workTree: '/ada' });
    const moved = register(repositories, place('ada', '/elsewhere'));
    expect(moved.repositories).toEqual([{ ...here, commonDir: '/elsewhere/.git', workTree: '/elsewhere' }]);
    const renewed = register(repositories, { ...place('ada'), clone: clone('eve') });
    expect(renewed.repositories).toEqual([{ ...here, clone: clone('eve') }]);
  });

  it('is one with its worktrees, and goes by the main one', () => {
    const { repositories, here } = register([], place('ada'));
    const linked = place('ada', '/ada', '/ada/.git/worktrees/second');
    const inWorktree = { ...linked, paths: { ...linked.paths, workTree: '/second' } };
    expect(register([], inWorktree).here.workTree).toBe('/ada');
    expect(register(repositories, inWorktree).repositories).toEqual([here]);
    expect(findRepository(repositories, inWorktree)).toBe(here);
  });

  it('is none of another, not even of one with its name', () => {
    const { repositories } = register([], place('ada', '/one/ada'));
    const both = register(repositories, { ...place('bob', '/two/ada') }).repositories;
    expect(new Set(both.map(({ folder }) => folder)).size).toBe(2);
    expect(findRepository(both, place('cyd'))).toBeNull();
  });
});

it.each([null, 'text', [], { repositories: {} }, { repositories: [{ folder: '../../x', clone: 'a' }, 7] }])(
  'a document that makes no sense (%j) lists none',
  (document) => {
    expect(parseRegistry(document)).toEqual([]);
  },
);

it('an entry that would lead out of the folder is left out', () => {
  const good = register([], place('ada')).here;
  expect(parseRegistry({ repositories: [{ ...good, folder: '../x' }, good] })).toEqual([good]);
});
