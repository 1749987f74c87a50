import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { makeSandbox, PROJECT } from '../../support/sandbox.ts';
import { makeTeam } from './support/team.ts';

test('git finds it as a command of its own', async () => {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('ada');
  const manifest = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
  };
  const bin = sandbox.path('bin');
  await mkdir(bin);
  for (const [name, path] of Object.entries(manifest.bin))
    await symlink(join(PROJECT, path), join(bin, name));
  const env = { PATH: `${bin}:${sandbox.env['PATH']}` };
  expect(await sandbox.tryGit(repository, ['agent-os', 'init'], { env })).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/^Next: .*\n$/),
  });
  const locks = await sandbox.tryGit(repository, ['agent-os', 'locks'], { env });
  expect(locks.stdout).toBe('Nothing is locked.\n');
});

test('an interrupted wait ends with 130, and leaves no lock behind', async () => {
  const sandbox = await makeSandbox();
  const { ada, bob } = await makeTeam(sandbox);
  await sandbox.json(ada, ['lock', 'database']);
  const trace = sandbox.path('trace');
  const waiting = sandbox.startCli(bob, ['lock', 'database', '--wait', '10m'], { env: { GIT_TRACE: trace } });
  // It fetches when it was told that the lock is held: from then on it waits.
  while (!existsSync(trace) || !readFileSync(trace, 'utf8').includes('git fetch')) await setImmediate();
  process.kill(waiting.pid, 'SIGINT');
  expect((await waiting.result).exitCode).toBe(130);
  await sandbox.json(ada, ['unlock', 'database']);
  expect(await sandbox.json(bob, ['locks', '--refresh'])).toMatchObject({ locks: [] });
});

test('a reader that goes away early is no failure', async () => {
  const sandbox = await makeSandbox();
  const command = `"$0" "$1" --help | true; echo "\${PIPESTATUS[0]}"`;
  const done = await sandbox.start(
    'bash',
    ['-c', command, process.execPath, join(PROJECT, 'bin/agent-os.js')],
    sandbox.root,
  ).result;
  expect(done).toMatchObject({ stdout: '0\n', stderr: '' });
});

test('batch keeps one workspace: a lock and an unlock are one push each, and nothing else on the network', async () => {
  const sandbox = await makeSandbox();
  const { remote, ada } = await makeTeam(sandbox);
  await sandbox.json(ada, ['sync']);
  const trace = sandbox.path('trace');
  const requests = [
    { id: 1, argv: ['lock', 'database'] },
    { id: 2, argv: ['unlock', 'database'] },
    { id: 3, argv: ['locks'] },
    { id: 4, argv: ['lock'] },
  ];
  const done = await sandbox.cli(ada, ['batch'], {
    input: requests.map((request) => JSON.stringify(request)).join('\n'),
    env: { GIT_TRACE: trace },
  });
  const answers = done.stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(answers).toMatchObject([
    { id: 1, schema: 'agent-os/cli/lock/v1', locks: [{ resource: 'database' }], exitCode: 0 },
    { id: 2, released: ['database'], exitCode: 0 },
    { id: 3, locks: [], exitCode: 0 },
    { id: 4, error: { code: 'USAGE' }, exitCode: 2 },
  ]);
  expect({ stderr: done.stderr, exitCode: done.exitCode }).toEqual({ stderr: '', exitCode: 0 });
  const commands = (await readFile(trace, 'utf8'))
    .split('\n')
    .flatMap((line) => /built-in: git (\S+)/.exec(line)?.[1] ?? []);
  expect(commands.filter((name) => /^(push|fetch|ls-remote|pull)$/.test(name))).toEqual(['push', 'push']);
  expect(await sandbox.git(remote, 'rev-list', '--count', 'refs/agent-os/locks/database')).toBe('2');
});

test('sync says what it did, and without a remote that there is nothing to do', async () => {
  const sandbox = await makeSandbox();
  const { ada, bob } = await makeTeam(sandbox);
  const said = async (clone: string, ...args: string[]) => {
    const { stdout, stderr, exitCode } = await sandbox.cli(clone, ['sync', ...args]);
    return { stdout, stderr, exitCode };
  };
  expect(await said(ada)).toEqual({ stdout: 'origin: published 1\n', stderr: '', exitCode: 0 });
  expect(await said(ada)).toEqual({ stdout: 'origin: up to date\n', stderr: '', exitCode: 0 });
  expect(await said(bob, '--pull')).toEqual({
    stdout: 'origin: fetched 1 new\n',
    stderr: '1 operation is not published yet: run `agent-os sync`\n',
    exitCode: 0,
  });
  expect(await sandbox.json(bob, ['sync', '--pull'])).toMatchObject({
    fetched: true,
    published: 0,
    pending: 1,
  });
  expect(await sandbox.json(bob, ['sync', '--pull', '--push'], { exit: 2 })).toMatchObject({
    error: { code: 'BAD_VALUE' },
  });
  expect(await sandbox.json(bob, ['sync', '--push'])).toMatchObject({ published: 1, pending: 0 });
  expect((await said(bob, '--push')).stdout).toBe('origin: nothing to publish (not fetched)\n');
  await sandbox.json(ada, ['log', 'add', 'of ada', '--agent', 'ada']);
  expect((await said(ada)).stdout).toBe('origin: fetched 1 new, published 1\n');
  await sandbox.json(ada, ['log', 'add', 'later', '--agent', 'ada']);
  await sandbox.git(ada, 'remote', 'set-url', 'origin', sandbox.path('nowhere.git'));
  const offline = await said(ada);
  expect(offline.stderr).toMatch(
    /^offline: 1 operation is safe here and not published yet\nerror: the remote origin could not be reached/,
  );
  expect(offline).toMatchObject({ stdout: '', exitCode: 5 });
  const alone = await sandbox.repository('carl');
  await sandbox.json(alone, ['init']);
  expect(await sandbox.cli(alone, ['sync'])).toMatchObject({
    stdout: 'There is no remote: the worktrees of this repository share one branch.\n',
    exitCode: 0,
  });
});

test('what is sent while the remote is away is said to wait, once that is known', async () => {
  const sandbox = await makeSandbox({ AGENT_OS_PUBLISH: 'background' });
  const remote = await sandbox.bareRemote();
  const clone = await sandbox.clone(remote, 'ada');
  await sandbox.json(clone, ['init', '--no-hooks', '--no-view']);
  const send = async () => {
    const done = await sandbox.cli(clone, ['send', 'bob', 'hello']);
    await sandbox.settled();
    expect(done.exitCode).toBe(0);
    return done.stderr;
  };
  expect(await send()).not.toContain('not published');
  await sandbox.git(clone, 'remote', 'set-url', 'origin', sandbox.path('away.git'));
  expect(await send()).not.toContain('not published');
  expect(await send()).toMatch(
    /not published yet, this waits for the next sync: when last asked, the remote origin could not be reached/,
  );
  await sandbox.git(clone, 'remote', 'set-url', 'origin', remote);
  await sandbox.json(clone, ['sync']);
  expect(await send()).not.toContain('not published');
});

test('the demo proves what it shows', async () => {
  const sandbox = await makeSandbox();
  const done = await sandbox.cli(sandbox.root, ['demo']);
  expect({ stderr: done.stderr, exitCode: done.exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(done.stdout).toContain('backend$ agent-os init\n');
  expect(done.stdout).toMatch(/All \d+ claims were proved with plain git\.\n/);
}, 300_000);
