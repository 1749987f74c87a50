import { expect, test } from 'vitest';
import { findUnlocked, guardedPaths, weigh } from '../../../src/domain/commit-guard.ts';
import { resolveGuards } from '../../../src/domain/schema/resolve-guards.ts';

test('policy decides what a finding weighs, and an exempt agent is warned at most', () => {
  const found = (['locks', 'offline', 'identity'] as const).map((guard) => ({ guard, detail: guard }));
  const severities = (guards: Parameters<typeof resolveGuards>[0], agent: string | null) =>
    weigh(found, { guards: resolveGuards(guards), agent }).map(
      ({ guard, severity }) => `${guard} ${severity}`,
    );
  expect(severities({}, 'ada')).toEqual(['locks block', 'offline warn']);
  expect(severities({ locks: 'off', identity: 'warn' }, 'ada')).toEqual(['offline warn', 'identity warn']);
  expect(severities({ exempt_agents: ['ada'], offline: 'block' }, 'ada')).toEqual([
    'locks warn',
    'offline warn',
  ]);
  expect(severities({ exempt_agents: ['ada'] }, 'bob')).toEqual(['locks block', 'offline warn']);
  expect(severities({ exempt_agents: ['ada'] }, null)).toEqual(['locks block', 'offline warn']);
});

test('exempt paths are nobody’s concern, and a glob that cannot be read exempts none', () => {
  const guards = resolveGuards({ exempt_paths: ['docs/**', '[', '*.lock'] });
  expect(guardedPaths(['docs/a.md', 'src/a.ts', 'yarn.lock'], guards)).toEqual(['src/a.ts']);
});

test('required is an own exclusive lock on the paths of a resource, or on a glob', () => {
  const input = {
    paths: ['db/a.sql', 'db/b.sql', 'api/x.yaml'],
    covered: ['db/a.sql'],
    requireLock: ['database-schema', 'api/**', 'web/**'],
    pathsOf: (resource: string) => (resource === 'database-schema' ? ['db/**'] : []),
  };
  expect(findUnlocked(input)).toEqual([
    { required: 'database-schema', isGlob: false, paths: ['db/b.sql'] },
    { required: 'api/**', isGlob: true, paths: ['api/x.yaml'] },
  ]);
  expect(findUnlocked({ ...input, covered: input.paths })).toEqual([]);
});
