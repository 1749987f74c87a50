import { expect, test } from 'vitest';
import { operationsAre, type SyncStory, syncLine } from '../../../src/cli/sync-lines.ts';
import { renderLine } from '../../../src/cli/text.ts';

const REPORT: SyncStory['report'] = {
  remote: 'origin',
  fetched: true,
  published: 0,
  pending: 0,
  branch: 'same',
  refused: null,
};

type Case = [line: string, report: Partial<SyncStory['report']>, story?: Partial<Omit<SyncStory, 'report'>>];
const CASES: Case[] = [
  ['origin: up to date', {}],
  ['origin: up to date', { branch: 'pushed' }],
  ['origin: nothing new', {}, { half: 'pull' }],
  ['origin: nothing new', { pending: 2, branch: 'behind' }],
  ['origin: fetched 3 new', {}, { received: 3 }],
  ['origin: published 2', { published: 2, branch: 'pushed' }],
  ['origin: fetched 3 new, published 2', { published: 2, branch: 'pushed' }, { received: 3 }],
  ['origin: nothing to publish (not fetched)', { fetched: false }, { half: 'push' }],
  ['origin: published 2 (not fetched)', { fetched: false, published: 2 }, { half: 'push' }],
  ['origin: published 2; the branch follows with the next sync', { published: 2, branch: 'behind' }],
  ['origin: nothing new; the branch follows with the next sync', { branch: 'behind' }],
  ['origin: published 2', { published: 2, branch: 'behind', refused: 'a hook says no' }],
];

test.each(CASES)('%s', (line, report, story = {}) => {
  const told = syncLine({ report: { ...REPORT, ...report }, received: 0, half: null, ...story });
  expect(renderLine(told, false)).toBe(line);
});

test('one operation is one', () => {
  expect([operationsAre(1), operationsAre(2)]).toEqual(['1 operation is', '2 operations are']);
});
