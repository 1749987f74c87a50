import { expect, test } from 'vitest';
import { findConflicts, type Hold } from './holds.ts';

const hold = (agent: string, changes: Partial<Hold> = {}): Hold => ({
  ...{ agent, resource: 'r', mode: 'exclusive', paths: [], token: 1, from: 0, until: 10 },
  ...changes,
});

test.each<[string, Hold, Hold, number]>([
  ['one resource at one time', hold('a'), hold('b', { from: 9, until: 20 }), 1],
  ['one after the other', hold('a'), hold('b', { from: 10, until: 20 }), 0],
  ['one agent', hold('a'), hold('a'), 0],
  ['two readers', hold('a', { mode: 'shared' }), hold('b', { mode: 'shared' }), 0],
  ['a reader and a writer', hold('a', { mode: 'shared' }), hold('b'), 1],
  [
    'files in common',
    hold('a', { paths: ['src/**'] }),
    hold('b', { resource: 's', paths: ['**/users.ts'] }),
    1,
  ],
  [
    'no file in common',
    hold('a', { paths: ['src/api/**'] }),
    hold('b', { resource: 's', paths: ['db/**'] }),
    0,
  ],
])('holds conflict or not: %s', (_, one, other, conflicts) => {
  expect(findConflicts([one, other])).toHaveLength(conflicts);
});
