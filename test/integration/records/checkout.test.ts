import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox } from '../../support/sandbox.ts';

test('the branch does not move under a checkout of it, whose next commit would take back what came in', async () => {
  const sandbox = await makeSandbox({ AGENT_OS_PUBLISH: 'manual' });
  const clone = await sandbox.clone(await sandbox.bareRemote(), 'ada');
  await sandbox.json(clone, ['init', '--no-view', '--no-hooks']);
  const policy = join(sandbox.root, 'policy');
  await sandbox.git(clone, 'worktree', 'add', '--quiet', policy, 'agent-os');
  const before = await sandbox.git(clone, 'rev-parse', 'agent-os');

  for (const command of [
    ['log', 'add', 'precious', '--agent', 'ada'],
    ['send', 'bob', 'precious', '--agent', 'ada'],
  ]) {
    expect(await sandbox.json(clone, command, { exit: 1 })).toMatchObject({
      error: { code: 'BRANCH_CHECKED_OUT', data: { branch: 'agent-os', folder: policy } },
    });
  }
  expect(await sandbox.git(clone, 'rev-parse', 'agent-os')).toBe(before);

  // What the hint says: a detached checkout publishes what adds to the branch, and nothing else.
  await sandbox.git(policy, 'switch', '--quiet', '--detach');
  await sandbox.json(clone, ['log', 'add', 'precious', '--agent', 'ada']);
  const config = join(policy, 'config.yaml');
  await writeFile(config, `${await readFile(config, 'utf8')}# by hand\n`);
  await sandbox.git(policy, 'commit', '--quiet', '--all', '-m', 'policy');
  const refused = await sandbox.tryGit(policy, ['push', '--quiet', '.', 'HEAD:agent-os']);
  expect(refused.stderr).toContain('rejected');
  await sandbox.git(policy, 'rebase', '--quiet', 'agent-os');
  await sandbox.git(policy, 'push', '--quiet', '.', 'HEAD:agent-os');
  expect(await sandbox.git(clone, 'show', 'agent-os:config.yaml')).toContain('# by hand');
  expect(await sandbox.json(clone, ['log', 'show', 'ada'])).toMatchObject({
    entries: [{ text: 'precious' }],
  });
});

test('HEAD of a bare repository is no checkout: its worktrees write, wherever it points', async () => {
  const sandbox = await makeSandbox({ AGENT_OS_PUBLISH: 'manual' });
  const remote = await sandbox.bareRemote();
  await sandbox.json(await sandbox.clone(remote, 'ada'), ['init', '--no-view', '--no-hooks']);
  await sandbox.git(remote, 'symbolic-ref', 'HEAD', 'refs/heads/agent-os');
  const bare = sandbox.path('bare.git');
  await sandbox.git(sandbox.root, 'clone', '--quiet', '--bare', remote, bare);
  const work = await sandbox.worktree(bare, 'work');
  await sandbox.json(work, ['init', '--no-view', '--no-hooks', '--agent', 'bob']);
  await sandbox.json(work, ['log', 'add', 'from a worktree', '--agent', 'bob']);
  expect(await sandbox.json(work, ['log', 'show', 'bob'])).toMatchObject({
    entries: [{ text: 'from a worktree' }],
  });
});
