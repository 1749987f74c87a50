import { describe, expect, test } from 'vitest';
import type { Claim } from '../../../../src/domain/locks/claims.ts';
import type { Lease, LockRecord } from '../../../../src/domain/locks/lock-record.ts';
import { parsePathPattern } from '../../../../src/domain/locks/path-pattern.ts';
import type { AgentName, CloneId, Oid, RecordId, ResourceName } from '../../../../src/domain/names.ts';
import { resolveSeverities } from '../../../../src/domain/schema/verify-policy.ts';
import { findBadEntries } from '../../../../src/domain/verify/branch-content.ts';
import { readCommitTrailers } from '../../../../src/domain/verify/commit-trailers.ts';
import type { CodeCommitFacts, Grant, LockStory } from '../../../../src/domain/verify/facts.ts';
import { RULE_IDS, weigh } from '../../../../src/domain/verify/finding.ts';
import { findForeignLocks } from '../../../../src/domain/verify/foreign-lock.ts';
import { findOpenGates } from '../../../../src/domain/verify/gates.ts';
import { findBadLocks } from '../../../../src/domain/verify/lock-record.ts';
import { findMissingLocks } from '../../../../src/domain/verify/missing-lock.ts';
import { findStaleTokens } from '../../../../src/domain/verify/stale-token.ts';
import { findBadTrailers } from '../../../../src/domain/verify/trailers.ts';

const NOW = Date.UTC(2026, 10, 26);
const TOKEN = NOW / 1000;
const DAY = 86_400;
const time = { now: NOW, maxSkew: 600, tombstones: 30 * DAY };
const ADA = 'ada' as AgentName;
const BOB = 'bob' as AgentName;
const S1 = '01M8AZXX5F178BW043ZVSKPV01' as RecordId;
const S2 = '01M8AZXX5F178BW043ZVSKPV02' as RecordId;
const resource = (name: string) => name as ResourceName;

function lease(extra: Partial<Lease> = {}): Lease {
  const times = { ttl: 7200, acquiredAt: NOW, renewedAt: NOW, expiresAt: NOW + 7_200_000 };
  const clone = 'clone0clone0clon' as CloneId;
  return { agent: ADA, session: S1, clone, nonce: 'n1', token: TOKEN, ...times, unknown: {}, ...extra };
}
function record(name: string, leases: readonly Lease[], extra: Partial<LockRecord> = {}): LockRecord {
  const token = Math.max(0, ...leases.map((one) => one.token));
  return {
    resource: resource(name),
    mode: 'exclusive',
    token,
    paths: [],
    reason: null,
    leases,
    unknown: {},
    ...extra,
  };
}
function claim(name: string, paths: string[], of: Lease, mode: 'exclusive' | 'shared' = 'exclusive'): Claim {
  const { agent, session, clone, nonce, token, ttl, expiresAt } = of;
  return {
    agent,
    session,
    clone,
    nonce,
    token,
    ttl,
    expiresAt,
    resource: resource(name),
    mode,
    paths,
    unknown: {},
  };
}
const board = (claims: Claim[], ...records: LockRecord[]) => ({
  claims,
  records: new Map(records.map((one) => [one.resource, one])),
});
let serial = 0;
function commit(paths: string[], lines: string[] = []): CodeCommitFacts {
  serial += 1;
  const oid = String(serial).padStart(40, '0') as Oid;
  return { oid, committedAt: TOKEN, paths, trailers: readCommitTrailers(`change\n\n${lines.join('\n')}\n`) };
}
const byAda = ['Agent-OS-Agent: ada', `Agent-OS-Session: ${S1}`];
const byBob = ['Agent-OS-Agent: bob', `Agent-OS-Session: ${S2}`];
const messages = (drafts: readonly { readonly message: string }[]) => drafts.map(({ message }) => message);

describe('foreign-lock', () => {
  const locked = board([claim('db', ['db/**'], lease())], record('db', [lease()]));

  test('a lease binds others until two clocks that differ most agree that it has ended', () => {
    const touch = [commit(['db/a'], byBob)];
    expect(findForeignLocks(touch, locked, time)).toHaveLength(1);
    expect(findForeignLocks(touch, locked, { ...time, now: NOW + 7_200_000 + 600_000 })).toHaveLength(1);
    expect(findForeignLocks(touch, locked, { ...time, now: NOW + 7_200_000 + 600_001 })).toEqual([]);
  });
  test('a claim without a visible record is live, one whose record is a tombstone is dead', () => {
    const touch = [commit(['db/a'])];
    const claims = [claim('db', ['db/**'], lease())];
    expect(findForeignLocks(touch, board(claims), time)).toHaveLength(1);
    expect(findForeignLocks(touch, board(claims, record('db', [], { token: TOKEN })), time)).toEqual([]);
  });
  test('who shares a path may change it, and only that', () => {
    const [one, two] = [lease(), lease({ agent: BOB, session: S2, nonce: 'n2' })];
    const shared = board(
      [claim('a', ['x/**'], one, 'shared'), claim('b', ['x/y/**'], two, 'shared')],
      record('a', [one], { mode: 'shared' }),
      record('b', [two], { mode: 'shared' }),
    );
    expect(findForeignLocks([commit(['x/y/z'], byBob)], shared, time)).toEqual([]);
    expect(messages(findForeignLocks([commit(['x/y/z', 'x/q'], byBob)], shared, time))).toEqual([
      expect.stringMatching(/^changes x\/q, which ada has locked as a until/),
    ]);
  });
  test('a lock without a session is that of every session of its agent', () => {
    const free = lease({ session: null });
    const anyone = board([claim('db', ['db/**'], free)], record('db', [free]));
    expect(findForeignLocks([commit(['db/a'], ['Agent-OS-Agent: ada'])], anyone, time)).toEqual([]);
    expect(findForeignLocks([commit(['db/a'], byBob)], anyone, time)).toHaveLength(1);
  });
});

describe('stale-token', () => {
  const grant = (extra: Partial<Grant> = {}): Grant => ({
    ...{ agent: ADA, session: S1, mode: 'exclusive', paths: [] },
    ...extra,
  });
  const story = (grants: [number, Grant][], firstToken = TOKEN - 100): LockStory => ({
    grants: new Map(grants.map(([token, one]) => [token, [one]])),
    firstToken,
  });
  const judge = (commits: CodeCommitFacts[], one: LockStory | null, held: LockRecord[] = []) =>
    findStaleTokens({
      ...{ commits, base: [], time },
      records: board([], ...held).records,
      stories: new Map(one === null ? [] : [['db', one]]),
    });
  const under = (token: number, who = byAda) => commit(['db/a'], [...who, `Agent-OS-Lock: db@${token}`]);

  test('released and taken again by nobody, by oneself, or expired since: all honest', () => {
    const given = story([[TOKEN, grant()]]);
    expect(judge([under(TOKEN)], given)).toEqual([]);
    expect(judge([under(TOKEN)], given, [record('db', [], { token: TOKEN + 9 })])).toEqual([]);
    expect(judge([under(TOKEN)], given, [record('db', [lease({ token: TOKEN + 9 })])])).toEqual([]);
    const gone = lease({ agent: BOB, session: S2, token: TOKEN + 9, expiresAt: NOW - 700_000 });
    expect(judge([under(TOKEN)], given, [record('db', [gone])])).toEqual([]);
    const shared = record('db', [lease({ agent: BOB, session: S2, token: TOKEN + 9 })], { mode: 'shared' });
    expect(judge([under(TOKEN)], given, [shared])).toEqual([]);
  });
  test('held exclusively by another with a higher token', () => {
    const other = lease({ agent: BOB, session: S2, token: TOKEN + 9 });
    expect(judge([under(TOKEN)], story([[TOKEN, grant()]]), [record('db', [other])])).toHaveLength(1);
  });
  test('a token from before the history that is kept only warns, and only if gc can have removed it', () => {
    const old = TOKEN - 40 * DAY;
    expect(judge([under(old)], story([]))).toEqual([expect.objectContaining({ atMost: 'warn' })]);
    expect(judge([under(old)], null)).toEqual([expect.objectContaining({ atMost: 'warn' })]);
    expect(judge([under(TOKEN - 200)], story([]))[0]).not.toHaveProperty('atMost');
    expect(judge([under(old)], story([], old - 5))[0]).not.toHaveProperty('atMost');
    expect(judge([under(17)], null)[0]).not.toHaveProperty('atMost');
  });
  test('a squashed commit of two sessions has tokens of both', () => {
    const both = commit(
      ['db/a'],
      [...byAda, ...byBob, `Agent-OS-Lock: db@${TOKEN}`, `Agent-OS-Lock: db@${TOKEN + 1}`],
    );
    const given = story([
      [TOKEN, grant()],
      [TOKEN + 1, grant({ agent: BOB, session: S2 })],
    ]);
    expect(judge([both], given)).toEqual([]);
  });
});

test('missing-lock: exempt agents and paths, globs that cover, and the resource itself', () => {
  const grants = new Map([
    [TOKEN, [{ agent: ADA, session: S1, mode: 'exclusive', paths: ['db/**'] } as const]],
  ]);
  const facts = {
    requirements: [
      { text: 'db/**', resource: null, patterns: [parsePathPattern('db/**')] },
      { text: 'api', resource: 'api', patterns: [parsePathPattern('api/**')] },
    ],
    exemptAgents: new Set([BOB]),
    exemptPaths: [parsePathPattern('db/README.md')],
    stories: new Map([
      ['db', { grants, firstToken: TOKEN }],
      ['api', { grants, firstToken: TOKEN }],
    ]),
  };
  const find = (...commits: CodeCommitFacts[]) => messages(findMissingLocks(commits, facts));
  expect(find(commit(['db/a', 'db/b']))).toEqual([
    expect.stringContaining('changes db/a, db/b without a lock'),
  ]);
  expect(find(commit(['db/README.md']), commit(['db/a'], byBob), commit(['src/x']))).toEqual([]);
  expect(find(commit(['db/a'], [...byBob, ...byAda]))).toHaveLength(1);
  expect(find(commit(['db/a'], [...byAda, `Agent-OS-Lock: db@${TOKEN}`]))).toEqual([]);
  expect(find(commit(['api/a'], [...byAda, `Agent-OS-Lock: db@${TOKEN}`]))).toHaveLength(1);
  expect(find(commit(['api/a'], [...byAda, `Agent-OS-Lock: api@${TOKEN}`]))).toEqual([]);
});

test('lock-record: left over warns, overlapping and unreadable are errors', () => {
  const gone = lease({ expiresAt: NOW - 700_000 });
  const two = lease({ agent: BOB, session: S2, nonce: 'n2' });
  const facts = (records: LockRecord[], claims: Claim[] = []) => ({
    ...board(claims, ...records),
    broken: [],
    mislabelled: [],
  });
  const none = new Set<RecordId>();
  expect(findBadLocks(facts([record('db', [lease()])]), none, time)).toEqual([]);
  expect(findBadLocks(facts([record('db', [gone])]), none, time)).toEqual([
    expect.objectContaining({ atMost: 'warn', message: expect.stringContaining('ran out') }),
  ]);
  expect(findBadLocks(facts([record('db', [lease()])]), new Set([S1]), time)).toEqual([
    expect.objectContaining({ atMost: 'warn', message: expect.stringContaining('finished session') }),
  ]);
  const rivals = [claim('a', ['x/**'], lease()), claim('b', ['x/y'], two)];
  const held = [record('a', [lease()]), record('b', [two])];
  expect(messages(findBadLocks(facts(held, rivals), none, time))).toEqual([
    'a of ada and b of bob cover common paths',
  ]);
  const shared = rivals.map((one) => ({ ...one, mode: 'shared' as const }));
  expect(findBadLocks(facts(held, shared), none, time)).toEqual([]);
  const oid = '1'.repeat(40) as Oid;
  const broken = [{ ref: 'refs/agent-os/locks/a%20b', oid, problem: 'no' }];
  const found = findBadLocks({ ...facts([]), broken }, none, time);
  expect(found).toEqual([expect.not.objectContaining({ atMost: 'warn' })]);
  expect(found[0]?.hint).toContain(`agent-os unlock 'a b' --force ${oid} --reason`);
  const mislabelled = [
    { ref: 'refs/agent-os/locks/db', subject: 'free db #5', record: record('db', [lease()]) },
  ];
  expect(findBadLocks({ ...facts([]), mislabelled }, none, time)).toEqual([
    expect.objectContaining({
      message: `refs/agent-os/locks/db calls itself 'free db #5', and its record says 'held db by ada until 2026-11-26T02:00:00Z #${TOKEN}'`,
    }),
  ]);
});

test('trailers: a session that gc removed is no error', () => {
  const people = { agents: new Set([ADA]), sessions: new Map<RecordId, AgentName>(), forgotten: { ada: S2 } };
  expect(findBadTrailers([commit([], byAda)], people)).toEqual([]);
  expect(findBadTrailers([commit([], byAda)], { ...people, forgotten: {} })).toHaveLength(1);
  const alone = commit([], ['Agent-OS-Lock: db@1']);
  expect(messages(findBadTrailers([alone], people))).toEqual(['names a lock, and nobody who held it']);
});

test('gates: the last report counts, by name, and a figure below what the card asks for is no pass', () => {
  const judge = (require: string | null, ...reported: [boolean, string | null][]) =>
    messages(
      findOpenGates([
        {
          ...{ agent: ADA, commit: '1'.repeat(40) as Oid },
          required: [{ name: 'Coverage', require }],
          reported: reported.map(([passed, detail]) => [
            { name: 'coverage ', passed, ...(detail !== null && { detail }) },
            { name: 'e2e', passed: false },
          ]),
        },
      ]),
    );
  expect(judge('at least 80 %', [true, '84 %'])).toEqual([]);
  expect(judge('at least 80 %', [false, null], [true, null])).toEqual([]);
  expect(judge('at least 80 %', [true, '79.5 %'])).toEqual([expect.stringContaining('79.5 %')]);
  expect(judge(null, [true, '84 %'], [false, 'two tests'])).toEqual([
    'ada: the gate Coverage did not pass: two tests',
  ]);
  expect(judge('at least 80 %')).toEqual(['ada: the gate Coverage is in no recap of the session']);
  expect(judge('at most 5 % flaky', [true, '3 %'])).toEqual([]);
  expect(judge('at most 5 % flaky', [true, '7 %'])).toEqual([
    'ada: the gate Coverage is reported as passed with 7 %, and its card asks for at most 5 % flaky',
  ]);
});

test('branch-content: sizes, by what stands there', () => {
  const entry = { mode: '100644' as const, isSafe: true };
  const id = '01M8AZXX5F178BW043ZVSKPV01';
  const size = 6 * 1024 * 1024;
  expect(findBadEntries([{ ...entry, path: `attachments/${id}/x.bin`, size }])).toEqual([]);
  expect(findBadEntries([{ ...entry, path: 'notes.txt', size }])).toHaveLength(1);
  expect(findBadEntries([{ ...entry, path: '.github/workflows/agent-os.yml', size: 1 }])).toEqual([]);
  expect(findBadEntries([{ ...entry, mode: '160000', path: 'sub', size: 0 }])).toHaveLength(1);
});

test('the policy weighs: off is silent, a rule that may be in order never fails, errors come first', () => {
  const drafts = [
    { rule: 'gates', message: 'a' },
    { rule: 'lock-record', message: 'b', atMost: 'warn' },
    { rule: 'trailers', message: 'c' },
    { rule: 'foreign-lock', message: 'd' },
  ] as const;
  const severities = resolveSeverities({ trailers: 'off', gates: 'error' });
  expect(weigh(drafts, severities).map(({ rule, severity }) => `${severity} ${rule}`)).toEqual([
    'error foreign-lock',
    'error gates',
    'warn lock-record',
  ]);
  expect(Object.keys(resolveSeverities({}))).toEqual(RULE_IDS);
});
