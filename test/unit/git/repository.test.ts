import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/git/config.ts';
import { discoverRepository } from '../../../src/git/repository.ts';
import { openUserConfig } from '../../../src/git/user-config.ts';
import { requireGit } from '../../../src/git/version.ts';
import { makeSandbox } from '../../support/sandbox.ts';

/** Both ways must agree: in process, and by asking git (a ceiling makes git the judge). */
async function discover(cwd: string) {
  const found = await discoverRepository(cwd, {});
  expect(await discoverRepository(cwd, { GIT_CEILING_DIRECTORIES: '/' })).toEqual(found);
  return found;
}

describe('discoverRepository', () => {
  it('finds a plain repository from a folder below', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('a');
    await mkdir(join(repository, 'x/y'), { recursive: true });
    const gitDir = join(repository, '.git');
    expect(await discover(join(repository, 'x/y'))).toEqual({
      paths: { gitDir, commonDir: gitDir, workTree: repository },
      objectFormat: 'sha1',
      refFormat: 'files',
    });
  });

  it('finds a linked worktree and what it shares', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('a');
    const worktree = await sandbox.worktree(repository, 'b');
    expect((await discover(worktree)).paths).toEqual({
      gitDir: join(repository, '.git/worktrees/b'),
      commonDir: join(repository, '.git'),
      workTree: worktree,
    });
  });

  it('finds a bare repository, and the inside of a git directory', async () => {
    const sandbox = await makeSandbox();
    const bare = await sandbox.bareRemote();
    expect((await discover(bare)).paths).toEqual({ gitDir: bare, commonDir: bare, workTree: null });
    const repository = await sandbox.repository('a');
    const gitDir = join(repository, '.git');
    expect((await discover(join(gitDir, 'refs'))).paths).toEqual({
      gitDir,
      commonDir: gitDir,
      workTree: repository,
    });
  });

  it('finds a submodule as a repository of its own', async () => {
    const sandbox = await makeSandbox();
    const [inner, outer] = [await sandbox.repository('inner'), await sandbox.repository('outer')];
    await sandbox.git(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'sub');
    const gitDir = join(outer, '.git/modules/sub');
    expect((await discover(join(outer, 'sub'))).paths).toEqual({
      gitDir,
      commonDir: gitDir,
      workTree: join(outer, 'sub'),
    });
  });

  it('goes by GIT_DIR', async () => {
    const sandbox = await makeSandbox();
    const [here, there] = [await sandbox.repository('here'), await sandbox.repository('there')];
    const found = await discoverRepository(here, { GIT_DIR: join(there, '.git') });
    expect(found.paths).toMatchObject({ gitDir: join(there, '.git'), workTree: here });
  });

  it('sees sha256', async () => {
    const sandbox = await makeSandbox();
    await sandbox.git(sandbox.root, 'init', '--quiet', '--object-format=sha256', 'a');
    expect(await discover(sandbox.path('a'))).toMatchObject({ objectFormat: 'sha256' });
  });

  it('says that there is no such folder, also below a repository', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('a');
    const file = join(repository, 'file');
    await writeFile(file, '');
    for (const path of ['/nosuch', join(repository, 'nosuch'), file]) {
      await expect(discoverRepository(path, {})).rejects.toMatchObject({
        code: 'BAD_VALUE',
        message: `there is no folder ${path}`,
      });
    }
  });

  it('says that a folder is in no repository, or in one that this git cannot read', async () => {
    const sandbox = await makeSandbox();
    await mkdir(sandbox.path('nothing'));
    const limits = { GIT_CEILING_DIRECTORIES: sandbox.root };
    await expect(discoverRepository(sandbox.path('nothing'), limits)).rejects.toMatchObject({
      code: 'NOT_A_REPOSITORY',
    });
    const repository = await sandbox.repository('a');
    const config = await readFile(join(repository, '.git/config'), 'utf8');
    const newer = config.replace('repositoryformatversion = 0', 'repositoryformatversion = 1');
    await writeFile(join(repository, '.git/config'), `${newer}[extensions]\n\tshiny = true\n`);
    await expect(discoverRepository(repository, {})).rejects.toMatchObject({
      code: 'UNSUPPORTED_REPOSITORY',
    });
  });
});

describe('requireGit', () => {
  const fakeGit = async (folder: string, version: string) => {
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, 'git'),
      `#!/bin/sh\necho "$0" >> '${folder}/calls'\necho 'git version ${version}'\n`,
    );
    await chmod(join(folder, 'git'), 0o755);
  };
  const withPath = async <T>(path: string, run: () => Promise<T>): Promise<T> => {
    const before = process.env['PATH'];
    process.env['PATH'] = path;
    try {
      return await run();
    } finally {
      process.env['PATH'] = before;
    }
  };

  it('refuses a git that is too old', async () => {
    const sandbox = await makeSandbox();
    await fakeGit(sandbox.path('bin'), '2.33.9');
    const asked = withPath(sandbox.path('bin'), () => requireGit(sandbox.root, process.env));
    await expect(asked).rejects.toMatchObject({ code: 'GIT_TOO_OLD' });
  });

  it('asks a git once, and again when it has changed', async () => {
    const sandbox = await makeSandbox();
    await mkdir(sandbox.path('agent-os'));
    const calls = async () => (await readFile(sandbox.path('bin/calls'), 'utf8')).trim().split('\n').length;
    const ask = () => withPath(`${sandbox.path('bin')}:/bin`, () => requireGit(sandbox.root, process.env));
    await fakeGit(sandbox.path('bin'), '2.34.0.rc1');
    expect([await ask(), await ask()]).toEqual(['2.34.0', '2.34.0']);
    expect(await calls()).toBe(1);
    await fakeGit(sandbox.path('bin'), '2.50.1 (Apple Git-1)');
    expect(await ask()).toBe('2.50.1');
    expect(await calls()).toBe(2);
  });
});

describe('configuration', () => {
  it('is read in git’s own terms', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('a');
    await writeFile(
      join(repository, '.git/config'),
      '[Agent-OS]\n\tremote = one\n\tRemote = "two\\nlines"\n\tflag\n[remote "Up"]\n\tmirror = off\n[user]\n\tname =\n',
      { flag: 'a' },
    );
    const config = await readConfig((await discoverRepository(repository, {})).paths);
    expect(config.get('agent-os.remote')).toBe('two\nlines');
    expect(config.all('agent-os.remote')).toEqual(['one', 'two\nlines']);
    expect([
      config.flag('agent-os.flag'),
      config.flag('remote.Up.mirror'),
      config.flag('agent-os.no'),
    ]).toEqual([true, false, null]);
    expect(config.get('user.name')).toBe('');
    expect(config.keys('remote.')).toEqual(['remote.Up.mirror']);
  });

  it('is written by git, and only where it differs', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('a');
    const config = openUserConfig((await discoverRepository(repository, {})).paths);
    await config.set('agent-os.remote', '--global');
    await config.add('log.excludeDecoration', 'refs/agent-os/*');
    await config.add('log.excludeDecoration', 'refs/agent-os/*');
    await config.add('log.excludeDecoration', 'refs/x/*');
    expect(await sandbox.git(repository, 'config', 'agent-os.remote')).toBe('--global');
    expect(await sandbox.git(repository, 'config', '--get-all', 'log.excludeDecoration')).toBe(
      'refs/agent-os/*\nrefs/x/*',
    );
    await config.unset('log.excludeDecoration');
    await config.unset('log.excludeDecoration');
    expect((await sandbox.tryGit(repository, ['config', 'log.excludeDecoration'])).exitCode).toBe(1);
    await sandbox.git(repository, 'remote', 'add', 'origin', 'https://me:secret@example.com/x.git');
    expect(await config.remotes()).toEqual([
      { name: 'origin', fetchUrl: 'https://***@example.com/x.git', pushUrl: 'https://***@example.com/x.git' },
    ]);
  });
});
