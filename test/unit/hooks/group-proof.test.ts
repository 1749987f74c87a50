import { expect, test } from 'vitest';
import { groupProof, isBareAlone, nameHooks, nameWorktrees } from '../../../src/hooks/group-proof.ts';
import { HOOKS } from '../../../src/hooks/hook-text.ts';
import type { ProvenHook } from '../../../src/hooks/prove.ts';

const reached = (worktree: string): readonly ProvenHook[] =>
  HOOKS.map((hook) => ({ worktree, hook, state: 'reached', how: `${worktree}/githooks/${hook}` }));

test('worktrees that differ in nothing are one line', () => {
  const groups = groupProof([...reached('/a'), ...reached('/b c')]);
  expect(groups).toEqual([
    { state: 'reached', hooks: HOOKS, worktrees: ['/a', '/b c'], how: 'githooks/HOOK' },
  ]);
  expect(nameHooks(groups[0]?.hooks ?? [])).toBe('all 7 hooks');
  expect(nameWorktrees(groups[0]?.worktrees ?? [])).toBe('2 worktrees');
});

test('a folder that they share, in one of them, stays whole', () => {
  const shared = reached('/a').map((one) => ({ ...one, worktree: '/a/in it' }));
  expect(groupProof([...reached('/a'), ...shared])).toMatchObject([
    { worktrees: ['/a', '/a/in it'], how: '/a/githooks/HOOK' },
  ]);
});

test('what differs is named: by hook, by worktree, by what mends it', () => {
  const dead: ProvenHook = {
    worktree: '/b',
    hook: 'pre-push',
    state: 'dead',
    how: 'husky never ran',
    fix: 'npx husky',
  };
  const rest = reached('/b').filter(({ hook }) => hook !== 'pre-push');
  expect(groupProof([...reached('/a'), ...rest, dead])).toEqual([
    { state: 'reached', hooks: HOOKS, worktrees: ['/a'], how: '/a/githooks/HOOK' },
    { state: 'reached', hooks: HOOKS.slice(0, -1), worktrees: ['/b'], how: '/b/githooks/HOOK' },
    { state: 'dead', hooks: ['pre-push'], worktrees: ['/b'], how: 'husky never ran', fix: 'npx husky' },
  ]);
  const fixes = ['cd /b && x', 'cd /c && x'].map(
    (fix): ProvenHook => ({ ...dead, worktree: fix.slice(3, 5), fix }),
  );
  expect(groupProof(fixes)).toHaveLength(2);
});

test('the name of a hook in another word stays', () => {
  const how = '.pre-commit-config.yaml';
  const found = (['pre-commit', 'pre-push'] as const).map(
    (hook): ProvenHook => ({ worktree: '/a', hook, state: 'declared', how }),
  );
  expect(groupProof(found)).toMatchObject([{ hooks: ['pre-commit', 'pre-push'], how }]);
});

test('a bare repository alone', () => {
  const own = reached('/bare.git').filter(({ hook }) => hook === 'pre-push');
  expect(isBareAlone(own)).toBe(true);
  expect(isBareAlone([...own, ...reached('/a')])).toBe(false);
});
