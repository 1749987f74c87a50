import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveHttp } from '../../support/http-remote.ts';
import { openSandbox, PROJECT, type Sandbox } from '../../support/sandbox.ts';
import { makeTeam } from '../cli/support/team.ts';

/** A team with a topic of 120 commits on top of main, which itself went on: what CI sees of a pull request. */
let sandbox: Sandbox;
let remote: string;
let ada: string;
let base: string;
let head: string;
const CREDENTIALS = { user: 'ci', password: 'token' } as const;
const TOPIC = 120;
const PAST = 500;

beforeAll(async () => {
  sandbox = await openSandbox();
  const team = await makeTeam(sandbox);
  ({ remote, ada } = team);
  await sandbox.json(ada, ['sync']);
  const status = (await sandbox.json(ada, ['status'])) as { sessions: { agent: string; id: string }[] };
  const session = status.sessions.find(({ agent }) => agent === 'ada')?.id;
  const past = Array.from({ length: PAST }, (_, index) =>
    [
      'commit refs/heads/past',
      `committer Ada <ada@example.com> ${1_795_300_000 + index} +0000`,
      `data <<END\npast ${index}\nEND`,
      ...(index === 0 ? ['from refs/heads/main'] : []),
    ].join('\n'),
  );
  await sandbox.tryGit(ada, ['fast-import', '--quiet'], { input: `${past.join('\n')}\n` });
  await sandbox.git(ada, 'merge', '--quiet', '--ff-only', 'past');
  const first = await sandbox.git(ada, 'rev-parse', 'HEAD');
  const commits = Array.from({ length: TOPIC }, (_, index) =>
    [
      'commit refs/heads/topic',
      `committer Ada <ada@example.com> ${1_795_400_000 + index} +0000`,
      `data <<END\ntopic ${index}\n\nAgent-OS-Agent: ada\nAgent-OS-Session: ${session}\nEND`,
      ...(index === 0 ? [`from ${first}`] : []),
      `M 100644 inline src/file-${index}.txt\ndata 1\n${index % 10}\n`,
    ].join('\n'),
  );
  await sandbox.tryGit(ada, ['fast-import', '--quiet'], { input: `${commits.join('\n')}\n` });
  await sandbox.commitFile(ada, 'main.txt', 'main went on');
  await sandbox.git(ada, 'push', '--quiet', '--no-verify', 'origin', 'main', 'topic');
  base = await sandbox.git(ada, 'rev-parse', 'main');
  head = await sandbox.git(ada, 'rev-parse', 'topic');
});
afterAll(() => sandbox.dispose());

let count = 0;
/** As actions/checkout does it: one commit, no branch, credentials in the URL. */
async function checkout(url: string, commit: string): Promise<string> {
  count += 1;
  const clone = await sandbox.repository(`checkout-${count}`, { empty: true });
  await sandbox.git(clone, 'remote', 'add', 'origin', url);
  await sandbox.git(clone, 'fetch', '--quiet', '--depth=1', '--no-tags', 'origin', commit);
  await sandbox.git(clone, 'checkout', '--quiet', '--detach', 'FETCH_HEAD');
  return clone;
}

test('a checkout of one commit fetches the range, the branch and the locks, and no more', async () => {
  const http = await serveHttp(sandbox, remote, { credentials: CREDENTIALS });
  const clone = await checkout(http.urlWithCredentials, head);
  const done = await sandbox.json(clone, ['verify', `${base}..${head}`]);
  expect(done).toMatchObject({ commits: TOPIC, findings: [], unknown: [], range: { from: base, to: head } });
  expect(await sandbox.git(clone, 'for-each-ref', 'refs/heads')).toBe('');
  expect(Number(await sandbox.git(clone, 'rev-list', '--count', base))).toBeLessThan(PAST);

  const state = await checkout(http.urlWithCredentials, 'refs/heads/agent-os');
  expect(await sandbox.json(state, ['verify', '--state'])).toMatchObject({ range: null, findings: [] });

  const fresh = await checkout(http.urlWithCredentials, head);
  const zeros = await sandbox.json(fresh, ['verify', `${'0'.repeat(40)}..${head}`]);
  expect(zeros).toMatchObject({ commits: TOPIC, range: { from: base } });
});

test('not knowing is no pass: no network, no credentials, no such commit, nothing fetched yet', async () => {
  const http = await serveHttp(sandbox, remote, { credentials: CREDENTIALS });
  const clone = await checkout(http.urlWithCredentials, head);
  const range = `${base}..${head}`;
  const offline = await sandbox.json(clone, ['verify', `${head}..${head}`, '--offline'], { exit: 5 });
  expect(offline).toMatchObject({
    error: { code: 'CANNOT_VERIFY', message: expect.stringContaining('never fetched') },
  });
  const cut = await sandbox.json(clone, ['verify', range, '--offline'], { exit: 5 });
  expect(cut).toMatchObject({
    error: { code: 'CANNOT_VERIFY', hint: expect.stringContaining('--remote origin') },
  });
  const missing = await sandbox.json(clone, ['verify', `${'1'.repeat(40)}..${head}`], { exit: 5 });
  expect(missing).toMatchObject({ error: { hint: expect.stringContaining('--unshallow origin') } });
  const parent = await sandbox.json(clone, ['verify', 'HEAD~1..HEAD'], { exit: 5 });
  expect(parent).toMatchObject({
    error: {
      code: 'CANNOT_VERIFY',
      message: "'HEAD~1..HEAD' begins at 'HEAD~1', which names no commit in this shallow clone",
      hint: expect.stringContaining('--unshallow origin'),
    },
  });

  await sandbox.git(clone, 'remote', 'set-url', 'origin', http.url);
  expect(await sandbox.json(clone, ['verify', range], { exit: 5 })).toMatchObject({
    error: { code: 'REMOTE_UNREACHABLE' },
  });
  await http.close();
  await sandbox.git(clone, 'remote', 'set-url', 'origin', http.urlWithCredentials);
  expect(await sandbox.json(clone, ['verify', range], { exit: 5 })).toMatchObject({
    error: { code: 'REMOTE_UNREACHABLE' },
  });
});

test.each([
  [['verify', 'main'], 'BAD_VALUE'],
  [['verify', '--output=x..HEAD'], 'USAGE'],
  [['verify', '--', '--output=x..HEAD'], 'BAD_VALUE'],
  [['verify', 'HEAD..HEAD', '--save', 'nonsense'], 'BAD_VALUE'],
  [['verify', 'HEAD..HEAD', '--save', 'junit=no/such/folder/x'], 'BAD_VALUE'],
  [['verify', '--state', '--before', 'HEAD'], 'BAD_VALUE'],
  [['ci', 'install', 'elsewhere'], 'BAD_VALUE'],
  [['ci', 'notify', 'HEAD..HEAD'], 'USAGE'],
])('%j is refused', async (args, code) => {
  const done = await sandbox.cli(ada, ['--json', ...args]);
  expect(JSON.parse(done.stdout)).toMatchObject({ error: { code } });
  expect({ stderr: done.stderr, exitCode: done.exitCode }).toEqual({ stderr: '', exitCode: 2 });
});

test('every format says the same, printed or saved', async () => {
  const clone = await checkout(remote, head);
  const saves = ['sarif', 'junit', 'codequality', 'markdown', 'github', 'text'];
  const options = saves.flatMap((format) => ['--save', `${format}=out.${format}`]);
  await sandbox.json(clone, ['verify', `${base}..${head}`, ...options]);
  const read = (format: string) => readFile(join(clone, `out.${format}`), 'utf8');
  expect(JSON.parse(await read('sarif'))).toMatchObject({ version: '2.1.0', runs: [{ results: [] }] });
  expect(await read('junit')).toContain('tests="9" failures="0"');
  expect(await read('codequality')).toBe('[]\n');
  expect(await read('markdown')).toContain('Nothing stands against it');
  expect(await read('github')).toBe('\n');
  expect(await read('text')).toMatch(/^ok 120 commits, with refs\/heads\/agent-os at [0-9a-f]{12}\n$/);
});

test('the script for any CI runs it with ids from its environment, and nothing else', async () => {
  const clone = await checkout(remote, head);
  const bin = sandbox.path('bin');
  await mkdir(bin, { recursive: true });
  const program = `#!/bin/sh\nexec '${process.execPath}' '${PROJECT}/bin/agent-os.js' "$@"\n`;
  await writeFile(join(bin, 'agent-os'), program, { mode: 0o755 });
  const run = (env: Record<string, string>) =>
    sandbox.start('sh', [join(PROJECT, 'templates/ci/generic.sh')], clone, {
      env: { PATH: `${bin}:${sandbox.env['PATH']}`, ...env },
    }).result;
  const done = await run({ AGENT_OS_BASE: base });
  expect({ stdout: done.stdout, exitCode: done.exitCode }).toEqual({
    stdout: expect.stringMatching(/^ok 120 commits/),
    exitCode: 0,
  });
  expect(await readFile(join(clone, 'agent-os-junit.xml'), 'utf8')).toContain('<testsuites');
  expect((await run({ AGENT_OS_BASE: '$(touch hacked)' })).exitCode).toBe(2);
});

test('ci install writes its file once, keeps a file of yours, and puts the check of state onto the branch', async () => {
  const clone = await sandbox.clone(remote, 'installer');
  await sandbox.json(clone, ['init']);
  expect(await sandbox.json(clone, ['ci', 'install', 'github', '--dry-run'])).toMatchObject({
    file: 'written',
  });
  expect(await sandbox.json(clone, ['ci', 'install', 'github'])).toMatchObject({
    file: 'written',
    onBranch: 'written',
  });
  const path = join(clone, '.github/workflows/agent-os.yml');
  const { version } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')) as {
    version: string;
  };
  expect(await readFile(path, 'utf8')).toContain(`VERSION: ${version}\n`);
  expect(await sandbox.git(clone, 'show', 'agent-os:.github/workflows/agent-os.yml')).toContain(
    'branches: [agent-os]',
  );
  expect(await sandbox.json(clone, ['ci', 'install', 'github'])).toMatchObject({
    file: 'unchanged',
    onBranch: 'unchanged',
  });
  await writeFile(path, 'name: mine\n');
  expect(await sandbox.json(clone, ['ci', 'install', 'github'], { exit: 4 })).toMatchObject({
    error: { code: 'POLICY' },
  });
  expect(await readFile(path, 'utf8')).toBe('name: mine\n');
  expect(await sandbox.json(clone, ['ci', 'install', 'gitlab', '--no-branch'])).toMatchObject({
    path: '.gitlab/agent-os.yml',
  });
});

test('ci notify tells who made the commits, once in all clones, and marks what the base fails too', async () => {
  const needs = JSON.stringify({
    test: { result: 'failure' },
    lint: { result: 'failure' },
    docs: { result: 'success' },
  });
  const notify = async () => {
    const clone = await checkout(remote, head);
    await sandbox.git(clone, 'config', 'agent-os.outbox', 'false');
    const args = [
      'ci',
      'notify',
      `${base}..${head}`,
      '--results',
      '-',
      '--base-failed',
      'lint',
      '--agent',
      'ci',
    ];
    return sandbox.json(clone, [...args, '--url', 'https://ci.example/1'], { input: needs });
  };
  expect(await notify()).toMatchObject({
    messages: [{ to: 'ada', from: 'ci', priority: 'high' }],
    already: [],
  });
  expect(await notify()).toMatchObject({ messages: [], already: ['ada'] });
  await sandbox.json(ada, ['sync']);
  const { messages } = (await sandbox.json(ada, ['inbox', '--agent', 'ada'])) as {
    messages: { subject: string; body: string }[];
  };
  expect(messages).toHaveLength(1);
  expect(messages[0]?.subject).toBe(`CI failed on ${head.slice(0, 12)}`);
  expect(messages[0]?.body).toBe(
    `CI failed on ${head} (120 commits).\n\nWhat failed:\n- test\n- lint (the base fails it too)\n\nhttps://ci.example/1\n`,
  );
});
