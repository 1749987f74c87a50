import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownEnvironment, quietSsh } from '../../../src/git/environment.ts';
import { expectGit, redactCredentials, runGit } from '../../../src/git/process.ts';
import { openProcesses } from '../../../src/system/processes.ts';
import { holdTime } from '../../support/passing-time.ts';
import { makeSandbox } from '../../support/sandbox.ts';

describe('runGit', () => {
  it('returns what git printed and its exit code, a failure included', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('a');
    const found = await runGit({ cwd: repository, args: ['rev-parse', 'HEAD'] });
    expect(found).toMatchObject({ exitCode: 0, timedOut: false, stderr: '' });
    expect(found.stdout.toString()).toMatch(/^[0-9a-f]{40}\n$/);
    const missing = await runGit({ cwd: repository, args: ['rev-parse', '--verify', 'nowhere'] });
    expect(missing.exitCode).toBe(128);
    expect(missing.stderr).toContain('Needed a single revision');
  });

  it('feeds standard input and pins configuration', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('a');
    const oid = await expectGit({ cwd: repository, args: ['hash-object', '--stdin'], input: 'text\n' });
    expect(oid.toString().trim()).toBe('8e27be7d6154a1f68ea9160ef0e18691d20560dc');
    const pinned = await expectGit({
      cwd: repository,
      args: ['config', 'gc.auto'],
      pins: { 'gc.auto': '0' },
    });
    expect(pinned.toString()).toBe('0\n');
  });

  it('names a folder that is gone, or a git that is missing', async () => {
    await expect(runGit({ cwd: '/nonexistent/folder', args: ['version'] })).rejects.toMatchObject({
      code: 'NO_GIT',
    });
  });

  it('ends the whole process group when the time is up, even if it ignores the first signal', async () => {
    const { root: folder } = await makeSandbox();
    const pidFile = join(folder, 'pid');
    const write = `echo $$ > '${pidFile}.new'; mv '${pidFile}.new' '${pidFile}'`;
    const stubborn = `!trap '' TERM; ${write}; while :; do sleep 0.05; done`;
    const pass = holdTime();
    const running = runGit({
      cwd: folder,
      args: ['stubborn'],
      pins: { 'alias.stubborn': stubborn },
      timeout: 600_000,
    });
    await expect.poll(() => existsSync(pidFile), { timeout: 30_000 }).toBe(true);
    pass(600_000);
    expect(await running).toMatchObject({ exitCode: null, timedOut: true });
    const pid = Number(await readFile(pidFile, 'utf8'));
    const { isAlive } = openProcesses();
    await expect.poll(() => isAlive({ pid, startedAt: '' }), { timeout: 10_000 }).toBe(false);
  });

  it('does not let a hook’s repository through', async () => {
    const sandbox = await makeSandbox();
    const [here, there] = [await sandbox.repository('here'), await sandbox.repository('there')];
    process.env['GIT_DIR'] = join(there, '.git');
    try {
      const own = await expectGit({ cwd: here, args: ['rev-parse', '--absolute-git-dir'] });
      expect(own.toString().trim()).toBe(join(here, '.git'));
      const users = await expectGit({
        cwd: here,
        args: ['rev-parse', '--absolute-git-dir'],
        environment: 'hook',
      });
      expect(users.toString().trim()).toBe(join(there, '.git'));
    } finally {
      delete process.env['GIT_DIR'];
    }
  });

  it('redacts credentials in what git says', async () => {
    expect(redactCredentials("unable to access 'https://me:p@ss@host/x': no")).toBe(
      "unable to access 'https://***@host/x': no",
    );
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('a');
    await writeFile(
      join(repository, '.git/config'),
      '[remote "o"]\n\turl = https://u:secret@127.0.0.1:1/x\n',
    );
    const result = await runGit({ cwd: repository, args: ['ls-remote', 'o'] });
    expect(result.exitCode).toBe(128);
    expect(result.stderr).not.toContain('secret');
  });
});

describe('environment', () => {
  it('keeps the configuration that the user handed over, and drops what binds to another repository', () => {
    const own = ownEnvironment({
      GIT_DIR: '/x',
      GIT_QUARANTINE_PATH: '/q',
      GIT_CONFIG_COUNT: '1',
      SSH_ASKPASS: 'gui',
    });
    expect(own).toMatchObject({ GIT_CONFIG_COUNT: '1', LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' });
    expect(Object.keys(own)).not.toEqual(expect.arrayContaining(['GIT_DIR']));
    expect(own['SSH_ASKPASS']).toBeUndefined();
    expect(own['GIT_QUARANTINE_PATH']).toBeUndefined();
  });

  it.each([
    [{}, null, { GIT_SSH_COMMAND: 'ssh -o BatchMode=yes' }],
    [{ GIT_SSH: '/my/ssh' }, null, {}],
    [{}, 'ssh -i key', { GIT_SSH_COMMAND: 'ssh -i key -o BatchMode=yes' }],
    [
      { GIT_SSH_COMMAND: '/usr/bin/ssh -v' },
      'plink',
      { GIT_SSH_COMMAND: '/usr/bin/ssh -v -o BatchMode=yes' },
    ],
    [{ GIT_SSH_COMMAND: 'ssh -o BatchMode=no' }, null, {}],
    [{}, './my-ssh-wrapper', {}],
  ])('ssh asks nothing: %j with core.sshCommand %j', (ambient, configured, expected) => {
    expect(quietSsh(ambient, configured)).toEqual(expected);
  });
});
