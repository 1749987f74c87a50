import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { killMarked } from '../../support/processes.ts';
import { makeSandbox, openSandbox, PROJECT } from '../../support/sandbox.ts';

test('a sandbox sees no configuration but its own', async () => {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('alone');
  const origins = await sandbox.git(repository, 'config', '--list', '--show-origin');
  for (const line of origins.split('\n')) expect(line).toMatch(/^file:\.git\/config/);
});

test('clones of one remote share its first commit', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const ada = await sandbox.clone(remote, 'ada');
  const tip = await sandbox.commitFile(ada, 'docs/a.txt', 'a');
  await sandbox.git(ada, 'push', '--quiet', 'origin', 'main');
  const bob = await sandbox.clone(remote, 'bob');
  expect(await sandbox.git(bob, 'rev-parse', 'main')).toBe(tip);
  const linked = await sandbox.worktree(bob, 'linked');
  expect(existsSync(join(linked, 'docs/a.txt'))).toBe(true);
  const other = await sandbox.repository('other');
  expect(await sandbox.git(other, 'rev-parse', 'main')).toBe(await sandbox.git(bob, 'rev-parse', 'main~1'));
});

test('paths outside of the sandbox are refused, the checkout of the project most of all', async () => {
  const sandbox = await makeSandbox();
  await expect(sandbox.git(PROJECT, 'status')).rejects.toThrow(/not inside the sandbox/);
  const inside = await mkdtemp(join(import.meta.dirname, '.sandbox-'));
  const outside = process.env['TMPDIR'];
  process.env['TMPDIR'] = inside;
  try {
    await expect(openSandbox()).rejects.toThrow(/refuse to run inside the project/);
  } finally {
    if (outside === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = outside;
    await rm(inside, { recursive: true });
  }
});

test('disposing ends what was started, detached children too, and removes the folder', async () => {
  const sandbox = await openSandbox();
  const detach = 'require("child_process").spawn("sleep", ["600"], { detached: true, stdio: "inherit" })';
  const parent = sandbox.start(process.execPath, ['-e', `${detach}; console.log("started")`], sandbox.root);
  await new Promise((resolve) => parent.child.stdout?.once('data', resolve));
  const pipeClosed = new Promise((resolve) => parent.child.once('close', resolve));
  await sandbox.dispose();
  await pipeClosed; // as long as the grandchild lives, it holds the pipe
  expect((await parent.result).signal).toBe('SIGKILL');
  expect(existsSync(sandbox.root)).toBe(false);
});

test('disposing ends a program that hides its environment', async () => {
  const sandbox = await openSandbox();
  const hidden = sandbox.start('env', ['-i', 'sh', '-c', 'echo started; sleep 600'], sandbox.root);
  await new Promise((resolve) => hidden.child.stdout?.once('data', resolve));
  await sandbox.dispose();
  expect((await hidden.result).signal).toBe('SIGKILL');
});

test('disposing ends nobody else’s process, not even one that is between two programs', async () => {
  const sandbox = await makeSandbox();
  const restless = sandbox.path('restless');
  await writeFile(restless, '#!/bin/sh\nexec "$0"\n', { mode: 0o755 });
  const stranger = sandbox.start(restless, [], sandbox.root);
  for (let time = 0; time < 50; time += 1) await killMarked('TEST_SANDBOX=/that/of/another/test');
  expect(stranger.child.signalCode).toBeNull();
});
