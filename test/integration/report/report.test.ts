import { readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../../src/domain/report/report.ts';
import { clockStopped } from '../../race/support/clocks.ts';
import { HOSTILE_TEXT } from '../../support/sample-report.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { beginStory, idOf, lockOf } from './story.ts';

const DEFINITION = `---
name: go-backend
description: Go services
gates:
  - name: test coverage
    require: at least 80 %
  - name: lint
---
Text.
`;
const WEB = '---\nname: web\ncommands: ["build-page [name]"]\n---\nText.\n';
const RECAP = `---
title: Authentication
gates:
  - name: Test coverage
    passed: false
    detail: 76 %
---
## Decisions

Tokens live in Redis.
`;

test('a report has who, what, under which lock, what was said, decided and left open, and who else is there', async () => {
  const sandbox = await makeSandbox();
  const { ada, bob, backend, as, trailers, sync } = await beginStory(sandbox);
  await sandbox.json(ada, ['agent', 'add', '-'], { input: DEFINITION });
  const session = idOf(await backend('start', 'Implementing user authentication'));
  const lock = lockOf(
    await backend('lock', 'database-schema', '--paths', 'db/**', '--reason', 'users table'),
  );
  await sandbox.commitFile(ada, 'db/1.sql', '1', `feat: users\n\n${trailers('go-backend', session, lock)}`);
  await backend('unlock', 'database-schema');
  await sandbox.commitFile(ada, 'api/a.go', '1', 'feat: endpoints');
  await backend('send', 'web', 'Which cookie?', '--ack');
  await backend('handoff', 'web', 'Build the login page');
  await sandbox.json(ada, ['agent', 'add', '-'], { input: WEB });
  await backend('dispatch', '@agent:web build-page login');
  await sandbox.json(ada, ['recap', 'add', '-', '--agent', 'go-backend'], { input: RECAP });
  await backend('lock', 'api-contracts');
  await backend('done', 'Users can log in');
  await sync(ada);
  await sandbox.git(ada, 'push', '-q', 'origin', 'topic');

  await sync(bob);
  const web = as(bob, 'web');
  await sandbox.git(bob, 'checkout', '-q', '-b', 'passkeys');
  await web('start', 'Passkeys');
  await web('lock', 'api', '--paths', 'api/**');
  await sandbox.commitFile(bob, 'db/1.sql', '2', 'feat: passkeys');
  await sandbox.git(bob, 'push', '-q', 'origin', 'passkeys');
  await sync(bob);
  await sandbox.git(ada, 'fetch', '-q');
  await sync(ada);

  const report = (await sandbox.json(ada, ['report'])) as Report;
  expect(report).toMatchObject({
    schema: 'agent-os/cli/report/v1',
    range: { text: 'origin/HEAD..HEAD', branch: 'topic' },
    agents: [{ name: 'go-backend', description: 'Go services', sessions: [session], commits: 2 }],
    sessions: [
      {
        ...{ id: session, agent: 'go-backend', status: 'done', task: 'Implementing user authentication' },
        ...{ summary: 'Users can log in', evidence: ['record', 'trailer'] },
      },
    ],
    commits: [
      { subject: 'feat: endpoints', makers: [{ session, evidence: 'record' }], locks: [] },
      {
        subject: 'feat: users',
        makers: [{ session, evidence: 'trailer' }],
        locks: [lock].map(({ resource, token }) => ({ resource, token })),
      },
    ],
    paths: ['api/a.go', 'db/1.sql'],
    recaps: [{ title: 'Authentication', session, decisions: ['Tokens live in Redis.'] }],
    messages: [
      { kind: 'message', subject: 'Which cookie?', waitingFor: ['web'], session },
      { kind: 'handoff', to: ['web'], session },
      { kind: 'task', to: ['web'], openFor: ['web'], session },
    ],
    locks: [
      {
        resource: 'database-schema',
        token: lock.token,
        session,
        end: 'released',
        paths: ['db/**'],
        reason: 'users table',
      },
      { resource: 'api-contracts', session, end: 'released', commits: [] },
    ],
    gates: [
      { name: 'test coverage', requires: 'at least 80 %', outcome: 'failed', detail: '76 %' },
      { name: 'lint', outcome: 'not reported' },
    ],
    others: {
      branches: [{ name: 'origin/passkeys', agents: ['web'], tasks: ['Passkeys'], paths: ['db/1.sql'] }],
      locks: [{ resource: 'api', agents: ['web'], paths: ['api/a.go'] }],
    },
    problems: [],
  });
  const [held] = report.locks;
  expect(held?.commits).toEqual([report.commits[1]?.oid]);
  expect(held?.heldFor).toBe(Date.parse(held?.endedAt ?? '') - Date.parse(held?.acquiredAt ?? ''));
  const open = report.open.map(({ kind }) => kind);
  expect(open).toEqual(['acknowledgement', 'acknowledgement', 'task', 'gate', 'gate']);
});

test('gates: a report and verify say the same of one session, whatever its recap calls them', async () => {
  const sandbox = await makeSandbox();
  const { ada, backend, trailers, sync } = await beginStory(sandbox);
  await sandbox.json(ada, ['agent', 'add', '-'], { input: DEFINITION });
  const session = idOf(await backend('start', 'Authentication'));
  await sandbox.commitFile(ada, 'a', '1', `feat: a\n\n${trailers('go-backend', session)}`);

  const report = async (text: string) => {
    await sandbox.json(ada, ['recap', 'add', '-', '--agent', 'go-backend'], { input: text });
    await sync(ada);
    const reported = (await sandbox.json(ada, ['report', 'main..topic'])) as Report;
    const verified = (await sandbox.json(ada, ['verify', 'main..topic'])) as {
      findings: { rule: string; message: string }[];
    };
    return {
      outcomes: reported.gates.map(({ name, outcome }) => `${name}: ${outcome}`),
      open: reported.open.flatMap((item) => (item.kind === 'gate' ? [item.name] : [])),
      found: verified.findings.flatMap(({ rule, message }) => (rule === 'gates' ? [message] : [])),
    };
  };
  expect(await report('## Quality gates\n- Coverage: 76 %')).toEqual({
    outcomes: ['test coverage: failed', 'lint: not reported'],
    open: ['test coverage', 'lint'],
    found: [
      'go-backend: the gate test coverage is reported as passed with 76 %, and its card asks for at least 80 %',
      'go-backend: the gate lint is in no recap of the session',
    ],
  });
  expect(await report('## Quality gates\n- Coverage: 84 %\n- Linting: passed')).toEqual({
    outcomes: ['test coverage: passed', 'lint: passed'],
    open: [],
    found: [],
  });
});

describe('a session is found behind its commits', () => {
  test('after a rebase, a cherry-pick and a squash, in a clone that has none of the old commits', async () => {
    const sandbox = await makeSandbox();
    const { remote, ada, backend, sync } = await beginStory(sandbox);
    const session = idOf(await backend('start', 'Without trailers'));
    await sandbox.commitFile(ada, 'a', '1');
    await sandbox.commitFile(ada, 'b', '1');
    await backend('done', 'done');
    await sync(ada);
    const commits = (await sandbox.git(ada, 'rev-list', '--reverse', 'main..topic')).split('\n');

    await sandbox.git(ada, 'checkout', '-q', 'main');
    await sandbox.commitFile(ada, 'unrelated', 'x');
    await sandbox.git(ada, 'push', '-q', 'origin', 'main');
    for (const [branch, ...command] of [
      ['rebased', 'cherry-pick', ...commits],
      ['picked', 'cherry-pick', commits[1] ?? ''],
      ['squashed', 'merge', '-q', '--squash', 'topic'],
    ]) {
      await sandbox.git(ada, 'checkout', '-q', '-b', branch ?? '', 'main');
      await sandbox.git(ada, ...command);
      if (branch === 'squashed') await sandbox.git(ada, 'commit', '-q', '-m', 'squashed');
      await sandbox.git(ada, 'push', '-q', 'origin', branch ?? '');
    }

    const reviewer = await sandbox.clone(remote, 'reviewer');
    await sandbox.json(reviewer, ['init', '--no-hooks', '--no-view']);
    const makersOf = async (branch: string) => {
      const args = ['report', `origin/main..origin/${branch}`];
      const { commits: found } = (await sandbox.json(reviewer, args)) as Report;
      return found.map(({ makers }) => makers.map((maker) => [maker.session, maker.evidence]));
    };
    expect((await sandbox.tryGit(reviewer, ['cat-file', '-e', commits[0] ?? ''])).exitCode).not.toBe(0);
    const byPatch = [[session, 'patch']];
    expect(await makersOf('rebased')).toEqual([byPatch, byPatch]);
    expect(await makersOf('picked')).toEqual([byPatch]);
    expect(await makersOf('squashed')).toEqual([byPatch]);
  });

  test('whose record is gone, by its trailers in the middle of a squashed message', async () => {
    const sandbox = await makeSandbox();
    const { ada, backend, trailers } = await beginStory(sandbox);
    const session = idOf(await backend('start', 'Still there'));
    const gone = '01M83HE2C0E969EC272B40F9EB';
    const parts = [trailers('go-backend', session), trailers('dba', gone, { resource: 'old', token: 7 })];
    await sandbox.commitFile(
      ada,
      'a',
      '1',
      `Login (#7)\n\n* one\n\n${parts[0]}\n\n* two\n\n${parts[1]}\n\nbye`,
    );
    const report = (await sandbox.json(ada, ['report', 'main..topic'])) as Report;
    expect(report.sessions).toMatchObject([
      { id: gone, agent: 'dba', status: 'unknown', task: null },
      { id: session, agent: 'go-backend', status: 'active' },
    ]);
    expect(report.locks).toMatchObject([{ resource: 'old', token: 7, end: 'unknown', heldFor: null }]);
    const page = await sandbox.cli(ada, ['report', 'main..topic', '--format', 'html']);
    expect(page.stdout).toContain('no record');
  });
});

describe('the formats', () => {
  test('hold hostile text as text, on the terminal and in files', async () => {
    const sandbox = await makeSandbox();
    const { ada, backend, trailers } = await beginStory(sandbox);
    const session = idOf(await backend('start', HOSTILE_TEXT));
    await sandbox.json(ada, ['send', 'web', '-', '--agent', 'go-backend'], { input: HOSTILE_TEXT });
    await sandbox.json(ada, ['recap', 'add', '-', '--agent', 'go-backend'], {
      input: `## Decisions\n${HOSTILE_TEXT}`,
    });
    await backend('lock', 'a | <b>@everyone ![x](y)', '--reason', HOSTILE_TEXT.split('\n')[0] ?? '');
    const message = `${HOSTILE_TEXT}\n\n${trailers('go-backend', session)}`;
    await sandbox.commitFile(ada, '<img src=x>', '1', message);
    const files = { markdown: 'r.md', html: 'r.html', json: 'r.json' };
    const options = { env: clockStopped(Date.now()) };
    for (const [format, file] of Object.entries(files)) {
      const args = ['report', 'main..topic', '--offline'];
      const shown = await sandbox.cli(ada, [...args, '--format', format], options);
      expect(shown).toMatchObject({ exitCode: 0, stderr: '' });
      expect(shown.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|^\s*::|##\[/m);
      const written = await sandbox.cli(ada, [...args, '--output', file], options);
      expect(written).toMatchObject({ exitCode: 0, stdout: `Wrote ${file}\n`, stderr: '' });
      const text = await readFile(join(ada, file), 'utf8');
      expect(text.trimEnd()).toBe(shown.stdout.trimEnd());
    }
    const html = await readFile(join(ada, files.html), 'utf8');
    expect(html).not.toMatch(/<(?:script|img|b>@)/);
    expect(await readFile(join(ada, files.markdown), 'utf8')).not.toMatch(/@(?!&#8203;|\u200b)\w/);
    expect(JSON.parse(await readFile(join(ada, files.json), 'utf8'))).toMatchObject({
      paths: ['<img src=x>'],
    });
  });

  test('are written whole, to where a link leads, or not at all', async () => {
    const sandbox = await makeSandbox();
    const { ada } = await beginStory(sandbox);
    await symlink('there.md', join(ada, 'link.md'));
    expect((await sandbox.cli(ada, ['report', '--output', 'link.md'])).exitCode).toBe(0);
    expect((await stat(join(ada, 'there.md'))).size).toBeGreaterThan(20);
    for (const path of ['missing/r.md', '.']) {
      const refused = await sandbox.cli(ada, ['report', '--offline', '--output', path]);
      expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
      expect(refused.stderr).toContain(`'${path}' cannot be written`);
    }
  });
});

test('what cannot be reported is said, with the exit code of the kind', async () => {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('r');
  expect(await sandbox.cli(repository, ['report'])).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringContaining('hint: Run `agent-os init`.'),
  });
  await sandbox.json(repository, ['init', '--no-hooks', '--no-view']);
  for (const range of ['HEAD', 'nowhere..HEAD', 'HEAD...HEAD']) {
    const refused = await sandbox.cli(repository, ['report', range]);
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toContain(range);
  }
  const empty = await sandbox.cli(repository, ['report']);
  expect(empty).toMatchObject({ exitCode: 0, stderr: '' });
  expect(empty.stdout).toMatch(/^## Agents’ work in main\.\.HEAD\n\nThere is no commit in this range\./);
});
