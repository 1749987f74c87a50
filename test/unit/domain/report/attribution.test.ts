import { describe, expect, test } from 'vitest';
import type { AgentName, RecordId } from '../../../../src/domain/names.ts';
import {
  attributeByPatch,
  attributeByRecords,
  attributeByTime,
} from '../../../../src/domain/report/attribution.ts';
import { readTrailers } from '../../../../src/domain/report/commit-trailers.ts';
import { planScope, selectRecaps } from '../../../../src/domain/report/scope.ts';
import { commit, NOW, recap, session } from './records.ts';

const [first, second] = [session('ada', 1), session('bob', 2)];

describe('trailers', () => {
  test('of a commit', () => {
    const message = `feat: x\n\nBody.\n\nAgent-OS-Agent: ada\nAgent-OS-Session: ${first.id}\nAgent-OS-Lock: a%20b%40c@17\n`;
    expect(readTrailers(message)).toEqual({
      makers: [{ agent: 'ada', session: first.id }],
      locks: [{ resource: 'a b@c', token: 17 }],
    });
  });

  test('of a squash merge, where they stand in the middle, indented or with CRLF', () => {
    const message = `Login (#7)\n\n* feat: x\r\n\r\nAgent-OS-Agent: ada\r\nAgent-OS-Session: ${first.id}\r\n\n* feat: y\n\n    Agent-OS-Agent: bob\n    Agent-OS-Session: ${second.id}\n\nCo-authored-by: x\n`;
    expect(readTrailers(message).makers).toEqual([
      { agent: 'ada', session: first.id },
      { agent: 'bob', session: second.id },
    ]);
  });

  test('name resources with what a message might lose as %XX', () => {
    const lock = (value: string) => readTrailers(`x\n\nAgent-OS-Lock: ${value}`).locks;
    expect(lock('a%20b%40%C3%BC/c@17')).toEqual([{ resource: 'a b@ü/c', token: 17 }]);
    for (const malformed of ['100%@17', 'a%ff@17', 'a b@17', 'a@b@17']) expect(lock(malformed)).toEqual([]);
  });

  test('that are malformed are none', () => {
    const message = 'x\n\nAgent-OS-Agent: ../x\nAgent-OS-Session: 1\nAgent-OS-Lock: a@b\nAgent-OS-Agent:\n';
    expect(readTrailers(message)).toEqual({ makers: [], locks: [] });
    expect(readTrailers('see Agent-OS-Agent: ada')).toEqual({ makers: [], locks: [] });
  });
});

describe('a commit is the session’s', () => {
  const input = { sessions: [first, second], recaps: [], commits: [] };

  test('that its trailers name, whoever else lists it', () => {
    const one = commit(1, { message: `x\n\nAgent-OS-Agent: ada\nAgent-OS-Session: ${first.id}` });
    const sessions = [first, { ...second, commits: [one.oid] }];
    expect(attributeByRecords({ ...input, sessions, commits: [one] }).get(one.oid)).toEqual([
      { agent: 'ada', session: first.id, evidence: 'trailer' },
    ]);
  });

  test('of the agent whose session it is, whatever agent the trailers name', () => {
    const one = commit(1, { message: `x\n\nAgent-OS-Agent: bob\nAgent-OS-Session: ${first.id}` });
    expect(attributeByRecords({ ...input, commits: [one] }).get(one.oid)?.[0]?.agent).toBe('ada');
  });

  test('that lists it; a recap of the same session adds nothing', () => {
    const one = commit(1);
    const sessions = [{ ...first, commits: [one.oid] }];
    const recaps = [
      recap('ada', 3, { session: first.id, commits: [one.oid] }),
      recap('bob', 4, { commits: [one.oid] }),
    ];
    expect(attributeByRecords({ commits: [one], sessions, recaps }).get(one.oid)).toEqual([
      { agent: 'ada', session: first.id, evidence: 'record' },
      { agent: 'bob', session: null, evidence: 'recap' },
    ]);
  });

  test('that lists a commit with its patch, or keeps the patch of all of its commits', () => {
    const [copy, squashed, other] = [commit(1), commit(2), commit(3)];
    const old = commit(9).oid;
    const sessions = [
      { ...first, commits: [old] },
      { ...second, patches: ['c0ffee'] },
    ];
    const patches = new Map([
      [old, 'aa'],
      [copy.oid, 'aa'],
      [squashed.oid, 'c0ffee'],
      [other.oid, 'bb'],
    ]);
    const makers = attributeByPatch({ commits: [copy, squashed, other], sessions, recaps: [] }, patches);
    expect([...makers].map(([oid, [maker]]) => [oid, maker?.session, maker?.evidence])).toEqual([
      [copy.oid, first.id, 'patch'],
      [squashed.oid, second.id, 'patch'],
    ]);
  });

  test('that alone was at work on the branch then, and of none when two were', () => {
    const one = commit(1, { authoredAt: (NOW - 50 * 60_000) / 1000 });
    const late = commit(2, { authoredAt: (NOW + 60_000) / 1000 });
    const on = { branch: 'topic', now: NOW };
    const at = (sessions: readonly (typeof first)[], where: typeof on | { branch: null; now: number } = on) =>
      attributeByTime({ commits: [one, late], sessions }, where);
    expect([...at([first]).keys()]).toEqual([one.oid]);
    expect(at([first]).get(one.oid)?.[0]?.evidence).toBe('time');
    expect(at([first, second]).size).toBe(0);
    expect(at([{ ...first, branch: 'other' }]).size).toBe(0);
    expect(at([first], { branch: null, now: NOW }).size).toBe(0);
  });
});

test('the scope has every session and agent of the commits, those without a record too', () => {
  const gone = session('eve', 3).id;
  const makers = new Map([
    [commit(1).oid, [{ agent: 'ada' as AgentName, session: first.id, evidence: 'trailer' as const }]],
    [commit(2).oid, [{ agent: 'eve' as AgentName, session: gone, evidence: 'trailer' as const }]],
    [commit(3).oid, [{ agent: 'zoe' as AgentName, session: null, evidence: 'recap' as const }]],
  ]);
  const scope = planScope(makers, [first, second], NOW);
  expect(scope).toMatchObject({
    agents: ['ada', 'eve', 'zoe'],
    sessions: [first],
    lost: [{ id: gone, agent: 'eve' }],
  });
  expect(scope.time?.end).toBe(NOW);
  expect(planScope(new Map(), [first], NOW).time).toBeNull();
});

test('a recap belongs to the range by its session, its commits, or agent and time', () => {
  const scope = { agents: [], sessions: [first], lost: [], time: null };
  const one = commit(1);
  const recaps = [
    recap('ada', 3, { session: first.id }),
    recap('bob', 4, { commits: [one.oid] }),
    recap('ada', 5),
    recap('bob', 6),
    recap('ada', 7, { session: second.id as RecordId }),
    recap('ada', 8, { at: '2020-01-01T00:00:00Z' }),
  ];
  const found = selectRecaps(recaps, scope, { commits: [one], now: NOW });
  expect(found.map(({ id }) => recaps.findIndex((one) => one.id === id))).toEqual([0, 1, 2]);
});
