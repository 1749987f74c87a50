import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectRepository } from '../../../src/git/inspection.ts';
import { discoverRepository } from '../../../src/git/repository.ts';
import { makeSandbox } from '../../support/sandbox.ts';

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
  const found = await inspectRepository(await discoverRepository(worktree, {}), `file://${remote}`);
  expect(found.lockFiles.map(({ path }) => path).sort()).toEqual(paths.sort());
  for (const { age } of found.lockFiles) expect(age).toBeGreaterThanOrEqual(3_600_000 - 5000);
  expect(found).toMatchObject({ objectFormat: 'sha1', refFormat: 'files', isShallow: false });
  expect(found.gitVersion).toMatch(/^\d+\.\d+/);
});

test('a shallow clone and a remote elsewhere', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const folder = await sandbox.clone(`file://${remote}`, 'ada', { args: ['--depth=1'] });
  const found = await inspectRepository(await discoverRepository(folder, {}), 'https://example.com/x.git');
  expect(found).toMatchObject({ isShallow: true, lockFiles: [] });
});
