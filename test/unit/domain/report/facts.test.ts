import { describe, expect, test } from 'vitest';
import type { AgentName, RecordId } from '../../../../src/domain/names.ts';
import { selectMessages } from '../../../../src/domain/report/conversation.ts';
import { findOtherBranches, findOtherLocks } from '../../../../src/domain/report/elsewhere.ts';
import { reportGates } from '../../../../src/domain/report/gates.ts';
import { listOpen } from '../../../../src/domain/report/open-items.ts';
import { ago, commit, HOUR, id, message, NOW, oid, recap, session } from './records.ts';

const ada = 'ada' as AgentName;

describe('gates', () => {
  const cards = new Map([[ada, { gates: [{ name: 'Test coverage', require: '80 %' }, { name: 'lint' }] }]]);

  test('are what the card requires against what was reported last, and what was reported beside it', () => {
    const recaps = [
      recap('ada', 1, { gates: [{ name: 'test-coverage', passed: false }] }),
      recap('ada', 2, {
        gates: [
          { name: 'TEST_COVERAGE', passed: true, detail: '81 %' },
          { name: 'e2e', passed: false },
        ],
      }),
      recap('bob', 3, { gates: [{ name: 'lint', passed: true }] }),
    ];
    const gates = reportGates([ada], cards, recaps);
    expect(gates.map(({ name, required, outcome, detail }) => [name, required, outcome, detail])).toEqual([
      ['Test coverage', true, 'passed', '81 %'],
      ['lint', true, 'not reported', null],
      ['e2e', false, 'failed', null],
    ]);
  });

  test('whose number misses the bound of the card have failed, whatever else is said', () => {
    const bound = new Map([[ada, { gates: [{ name: 'coverage', require: '>= 80 %' }] }]]);
    const outcomes = (detail: string) => {
      const recaps = [recap('ada', 1, { gates: [{ name: 'coverage', passed: true, detail }] })];
      return reportGates([ada], bound, recaps).map(({ outcome }) => outcome);
    };
    expect(outcomes('12 %')).toEqual(['failed']);
    expect(outcomes('84 %')).toEqual(['passed']);
  });
});

describe('others', () => {
  const branch = {
    ...{ name: 'origin/topic', tip: oid(5) },
    commits: [
      commit(5, { paths: ['src/b.ts'], message: 'x\n\nAgent-OS-Agent: eve' }),
      commit(6, { paths: ['src/a.ts', 'src/c.ts'], message: 'y\n\nAgent-OS-Agent: zoe' }),
    ],
  };

  test('are on the branches that touch the same paths, with who is at work there', () => {
    const active = [session('bob', 1, { branch: 'topic' }), session('kim', 2, { branch: 'other' })];
    expect(findOtherBranches([branch], new Set(['src/a.ts']), active)).toMatchObject([
      { name: 'origin/topic', agents: ['bob', 'zoe'], tasks: ['task 1'], commits: 1, paths: ['src/a.ts'] },
    ]);
    expect(findOtherBranches([branch], new Set(['src/z.ts']), active)).toEqual([]);
  });

  test('hold the locks that cover the paths', () => {
    const lock = (agent: string, holder: RecordId | null, paths: string[]) => ({
      ...{ resource: 'r', token: 1, expiresAt: ago(-HOUR), paths },
      holders: [{ agent: agent as AgentName, session: holder }],
    });
    const own = { sessions: new Set([id(1)]), agents: new Set([ada]) };
    const find = (...locks: ReturnType<typeof lock>[]) => findOtherLocks(locks, ['src/a.ts', 'b.ts'], own);
    expect(find(lock('bob', id(2), ['src/**']))).toMatchObject([{ agents: ['bob'], paths: ['src/a.ts'] }]);
    expect(find(lock('ada', id(2), ['src/**']))).toHaveLength(1);
    expect(find(lock('ada', id(1), ['src/**']), lock('ada', null, ['**']), lock('bob', id(2), []))).toEqual(
      [],
    );
  });
});

describe('open is', () => {
  const nothing = {
    ...{ sessions: [], messages: [], gates: [], commits: [], locksNow: [], conflicts: [], now: NOW },
    own: { sessions: new Set<RecordId>(), agents: new Set<AgentName>() },
  };
  const done = {
    ...{
      id: id(1),
      agent: ada,
      task: 't',
      status: 'done' as const,
      stale: false,
      branch: null,
      worktree: null,
    },
    ...{ startedAt: ago(HOUR), lastSeenAt: ago(HOUR / 2), endedAt: ago(HOUR / 2), summary: null },
    ...{ commits: [], evidence: [] },
  };
  const lock = {
    ...{ resource: 'r', token: 1, acquiredAt: ago(HOUR), expiresAt: ago(-HOUR), paths: [] },
    holders: [{ agent: ada, session: id(1) }],
  };
  const own = { sessions: new Set([id(1)]), agents: new Set([ada]) };

  test('nothing, when there is nothing', () => {
    expect(listOpen(nothing)).toEqual([]);
    expect(listOpen({ ...nothing, sessions: [done] })).toEqual([]);
  });

  test('a lock that outlived its session, or ran out', () => {
    const active = { ...done, status: 'active' as const, endedAt: null };
    const why = (input: object) =>
      listOpen({ ...nothing, own, ...input }).flatMap((item) => (item.kind === 'lock' ? [item.why] : []));
    expect(why({ locksNow: [lock], sessions: [done] })).toEqual(['left behind']);
    expect(why({ locksNow: [{ ...lock, expiresAt: ago(1) }], sessions: [active] })).toEqual(['expired']);
    expect(why({ locksNow: [lock], sessions: [active] })).toEqual([]);
    expect(
      why({ locksNow: [{ ...lock, holders: [{ agent: 'bob', session: id(7) }] }], sessions: [done] }),
    ).toEqual([]);
  });

  test('a task that was sent and is not done', () => {
    const [sent] = selectMessages([message(5, { kind: 'task' })], [session('ada', 1)], NOW);
    if (sent === undefined) throw new Error('the task is not of the session');
    expect(listOpen({ ...nothing, messages: [sent] })).toEqual([
      {
        ...{ kind: 'task', message: id(5), from: 'ada', waitingFor: ['bob'] },
        ...{ subject: 'subject', sentAt: ago(HOUR / 2) },
      },
    ]);
    expect(listOpen({ ...nothing, messages: [{ ...sent, openFor: [] }] })).toEqual([]);
  });

  test('commits of nobody, merges aside', () => {
    const one = {
      oid: oid(1),
      subject: 's',
      author: 'a',
      authoredAt: ago(0),
      makers: [],
      locks: [],
      isMerge: false,
    };
    const commits = [one, { ...one, oid: oid(2), isMerge: true }];
    expect(listOpen({ ...nothing, commits })).toEqual([{ kind: 'commits', commits: [oid(1)] }]);
  });
});
