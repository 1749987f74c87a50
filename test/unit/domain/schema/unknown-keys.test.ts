import { expect, test } from 'vitest';
import { decode } from '../../../../src/domain/codec.ts';
import { findUnknownKeys } from '../../../../src/domain/schema/unknown-keys.ts';

const unknownIn = (text: string) =>
  findUnknownKeys(
    decode('config', new TextEncoder().encode(`schema: agent-os/config/v1\n${text}`), 'config.yaml'),
  );

test('a key in the wrong place, a misspelt one, and one that nobody knows', () => {
  expect(
    unknownIn('exempt_paths: [docs/**]\nlock: { ttl: 2h }\nguards: { exempt_agnets: [ada], colour: red }\n'),
  ).toEqual([
    { path: 'exempt_paths', meant: 'guards.exempt_paths' },
    { path: 'lock', meant: 'locks' },
    { path: 'guards.exempt_agnets', meant: 'guards.exempt_agents' },
    { path: 'guards.colour', meant: null },
  ]);
});

test('a path written as a key', () => {
  expect(unknownIn('guards.locks: warn\n')).toEqual([{ path: 'guards.locks', meant: 'guards.locks' }]);
});

test('names of resources, groups and users are free; what describes them is not', () => {
  expect(
    unknownIn(
      'resources: { db: { paths: [db/**], pathz: [x] } }\ngroups: { everyone: [ada] }\nserver: { users: { eve: [ada] } }\n',
    ),
  ).toEqual([{ path: 'resources.db.pathz', meant: 'resources.db.paths' }]);
});

test('a policy that is all known, and none', () => {
  expect(unknownIn('guards: { locks: warn, require_lock: [] }\nretention: { logs: 90d }\n')).toEqual([]);
  expect(findUnknownKeys({})).toEqual([]);
});
