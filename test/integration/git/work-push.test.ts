import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { discoverRepository } from '../../../src/git/repository.ts';
import { openWorkPush } from '../../../src/git/work-push.ts';
import { makeSandbox } from '../../support/sandbox.ts';

async function setUp() {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const folder = await sandbox.clone(remote, 'ada');
  const { paths } = await discoverRepository(folder, {});
  const workPush = openWorkPush({ paths, remote: 'origin', budget: 120_000, sshCommand: null });
  const rehearse = (...refspecs: string[]) => workPush.resolve({ refspecs });
  const git = (...args: string[]) => sandbox.git(folder, ...args);
  const hook = async (body: string) => {
    const path = join(folder, '.git/hooks/pre-push');
    await writeFile(path, `#!/bin/sh\n${body}\n`);
    await chmod(path, 0o755);
  };
  return { sandbox, remote, folder, workPush, rehearse, git, hook };
}

test('a rehearsal pins full oids and moves nothing', async () => {
  const { sandbox, remote, folder, rehearse, git } = await setUp();
  const before = await git('rev-parse', 'HEAD');
  const after = await sandbox.commitFile(folder, 'a.txt', 'a');
  await git('branch', 'topic');
  expect(await rehearse('main', 'topic:refs/heads/other')).toEqual([
    { ref: 'refs/heads/main', expect: before, to: after },
    { ref: 'refs/heads/other', expect: null, to: after },
  ]);
  expect(await sandbox.git(remote, 'rev-parse', 'main')).toBe(before);
});

test('without refspecs it does as git is configured, and there may be nothing to do', async () => {
  const { sandbox, folder, rehearse } = await setUp();
  expect(await rehearse()).toEqual([]);
  await sandbox.commitFile(folder, 'a.txt', 'a');
  expect(await rehearse()).toMatchObject([{ ref: 'refs/heads/main' }]);
});

test('the pre-push hook runs once, may talk, and its no counts', async () => {
  const { sandbox, folder, rehearse, hook } = await setUp();
  await sandbox.commitFile(folder, 'a.txt', 'a');
  await hook('echo x >> ran; printf " \\tnot:refs/a\\n"; echo hello');
  expect(await rehearse()).toMatchObject([{ ref: 'refs/heads/main' }]);
  expect(await sandbox.git(folder, 'hash-object', 'ran')).toBe('587be6b4c3f93f93c489c0111bba5596147a26cb');
  await hook('echo "tests fail" >&2; exit 1');
  await expect(rehearse()).rejects.toMatchObject({
    code: 'POLICY',
    message: expect.stringContaining('tests fail'),
  });
});

test('what git would reject is rejected', async () => {
  const { sandbox, remote, folder, rehearse } = await setUp();
  const other = await sandbox.clone(remote, 'bob');
  await sandbox.commitFile(other, 'b.txt', 'b');
  await sandbox.git(other, 'push', '-q');
  await sandbox.commitFile(folder, 'a.txt', 'a');
  await expect(rehearse('main')).rejects.toMatchObject({
    code: 'LOST_RACE',
    message: expect.stringContaining('refs/heads/main'),
  });
});

test.each(['--delete', ':main', '+:main', ':', 'a b', '', '-x:y', 'a:b:c'])(
  'the refspec %j is refused',
  async (refspec) => {
    const { rehearse } = await setUp();
    await expect(rehearse(refspec)).rejects.toMatchObject({ code: 'BAD_VALUE' });
  },
);

test('what git does not know how to push is a mistake of the command line', async () => {
  const { sandbox, folder, rehearse, git } = await setUp();
  await git('checkout', '-q', '-b', 'topic');
  await expect(rehearse()).rejects.toMatchObject({
    code: 'BAD_VALUE',
    message: 'the branch topic has no upstream branch',
    hint: 'Name it: `agent-os push origin topic`.',
  });
  await git('branch', '-q', '--set-upstream-to=origin/main');
  await expect(rehearse()).rejects.toMatchObject({
    code: 'BAD_VALUE',
    hint: 'Say which: `agent-os push origin HEAD:main`.',
  });
  await git('config', 'push.default', 'nothing');
  await expect(rehearse()).rejects.toMatchObject({ code: 'BAD_VALUE' });
  await git('config', '--unset', 'push.default');
  await sandbox.commitFile(folder, 'a.txt', 'a');
  await git('checkout', '-q', '--detach');
  await expect(rehearse()).rejects.toMatchObject({
    code: 'BAD_VALUE',
    message: 'no branch is checked out, so nothing says where to push',
    hint: 'Name a branch: `agent-os push origin HEAD:refs/heads/BRANCH`.',
  });
  await expect(rehearse('HEAD')).rejects.toMatchObject({ code: 'BAD_VALUE' });
});

test('refspecs that name nothing, too much, or no ref are mistakes of the command line', async () => {
  const { rehearse, git } = await setUp();
  await git('branch', 'twice');
  await git('tag', 'twice');
  await expect(rehearse('nosuchbranch')).rejects.toMatchObject({
    code: 'BAD_VALUE',
    message: "there is no branch, tag or commit 'nosuchbranch' here",
  });
  await expect(rehearse('twice')).rejects.toMatchObject({
    code: 'BAD_VALUE',
    message: "'twice' names more than one ref",
  });
  await expect(rehearse('main:refs/heads/a..b')).rejects.toMatchObject({
    code: 'BAD_VALUE',
    message: "'main:refs/heads/a..b' is not a refspec that git understands",
  });
});

test('a remote that is gone is unreachable', async () => {
  const { sandbox, rehearse, git } = await setUp();
  await git('remote', 'set-url', 'origin', sandbox.path('nowhere.git'));
  await expect(rehearse('main')).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
});

test('touched are the paths of commits that the remote lacks, both sides of a rename, and merges that decide', async () => {
  const { sandbox, folder, git, workPush } = await setUp();
  await sandbox.commitFile(folder, 'known.txt', 'k');
  await sandbox.commitFile(folder, 'both.txt', '0');
  await git('push', '-q');
  await git('checkout', '-q', '-b', 'side');
  await sandbox.commitFile(folder, 'both.txt', 'side');
  await git('mv', 'known.txt', 'naïve name.txt');
  await git('commit', '-qm', 'move');
  await git('checkout', '-q', 'main');
  await sandbox.commitFile(folder, 'both.txt', 'main');
  await sandbox.tryGit(folder, ['merge', 'side']);
  await writeFile(join(folder, 'both.txt'), 'decided');
  await writeFile(join(folder, 'evil.txt'), 'in the merge only');
  await git('add', '-A');
  await git('commit', '-qm', 'merge');
  const to = await git('rev-parse', 'HEAD');
  const touched = await workPush.touchedPaths([
    { ref: 'refs/heads/main' as never, expect: null, to: to as never },
  ]);
  expect([...touched].sort()).toEqual(['both.txt', 'evil.txt', 'known.txt', 'naïve name.txt']);
});
