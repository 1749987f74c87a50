import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serveHttp } from '../../support/http-remote.ts';
import { writePausedReceivePack } from '../../support/paused-receive-pack.ts';
import { lacksTool } from '../../support/processes.ts';
import { declinePushes, historyOf, installHook, logRefUpdates } from '../../support/remote-hooks.ts';
import { makeSandbox, type Sandbox } from '../../support/sandbox.ts';
import { serveSsh } from '../../support/ssh-remote.ts';

const push = (sandbox: Sandbox, clone: string, ...refs: string[]) =>
  sandbox.tryGit(clone, ['push', '--atomic', '--porcelain', 'origin', ...refs]);

test('smart HTTP: clone, push, fetch', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const http = await serveHttp(sandbox, remote);
  const ada = await sandbox.clone(http.url, 'ada');
  const bob = await sandbox.clone(http.url, 'bob');
  const tip = await sandbox.commitFile(ada, 'a.txt', 'a');
  expect((await push(sandbox, ada, 'main')).exitCode).toBe(0);
  await sandbox.git(bob, 'fetch', '--quiet');
  expect(await sandbox.git(bob, 'rev-parse', 'origin/main')).toBe(tip);
  expect(http.requests).toContain('git-receive-pack pack');
});

test('smart HTTP: who may read and who may write', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const closed = await serveHttp(sandbox, remote, { credentials: { user: 'ada', password: 'secret' } });
  await expect(sandbox.clone(closed.url, 'stranger')).rejects.toThrow(/could not read Username/);
  const ada = await sandbox.clone(closed.urlWithCredentials, 'ada');
  const readOnly = await serveHttp(sandbox, remote, { readOnly: true });
  await sandbox.git(ada, 'remote', 'set-url', 'origin', readOnly.url);
  await sandbox.git(ada, 'fetch', '--quiet');
  await sandbox.commitFile(ada, 'a.txt', 'a');
  expect((await push(sandbox, ada, 'main')).stderr).toMatch(/403/);
});

test('smart HTTP: a cut after git was done leaves the client without an answer', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const http = await serveHttp(sandbox, remote);
  const ada = await sandbox.clone(http.url, 'ada');
  const tip = await sandbox.commitFile(ada, 'a.txt', 'a');
  const befallen = http.fail({ fault: 'cut-after', service: 'git-receive-pack', request: 'pack', times: 1 });
  expect((await push(sandbox, ada, 'main')).exitCode).not.toBe(0);
  await befallen;
  expect(await sandbox.git(remote, 'rev-parse', 'main')).toBe(tip);
});

test.each(['cut-before', 'down'] as const)('smart HTTP: %s changes nothing', async (fault) => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const http = await serveHttp(sandbox, remote);
  const ada = await sandbox.clone(http.url, 'ada');
  const tip = await sandbox.commitFile(ada, 'a.txt', 'a');
  void http.fail({ fault });
  expect((await push(sandbox, ada, 'main')).exitCode).not.toBe(0);
  expect(await sandbox.git(remote, 'rev-parse', 'main')).not.toBe(tip);
  http.heal();
  expect((await push(sandbox, ada, 'main')).exitCode).toBe(0);
});

test.skipIf(lacksTool('sshd', 'openssh-server'))('ssh: a real host that knows one key', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const ssh = await serveSsh(sandbox);
  const ada = await sandbox.clone(remote, 'ada');
  await sandbox.git(ada, 'remote', 'set-url', 'origin', ssh.url(remote));
  await sandbox.git(ada, 'config', 'core.sshCommand', ssh.sshCommand);
  const tip = await sandbox.commitFile(ada, 'a.txt', 'a');
  expect(await push(sandbox, ada, 'main')).toMatchObject({ exitCode: 0 });
  expect(await sandbox.git(remote, 'rev-parse', 'main')).toBe(tip);
  await sandbox.git(ada, 'config', 'core.sshCommand', ssh.strangersSshCommand);
  expect((await sandbox.tryGit(ada, ['fetch'])).stderr).toMatch(/Permission denied \(publickey\)/);
});

/** As everybody sees them: their files. To start a git that looks can take as long as the pause lasts. */
async function countRefs(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => !name.endsWith('.lock')).length;
}

test.skipIf(lacksTool('strace')).each(['path', 'http'] as const)(
  'a remote that pauses shows half of an atomic push (%s)',
  async (way) => {
    const sandbox = await makeSandbox();
    const remote = await sandbox.bareRemote();
    const http = await serveHttp(sandbox, remote, { pauseBetweenRefs: 400 });
    const ada = await sandbox.clone(way === 'http' ? http.url : remote, 'ada');
    if (way === 'path') {
      await sandbox.git(
        ada,
        'config',
        'remote.origin.receivepack',
        await writePausedReceivePack(sandbox, 400),
      );
    }
    const halves = new Set<number>();
    const pushing = { done: false };
    const pushed = push(sandbox, ada, 'main:refs/x/1', 'main:refs/x/2', 'main:refs/x/3').finally(() => {
      pushing.done = true;
    });
    while (!pushing.done) {
      halves.add(await countRefs(join(remote, 'refs/x')));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await pushed).toMatchObject({ exitCode: 0 });
    expect(halves).toContain(1);
    expect(halves).toContain(2);
  },
);

test('hooks of the remote decline, by push and by ref', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const ada = await sandbox.clone(remote, 'ada');
  await declinePushes(remote, { refs: 'refs/agent-os/*', message: 'no such refs here' });
  expect((await push(sandbox, ada, 'main:refs/agent-os/x')).stderr).toContain('no such refs here');
  expect((await push(sandbox, ada, 'main:refs/heads/x')).exitCode).toBe(0);
  await declinePushes(remote);
  expect((await push(sandbox, ada, 'main:refs/heads/y')).stderr).toContain('not today');
  await installHook(remote, 'pre-receive', 'exit 0');
  expect((await push(sandbox, ada, 'main:refs/heads/y')).exitCode).toBe(0);
});

test("the remote's log tells a ref's history, and two updates of one value apart", async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const log = await logRefUpdates(remote);
  const ada = await sandbox.clone(remote, 'ada');
  const first = await sandbox.git(ada, 'rev-parse', 'main');
  const second = await sandbox.commitFile(ada, 'a.txt', 'a');
  await push(sandbox, ada, `${first}:refs/x/1`);
  await push(sandbox, ada, `${second}:refs/x/1`);
  await sandbox.git(remote, 'pack-refs', '--all');
  const updates = await log.read();
  expect(historyOf('refs/x/1', updates)).toEqual([first, second]);
  expect(historyOf('refs/x/1', updates.toReversed())).toEqual([first, second]);
  expect(() =>
    historyOf('refs/x/1', [...updates, { ref: 'refs/x/1', from: first, to: first }]),
  ).not.toThrow();
  expect(() =>
    historyOf('refs/x/1', [...updates, { ref: 'refs/x/1', from: first, to: 'f'.repeat(40) }]),
  ).toThrow(/twice/);
  expect(() => historyOf('refs/x/1', updates.slice(1))).toThrow(/follow/);
});
