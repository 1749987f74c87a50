import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { installHook } from '../../support/remote-hooks.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { makeTeam } from './support/team.ts';

test('a push moves the work branch and renews the lock, and a second one has nothing to do', async () => {
  const sandbox = await makeSandbox();
  const { remote, ada } = await makeTeam(sandbox);
  await sandbox.json(ada, ['lock', 'database', '--paths', 'db/**']);
  const to = await sandbox.commitFile(ada, 'db/schema.sql', 'x');
  const rehearsed = await sandbox.cli(ada, ['push', 'origin', 'main', '--dry-run']);
  expect(rehearsed.stdout).toMatch(/^Would push refs\/heads\/main: [0-9a-f]{12} → [0-9a-f]{12}\n$/);
  expect(await sandbox.git(remote, 'rev-parse', 'main')).not.toBe(to);

  const pushed = await sandbox.cli(ada, ['push']);
  expect(pushed.stdout).toMatch(/^Pushed refs\/heads\/main: .*\nRenewed database until .*\n$/);
  expect({ stderr: pushed.stderr, exitCode: pushed.exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(await sandbox.git(remote, 'rev-parse', 'main')).toBe(to);
  expect((await sandbox.cli(ada, ['push'])).stdout).toBe('The remote has everything already.\n');
});

test('what touches paths that somebody else has locked is not pushed', async () => {
  const sandbox = await makeSandbox();
  const { remote, ada, bob } = await makeTeam(sandbox);
  await sandbox.json(ada, ['lock', 'database', '--paths', 'db/**']);
  await sandbox.commitFile(bob, 'db/schema.sql', 'x');
  const before = await sandbox.git(remote, 'rev-parse', 'main');
  const held = await sandbox.cli(bob, ['push']);
  expect(held.stderr).toMatch(
    /^error: nothing was pushed: ada holds database until .*, and it covers db\/schema.sql\n/,
  );
  expect({ stdout: held.stdout, exitCode: held.exitCode }).toEqual({ stdout: '', exitCode: 3 });
  expect(await sandbox.git(remote, 'rev-parse', 'main')).toBe(before);
});

test('work done under a lock that was lost is not pushed', async () => {
  const sandbox = await makeSandbox();
  const { remote, ada, bob } = await makeTeam(sandbox);
  await sandbox.json(ada, ['lock', 'database']);
  await sandbox.json(bob, ['locks', '--refresh']);
  const oid = await sandbox.git(bob, 'rev-parse', 'refs/agent-os/remote/origin/locks/database');
  await sandbox.json(bob, ['unlock', 'database', '--force', oid, '--reason', 'needed now']);
  const to = await sandbox.commitFile(ada, 'db/schema.sql', 'x');
  expect(await sandbox.json(ada, ['push'], { exit: 3 })).toMatchObject({
    lost: ['database'],
    error: { code: 'LOCK_LOST' },
  });
  expect(await sandbox.git(remote, 'rev-parse', 'main')).not.toBe(to);
});

test("the user's pre-push hook runs once and decides, and others may have been first", async () => {
  const sandbox = await makeSandbox();
  const { ada, bob } = await makeTeam(sandbox);
  await sandbox.commitFile(ada, 'a.txt', 'a');
  await installHook(
    `${ada}/.git`,
    'pre-push',
    'echo run >> ../hook-ran; test ! -e forbid || { echo "tests fail" >&2; exit 1; }',
  );
  await sandbox.json(ada, ['push']);
  expect(await readFile(sandbox.path('hook-ran'), 'utf8')).toBe('run\n');

  await sandbox.commitFile(ada, 'forbid', 'x');
  const no = await sandbox.json(ada, ['push'], { exit: 4 });
  expect(no).toMatchObject({ error: { code: 'POLICY', message: expect.stringContaining('tests fail') } });

  await sandbox.commitFile(bob, 'b.txt', 'b');
  expect(await sandbox.json(bob, ['push'], { exit: 6 })).toMatchObject({ error: { code: 'LOST_RACE' } });
});

test.each([
  [['push', 'elsewhere'], 'BAD_VALUE'],
  [['push', 'origin', ':main'], 'BAD_VALUE'],
  [['push', 'origin', '--', '--force'], 'BAD_VALUE'],
  [['push', 'origin', 'nosuchbranch'], 'BAD_VALUE'],
  [['push', 'origin', '--force'], 'USAGE'],
])('%j is refused', async (args, code) => {
  const sandbox = await makeSandbox();
  const clone = await sandbox.clone(await sandbox.bareRemote(), 'ada');
  await sandbox.json(clone, ['init']);
  const done = await sandbox.cli(clone, ['--json', ...args]);
  expect(JSON.parse(done.stdout)).toMatchObject({ error: { code } });
  expect({ stderr: done.stderr, exitCode: done.exitCode }).toEqual({ stderr: '', exitCode: 2 });
});
