import { expect, test } from 'vitest';
import { declinePushes } from '../../support/remote-hooks.ts';
import { makeSandbox } from '../../support/sandbox.ts';

test('the first clone creates the branch, the second joins it, and repeating changes nothing', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const [ada, bob] = [await sandbox.clone(remote, 'ada'), await sandbox.clone(remote, 'bob')];

  const first = await sandbox.cli(ada, ['init']);
  expect(first.stdout).toContain('Created refs/heads/agent-os with origin\n');
  expect(first).toMatchObject({
    stderr: "Next: agent-os start --agent NAME 'what you are about to do'\n",
    exitCode: 0,
  });
  const fresh = await sandbox.clone(remote, 'carl');
  const quiet = await sandbox.cli(fresh, ['init', '-q']);
  expect(quiet).toMatchObject({ stderr: '', exitCode: 0 });
  expect(quiet.stdout).not.toContain('Next:');
  expect(await sandbox.json(bob, ['init'])).toMatchObject({
    schema: 'agent-os/cli/init/v1',
    created: false,
    how: 'joined',
    branch: 'refs/heads/agent-os',
    remote: 'origin',
    capabilities: { customRefs: true, atomic: true, lease: true, delete: true },
    refused: null,
  });

  const again = await sandbox.cli(ada, ['init']);
  expect(again).toMatchObject({ stderr: '', exitCode: 0 });
  expect(again.stdout).toMatch(/^refs\/heads\/agent-os with origin is set up already: nothing was changed\n/);

  const before = await sandbox.git(remote, 'for-each-ref');
  const config = await sandbox.git(ada, 'config', '--local', '--list');
  expect(await sandbox.json(ada, ['init'])).toMatchObject({ already: true, created: false });
  expect(await sandbox.git(remote, 'for-each-ref')).toBe(before);
  expect(await sandbox.git(ada, 'config', '--local', '--list')).toBe(config);
  expect(await sandbox.git(remote, 'ls-tree', '--name-only', 'agent-os')).toBe('README.md\nconfig.yaml');
});

test('repeated, it says what has changed this time', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const [ada, bob] = [await sandbox.clone(remote, 'ada'), await sandbox.clone(remote, 'bob')];
  for (const clone of [ada, bob]) {
    await sandbox.git(clone, 'config', 'agent-os.publish', 'now');
    await sandbox.json(clone, ['init', '--no-hooks']);
  }
  await sandbox.json(bob, ['log', 'add', 'news']);
  await sandbox.git(ada, 'remote', 'rename', 'origin', 'upstream');
  await sandbox.git(ada, 'config', '--unset', 'agent-os.remote');
  const { stdout } = await sandbox.cli(ada, ['init', '--no-view']);
  expect(stdout.split('\n')[0]).toBe(
    'refs/heads/agent-os with upstream is set up already: the remote was none before, fetched 1 new, ' +
      'the view is off now, hooks were installed',
  );
});

test('two clones that begin at once make one root', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const clones = [await sandbox.clone(remote, 'ada'), await sandbox.clone(remote, 'bob')];
  await Promise.all(clones.map((clone) => sandbox.json(clone, ['init'])));
  for (const clone of [...clones, ...clones]) await sandbox.json(clone, ['sync']);
  const roots = await sandbox.git(remote, 'rev-list', '--max-parents=0', 'agent-os');
  expect(roots.split('\n')).toHaveLength(1);
  expect(await sandbox.git(clones[0] ?? '', 'rev-parse', 'agent-os')).toBe(
    await sandbox.git(remote, 'rev-parse', 'agent-os'),
  );
});

test('it touches nothing of the user but agent-os.* in this repository', async () => {
  const sandbox = await makeSandbox();
  const clone = await sandbox.clone(await sandbox.bareRemote(), 'ada');
  const config = async () => (await sandbox.git(clone, 'config', '--local', '--list')).split('\n');
  const before = await config();
  await sandbox.json(clone, ['init', '--no-hooks', '--no-view']);
  const added = (await config()).filter((line) => !before.includes(line));
  expect(added).toContain('agent-os.remote=origin');
  expect(added.filter((line) => !line.startsWith('agent-os.'))).toEqual([]);
  expect(await sandbox.git(clone, 'status', '--porcelain')).toBe('');
  expect(await sandbox.git(clone, 'branch', '--show-current')).toBe('main');
});

test('the remote is the one asked for, or origin, or the only one; else none, with a warning', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const repository = await sandbox.repository('ada');
  expect(await sandbox.json(repository, ['init'])).toMatchObject({ remote: null, capabilities: null });
  await sandbox.git(repository, 'remote', 'add', 'one', remote);
  await sandbox.git(repository, 'remote', 'add', 'two', remote);
  const unsure = await sandbox.cli(repository, ['init']);
  expect(unsure.stdout).toContain('refs/heads/agent-os in this repository is set up already');
  expect(unsure.stderr).toContain('several remotes (one, two)');
  expect(unsure.exitCode).toBe(0);
  expect(await sandbox.json(repository, ['init', '--remote', 'two'])).toMatchObject({ remote: 'two' });
  expect(await sandbox.json(repository, ['init'])).toMatchObject({ remote: 'two' });
  expect(await sandbox.json(repository, ['init', '--remote', 'three'], { exit: 2 })).toMatchObject({
    error: { code: 'BAD_VALUE', hint: expect.stringContaining('one, two') },
  });
  const env = { AGENT_OS_REMOTE: 'three' };
  expect(await sandbox.json(repository, ['sync'], { exit: 2, env })).toMatchObject({
    error: { code: 'BAD_VALUE', message: "there is no remote 'three' in this repository" },
  });
});

test('another ref, in a bare repository', async () => {
  const sandbox = await makeSandbox();
  const bare = await sandbox.bareRemote('bare.git', { empty: true });
  expect(await sandbox.json(bare, ['init', '--ref', 'refs/agent-os/branch'])).toMatchObject({
    created: true,
  });
  expect(await sandbox.git(bare, 'for-each-ref', '--format=%(refname)')).toBe('refs/agent-os/branch');
  expect(await sandbox.json(bare, ['init'])).toMatchObject({
    branch: 'refs/agent-os/branch',
    created: false,
  });
});

test('a host that takes branches only: said clearly, the branch works, and a lock is refused rather than local', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  await declinePushes(remote, { message: 'only branches here', refs: 'refs/agent-os/*' });
  const clone = await sandbox.clone(remote, 'ada');
  const init = await sandbox.cli(clone, ['init']);
  expect(init.stdout).toContain('Locks between clones are refused: origin takes no refs/agent-os/*.');
  expect(init.stdout).toContain('only branches here');
  expect(init.exitCode).toBe(0);
  expect(await sandbox.git(remote, 'for-each-ref', '--format=%(refname)')).toContain('refs/heads/agent-os');
  await sandbox.json(clone, ['start', 'working', '--agent', 'ada']);
  const lock = await sandbox.cli(clone, ['lock', 'database', '--agent', 'ada']);
  expect(lock.stderr).toContain('only branches here');
  expect({ stdout: lock.stdout, exitCode: lock.exitCode }).toEqual({ stdout: '', exitCode: 4 });
  await sandbox.json(clone, ['lock', 'database', '--local', '--agent', 'ada']);
});

test('a remote that takes nothing: the branch is here, and exit code 4 says that it is not there', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  await declinePushes(remote, { message: 'read only' });
  const clone = await sandbox.clone(remote, 'ada');
  const init = await sandbox.cli(clone, ['init']);
  expect(init.stderr).toContain('the branch is not on origin');
  expect(init.stderr).toContain('read only');
  expect(init.exitCode).toBe(4);
  expect(await sandbox.git(clone, 'rev-parse', '--verify', 'agent-os')).toMatch(/^[0-9a-f]{40}$/);
});

test('a remote that is gone: exit code 5, and nothing was made', async () => {
  const sandbox = await makeSandbox();
  const clone = await sandbox.clone(await sandbox.bareRemote(), 'ada');
  await sandbox.git(clone, 'remote', 'set-url', 'origin', sandbox.path('nowhere.git'));
  expect(await sandbox.json(clone, ['init'], { exit: 5 })).toMatchObject({
    error: { code: 'REMOTE_UNREACHABLE' },
  });
  expect(await sandbox.git(clone, 'for-each-ref', 'refs/heads', '--format=%(refname)')).toBe(
    'refs/heads/main',
  );
  expect((await sandbox.tryGit(clone, ['config', 'agent-os.remote'])).exitCode).toBe(1);
});

test.each([
  [['--ref', 'agent-os'], 'BAD_NAME'],
  [['--ref', 'refs/heads/../x'], 'BAD_NAME'],
  [['--remote', '--upload-pack=x'], 'BAD_NAME'],
  [['--remote', 'ext::sh -c x'], 'BAD_NAME'],
])('init %j is refused', async (args, code) => {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('ada');
  expect(await sandbox.json(repository, ['init', ...args], { exit: 2 })).toMatchObject({ error: { code } });
});

test('outside of a repository', async () => {
  const sandbox = await makeSandbox();
  const done = await sandbox.cli(sandbox.root, ['init']);
  expect(done.stderr).toContain('is in no git repository');
  expect({ stdout: done.stdout, exitCode: done.exitCode }).toEqual({ stdout: '', exitCode: 1 });
});
