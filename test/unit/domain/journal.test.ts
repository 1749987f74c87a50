import { expect, test } from 'vitest';
import { applyToCommits, type JournalEntry, parseJournal } from '../../../src/domain/journal.ts';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
const SESSION = '01KA0000000000000000000000';

test('lines in their order; what is torn or makes no sense is left out', () => {
  const text = [
    `commit ${a} - ada ${SESSION} /home/ada/my project`,
    `rewrite ${a} ${b} - - /w`,
    'merge - - ada - /w',
    `checkout ${c} - - - /w`,
    `commit ${a} - ada ${SESSION}`,
    `commit nothing - - - /w`,
    `commit ${a} - Not-A-Name x relative`,
    `unknown ${a} - - - /w`,
    `rewrite ${a} - - - /w`,
    `comm`,
  ].join('\n');
  expect(parseJournal(text)).toEqual([
    { event: { kind: 'commit', oid: a }, agent: 'ada', session: SESSION, folder: '/home/ada/my project' },
    { event: { kind: 'rewrite', from: a, to: b }, agent: null, session: null, folder: '/w' },
    { event: { kind: 'merge' }, agent: 'ada', session: null, folder: '/w' },
    { event: { kind: 'checkout', oid: c }, agent: null, session: null, folder: '/w' },
  ]);
});

const event = (kind: string, ...oids: string[]) =>
  (kind === 'rewrite'
    ? { kind, from: oids[0], to: oids[1] }
    : { kind, oid: oids[0] }) as JournalEntry['event'];

test('an amended commit takes its place, a squash joins two, and nothing is changed by doing it again', () => {
  const amend = [event('commit', a), event('commit', b), event('rewrite', a, b)];
  expect(applyToCommits([], amend, 200)).toEqual([b]);
  expect(applyToCommits([b], amend, 200)).toEqual([b]);
  const squash = [event('pick', c), event('rewrite', a, c), event('rewrite', b, c)];
  expect(applyToCommits([a, b], squash, 200)).toEqual([c]);
  expect(applyToCommits([c], squash, 200)).toEqual([c]);
});

test("what was rewritten and is not the session's is none of its commits", () => {
  expect(applyToCommits([a], [event('rewrite', b, c), event('checkout', c)], 200)).toEqual([a]);
});

test('the latest are kept', () => {
  expect(applyToCommits([a, b], [event('commit', c)], 2)).toEqual([b, c]);
});
