import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { serveHttp } from '../../support/http-remote.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { makeTeam } from './support/team.ts';

const BRANCH = 'refs/heads/agent-os';

/** What a git leaves behind that was killed while it moved a ref. */
async function leaveLock(repository: string, ref: string): Promise<string> {
  const file = join(repository, `${ref}.lock`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, '');
  const before = new Date(Date.now() - 3_600_000);
  await utimes(file, before, before);
  return file;
}

test('a clone that joins finds the branch under the name that the team has chosen', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const [ada, bob] = [await sandbox.clone(remote, 'ada'), await sandbox.clone(remote, 'bob')];
  await sandbox.json(ada, ['init', '--no-hooks', '--ref', 'refs/agent-os/branch']);
  const joined = await sandbox.cli(bob, ['init', '--no-hooks']);
  expect(joined.stdout).toContain('Joined refs/agent-os/branch with origin\n');
  expect(joined.stderr).toContain(`origin has no ${BRANCH}: the branch is refs/agent-os/branch there\n`);
  expect(joined.exitCode).toBe(0);
  expect(await sandbox.json(bob, ['init', '--no-hooks'])).toMatchObject({
    branch: 'refs/agent-os/branch',
    instead: null,
  });
  await sandbox.json(bob, ['sync']);
  expect(await sandbox.git(remote, 'for-each-ref', BRANCH)).toBe('');
});

test('where the branch has two other names, or this clone has begun one, somebody has to say which', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const [ada, bob] = [await sandbox.clone(remote, 'ada'), await sandbox.clone(remote, 'bob')];
  await sandbox.git(bob, 'remote', 'rename', 'origin', 'later');
  await sandbox.git(bob, 'remote', 'add', 'other', 'nowhere');
  await sandbox.json(bob, ['init', '--no-hooks']);
  await sandbox.json(ada, ['init', '--no-hooks', '--ref', 'refs/agent-os/branch']);
  const begun = { code: 'BAD_NAME', hint: expect.stringContaining('--ref refs/agent-os/branch') };
  expect(await sandbox.json(bob, ['init', '--no-hooks', '--remote', 'later'], { exit: 2 })).toMatchObject({
    error: begun,
  });
  await sandbox.git(remote, 'update-ref', 'refs/heads/coordination', 'refs/agent-os/branch');
  const late = await sandbox.clone(remote, 'late');
  const unsure = await sandbox.json(late, ['init', '--no-hooks'], { exit: 2 });
  expect(unsure).toMatchObject({
    error: { message: expect.stringContaining('refs/agent-os/branch and as refs/heads/coordination') },
  });
  expect(await sandbox.git(late, 'for-each-ref', BRANCH)).toBe('');
});

test('a branch agent-os/… is no place for the branch: said before anything is made, and by doctor', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const [ada, bob] = [await sandbox.clone(remote, 'ada'), await sandbox.clone(remote, 'bob')];
  await sandbox.git(ada, 'push', '--quiet', 'origin', 'main:agent-os/topic');
  const refused = await sandbox.cli(ada, ['init', '--no-hooks']);
  expect(refused.stderr).toContain(`${BRANCH} cannot exist beside ${BRANCH}/topic, which origin has`);
  expect(refused.stderr).toContain('`agent-os init --ref refs/agent-os/branch`');
  expect({ stdout: refused.stdout, exitCode: refused.exitCode }).toEqual({ stdout: '', exitCode: 2 });
  expect(await sandbox.git(ada, 'for-each-ref', BRANCH)).toBe('');
  await sandbox.json(ada, ['init', '--no-hooks', '--ref', 'refs/agent-os/branch']);

  await sandbox.git(bob, 'branch', 'agent-os/mine');
  await sandbox.git(bob, 'config', 'agent-os.ref', BRANCH);
  expect((await sandbox.cli(bob, ['doctor'])).stdout).toContain(`cannot exist beside ${BRANCH}/mine`);
});

test('a branch agent-os/… that came first keeps the branch off the remote: doctor names it', async () => {
  const sandbox = await makeSandbox();
  const { remote, ada } = await makeTeam(sandbox);
  await sandbox.git(remote, 'update-ref', '-d', BRANCH);
  await sandbox.git(remote, 'update-ref', `${BRANCH}/topic`, 'main');
  const synced = await sandbox.json(ada, ['sync'], { exit: 4 });
  expect(synced).toMatchObject({
    pending: 0,
    error: { code: 'REMOTE_REFUSED', hint: expect.stringContaining('--ref refs/agent-os/branch') },
  });
  const doctor = await sandbox.cli(ada, ['doctor']);
  expect(doctor.stdout).toContain(`origin cannot have ${BRANCH} beside ${BRANCH}/topic`);
  expect(doctor.exitCode).toBe(1);
});

test('a lock file that was left behind on a host is named by what it refused, and by doctor until it is gone', async () => {
  const sandbox = await makeSandbox();
  const { remote, ada } = await makeTeam(sandbox);
  const { url } = await serveHttp(sandbox, remote);
  await sandbox.git(ada, 'remote', 'set-url', 'origin', url);
  const file = await leaveLock(remote, 'refs/agent-os/locks/database');
  const lock = await sandbox.json(ada, ['lock', 'database'], { exit: 4 });
  const hint = expect.stringContaining('locks/database.lock behind: whoever runs the host removes it');
  expect(lock).toMatchObject({ error: { code: 'REMOTE_REFUSED', hint } });
  const doctor = async () => (await sandbox.cli(ada, ['doctor'])).stdout;
  expect(await doctor()).toMatch(/locks\/database\.lock stood in the way of refs\/agent-os\/locks\/database/);
  await rm(file);
  await sandbox.json(ada, ['lock', 'database']);
  expect(await doctor()).not.toContain('database.lock');
});

test('a lock file that keeps the branch from moving: what is new is published, and exit code 4 says what is wrong', async () => {
  const sandbox = await makeSandbox();
  const { remote, ada, bob } = await makeTeam(sandbox);
  const file = await leaveLock(remote, BRANCH);
  await sandbox.json(ada, ['send', 'bob', 'Hello']);
  const synced = await sandbox.cli(ada, ['sync']);
  expect(synced.stderr).toContain('what is new is published, but origin refused to move the branch');
  expect(synced.stderr).toContain('whoever runs the host removes it');
  expect(synced.exitCode).toBe(4);
  await sandbox.cli(bob, ['sync']);
  expect(await sandbox.json(bob, ['inbox'])).toMatchObject({ messages: [{ body: 'Hello' }] });
  const doctor = await sandbox.cli(ada, ['doctor']);
  expect(doctor.stdout).toContain(`${file} stands in the way of git, for 36`);
  expect(doctor.stdout).toContain(`${BRANCH} on origin lacks operations of this clone`);
  await rm(file);
  expect(await sandbox.json(ada, ['sync'])).toMatchObject({ branch: 'pushed', refused: null });
});
