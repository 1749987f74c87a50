import { expect, test } from 'vitest';
import { makeSandbox } from '../../support/sandbox.ts';
import { makeTeam } from './support/team.ts';

test('a clone that has not joined says so, and never that nothing is locked or that there is no remote', async () => {
  const sandbox = await makeSandbox();
  const { remote, ada } = await makeTeam(sandbox);
  await sandbox.json(ada, ['lock', 'api', '--agent', 'ada']);
  const clone = await sandbox.clone(remote, 'carl');
  for (const args of [
    ['locks'],
    ['locks', '--refresh'],
    ['locks', 'api'],
    ['sync'],
    ['sync', '--pull'],
    ['lock', 'api'],
    ['unlock', 'api'],
    ['unlock', '--all'],
    ['unlock', 'api', '--force', '0'.repeat(40), '--reason', 'x'],
    ['status'],
  ]) {
    expect(await sandbox.cli(clone, args), args.join(' ')).toMatchObject({
      stdout: '',
      stderr: 'error: there is no refs/heads/agent-os in this repository yet\nhint: Run `agent-os init`.\n',
      exitCode: 1,
    });
  }
  const doctor = await sandbox.cli(clone, ['doctor']);
  expect(doctor).toMatchObject({ exitCode: 1 });
  expect(doctor.stdout).not.toMatch(/^ok +locks/m);
  await sandbox.json(clone, ['init', '--no-hooks']);
  expect(await sandbox.json(clone, ['locks'])).toMatchObject({ locks: [{ resource: 'api' }] });
});

test('where there are remotes and none is chosen, sync names them', async () => {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('carl');
  await sandbox.json(repository, ['init', '--no-hooks']);
  for (const name of ['one', 'two']) await sandbox.git(repository, 'remote', 'add', name, `../${name}.git`);
  expect(await sandbox.cli(repository, ['sync'])).toMatchObject({
    stdout: 'No remote is chosen: only the worktrees of this repository share the branch.\n',
    stderr: 'Choose one of one, two: `agent-os init --remote NAME`.\n',
    exitCode: 0,
  });
});
