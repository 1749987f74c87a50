import { rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RefName } from '../../../src/domain/names.ts';
import { inspectRepository } from '../../../src/git/inspection.ts';
import { discoverRepository } from '../../../src/git/repository.ts';
import { makeSandbox } from '../../support/sandbox.ts';

const branch = 'refs/heads/agent-os' as RefName;
const inspect = async (folder: string, remoteUrl: string | null) =>
  inspectRepository(await discoverRepository(folder, {}), { branch, remoteUrl });

test('lock files of the repository, its worktree and a remote on this disk are found, with their age', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const folder = await sandbox.clone(remote, 'ada');
  const worktree = await sandbox.worktree(folder, 'side');
  const paths = [
    join(folder, '.git/packed-refs.lock'),
    join(folder, '.git/refs/heads/agent-os.lock'),
    join(folder, '.git/worktrees/side/index.lock'),
    join(remote, 'refs/heads/main.lock'),
  ];
  const hourAgo = new Date(Date.now() - 3_600_000);
  for (const path of paths) {
    await writeFile(path, '');
    await utimes(path, hourAgo, hourAgo);
  }
  const found = await inspect(worktree, `file://${remote}`);
  expect(found.lockFiles.map(({ path }) => path).sort()).toEqual(paths.sort());
  for (const { age } of found.lockFiles) expect(age).toBeGreaterThanOrEqual(3_600_000 - 5000);
  expect(found).toMatchObject({ objectFormat: 'sha1', refFormat: 'files', isShallow: false });
  expect(found.gitVersion).toMatch(/^\d+\.\d+/);
});

test('a shallow clone and a remote elsewhere', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const folder = await sandbox.clone(`file://${remote}`, 'ada', { args: ['--depth=1'] });
  const found = await inspect(folder, 'https://example.com/x.git');
  expect(found).toMatchObject({ isShallow: true, lockFiles: [], checkout: null });
});

test('a checkout of the branch: in the main worktree, in a linked one, and none in a bare repository', async () => {
  const sandbox = await makeSandbox();
  const main = await sandbox.repository('main');
  const side = await sandbox.worktree(main, 'side');
  const found = async (folder: string) => (await inspect(folder, null)).checkout;
  expect(await found(side)).toBeNull();
  await sandbox.git(main, 'switch', '--quiet', '-c', 'agent-os');
  for (const folder of [main, side, join(main, '.git')])
    expect(await found(folder)).toEqual({ folder: main, isThere: true });

  const bare = sandbox.path('bare.git');
  await sandbox.git(sandbox.root, 'clone', '--quiet', '--bare', main, bare);
  expect(await sandbox.git(bare, 'symbolic-ref', 'HEAD')).toBe('refs/heads/agent-os');
  const work = await sandbox.worktree(bare, 'work');
  for (const folder of [bare, work]) expect(await found(folder)).toBeNull();
  const other = sandbox.path('other');
  await sandbox.git(bare, 'symbolic-ref', 'HEAD', 'refs/heads/main');
  await sandbox.git(bare, 'worktree', 'add', '--quiet', other, 'agent-os');
  for (const folder of [bare, work, other])
    expect(await found(folder)).toEqual({ folder: other, isThere: true });
  await rm(other, { recursive: true });
  expect(await found(work)).toEqual({ folder: other, isThere: false });
});
