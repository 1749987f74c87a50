import { chmod, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox } from '../../support/sandbox.ts';
import { makeTeam } from './support/team.ts';

interface Check {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly fix?: string;
}

async function examine(sandbox: Sandbox, clone: string, exit: number): Promise<readonly Check[]> {
  const { checks } = (await sandbox.json(clone, ['doctor'], { exit })) as { checks: readonly Check[] };
  return checks.filter(({ status }) => status !== 'ok');
}

/** Changes the branch by hand, past agent-os. */
async function editBranch(sandbox: Sandbox, clone: string, path: string, content: string): Promise<void> {
  const folder = sandbox.path('by-hand');
  await sandbox.git(clone, 'worktree', 'add', '--quiet', folder, 'agent-os');
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), content);
  await sandbox.git(folder, 'add', '-A');
  await sandbox.git(folder, 'commit', '-qm', 'by hand');
  await sandbox.git(clone, 'worktree', 'remove', '--force', folder);
}

test('doctor finds nothing to mend where all is well, and says what it looked at', async () => {
  const sandbox = await makeSandbox();
  const { ada } = await makeTeam(sandbox);
  await sandbox.json(ada, ['sync']);
  const done = await sandbox.cli(ada, ['doctor']);
  expect(done.stdout).toMatch(/^ok +git +git \d/);
  for (const name of [
    'checkout',
    'remote',
    'capabilities',
    'branch',
    'records',
    'clock',
    'locks',
    'publishing',
  ]) {
    expect(done.stdout).toMatch(new RegExp(`^ok +${name} `, 'm'));
  }
  expect({ stderr: done.stderr, exitCode: done.exitCode }).toEqual({ stderr: '', exitCode: 0 });
});

test('doctor before init, and with a remote that is gone', async () => {
  const sandbox = await makeSandbox();
  const clone = await sandbox.clone(await sandbox.bareRemote(), 'ada');
  expect(await examine(sandbox, clone, 1)).toMatchObject([
    { name: 'remote', status: 'warn', fix: 'agent-os init --remote origin' },
    { name: 'branch', status: 'fail', fix: 'agent-os init' },
  ]);
  await sandbox.json(clone, ['init']);
  await sandbox.git(clone, 'remote', 'set-url', 'origin', sandbox.path('nowhere.git'));
  expect(await examine(sandbox, clone, 1)).toMatchObject([{ name: 'remote', status: 'fail' }]);
});

test('doctor names each broken record and each lock file that was left behind', async () => {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('ada');
  await sandbox.json(repository, ['init', '--no-view']);
  await editBranch(sandbox, repository, 'agents/ada.yaml', 'name: [\n<<<<<<< ours\n');
  await editBranch(sandbox, repository, 'state/roadmap.yaml', 'schema: agent-os/roadmap/v99\n');
  const lock = join(repository, '.git/refs/heads/agent-os.lock');
  await writeFile(lock, '');
  await utimes(lock, new Date(0), new Date(0));
  const found = await examine(sandbox, repository, 1);
  expect(found).toContainEqual(
    expect.objectContaining({ name: 'records', message: expect.stringContaining('agents/ada.yaml') }),
  );
  expect(found).toContainEqual(
    expect.objectContaining({ name: 'records', message: expect.stringContaining('v99') }),
  );
  expect(found).toContainEqual(
    expect.objectContaining({ name: 'lock-files', fix: expect.stringContaining(`rm '${lock}'`) }),
  );
});

test('doctor says where the branch is checked out, which stops every write of the clone', async () => {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('ada');
  await sandbox.json(repository, ['init', '--no-hooks', '--no-view']);
  const policy = sandbox.path('policy');
  await sandbox.git(repository, 'worktree', 'add', '--quiet', policy, 'agent-os');
  expect(await examine(sandbox, repository, 1)).toMatchObject([
    {
      ...{ name: 'checkout', status: 'fail', data: { branch: 'agent-os', folder: policy } },
      message: `agent-os is checked out in ${policy}, and cannot move there`,
      fix: expect.stringContaining(`git -C ${policy} switch --detach`),
    },
  ]);
  await rm(policy, { recursive: true });
  expect(await examine(sandbox, repository, 1)).toMatchObject([
    { name: 'checkout', fix: expect.stringContaining('git worktree prune') },
  ]);
  await sandbox.git(repository, 'worktree', 'prune');
  expect(await examine(sandbox, repository, 0)).toEqual([]);
});

test('doctor in a bare repository, where nobody works, finds nothing to mend', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  await sandbox.json(await sandbox.clone(remote, 'ada'), ['init', '--no-hooks', '--no-view']);
  const bare = sandbox.path('bare.git');
  await sandbox.git(sandbox.root, 'clone', '--quiet', '--bare', remote, bare);
  for (const folder of [remote, bare]) {
    const { stdout, exitCode } = await sandbox.cli(folder, ['doctor']);
    expect(stdout).toMatch(/^ok +identity +nobody speaks here/m);
    expect(stdout).not.toMatch(/^(?:warn|fail|.*worktrees here)/m);
    expect(exitCode).toBe(0);
  }
});

test('doctor counts in words that fit', async () => {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('ada');
  await sandbox.json(repository, ['init', '--no-hooks', '--no-view']);
  await sandbox.json(repository, ['start', 'Counting']);
  await sandbox.json(repository, ['lock', 'database']);
  const lines = async () => (await sandbox.cli(repository, ['doctor'])).stdout;
  expect(await lines()).toMatch(/^ok +sessions +1 is active$/m);
  expect(await lines()).toMatch(/^ok +locks +1 is held, and readable$/m);
  await sandbox.json(repository, ['lock', 'api']);
  expect(await lines()).toMatch(/^ok +locks +2 are held, all readable$/m);
});

test('doctor names each hook that git does not reach, where hooks are installed', async () => {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('ada');
  await sandbox.json(repository, ['init', '--no-hooks', '--no-view']);
  expect((await sandbox.cli(repository, ['doctor'])).stdout).toMatch(/^ok +hooks +none are installed$/m);
  await sandbox.json(repository, ['hooks', 'install']);
  expect((await sandbox.cli(repository, ['doctor'])).stdout).toMatch(/^ok +hooks +git reaches every hook$/m);

  const hooks = join(repository, '.git/hooks');
  await rm(join(hooks, 'pre-commit'));
  await chmod(join(hooks, 'pre-push'), 0o644);
  expect(await examine(sandbox, repository, 0)).toMatchObject([
    {
      name: 'hooks',
      status: 'warn',
      message: expect.stringContaining('pre-commit is never run'),
      fix: 'agent-os hooks install',
    },
    { name: 'hooks', status: 'warn', message: expect.stringContaining('pre-push is never run') },
  ]);
});

test('doctor notices a lock that has vanished from the remote, and what is not published', async () => {
  const sandbox = await makeSandbox();
  const { remote, ada } = await makeTeam(sandbox);
  await sandbox.json(ada, ['lock', 'database']);
  await sandbox.git(remote, 'update-ref', '-d', 'refs/agent-os/locks/database');
  const found = await examine(sandbox, ada, 1);
  expect(found).toContainEqual(
    expect.objectContaining({ name: 'locks', message: expect.stringContaining('vanished') }),
  );
  expect(found).toContainEqual(
    expect.objectContaining({ name: 'publishing', status: 'warn', fix: 'agent-os sync' }),
  );
});

test('gc removes what is older than policy keeps, from the branch and from the remote, and nothing else', async () => {
  const sandbox = await makeSandbox();
  const { remote, ada, bob } = await makeTeam(sandbox);
  await sandbox.json(ada, ['send', 'bob', 'old news']);
  await sandbox.json(ada, ['send', 'bob', 'not read yet']);
  await sandbox.json(ada, ['sync']);
  await sandbox.json(bob, ['sync']);
  const { messages } = (await sandbox.json(bob, ['inbox'])) as { messages: readonly { id: string }[] };
  await sandbox.json(bob, ['read', messages[0]?.id ?? '']);
  await sandbox.json(bob, ['lock', 'database']);
  await sandbox.json(bob, ['unlock', 'database']);
  await sandbox.json(bob, ['sync']);
  expect((await sandbox.cli(bob, ['gc'])).stdout).toBe('Nothing is older than policy keeps.\n');

  const schema = 'schema: agent-os/config/v1\nretention:\n  messages: 0s\n  tombstones: 0s\n';
  await editBranch(sandbox, bob, 'config.yaml', schema);
  const old = `messages/bob/read/`;
  const planned = (await sandbox.json(bob, ['gc', '--dry-run'])) as {
    removed: { paths: string[]; refs: string[] };
  };
  expect(planned.removed.paths).toEqual([expect.stringContaining(old)]);
  const removed = (await sandbox.json(bob, ['gc'])) as typeof planned;
  expect(removed.removed.paths).toEqual(planned.removed.paths);
  await sandbox.json(bob, ['sync']);
  await sandbox.json(ada, ['sync']);
  const files = await sandbox.git(ada, 'ls-tree', '-r', '--name-only', 'agent-os');
  expect(files).not.toContain(old);
  expect(files).toContain('messages/bob/new/');
  expect(await sandbox.git(remote, 'for-each-ref', '--format=%(refname)')).not.toContain(
    planned.removed.refs[0] ?? 'refs/agent-os/locks/database',
  );
});
