import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type HttpRemote, serveHttp } from '../support/http-remote.ts';
import { installHook } from '../support/remote-hooks.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';
import { assemble } from './support/team.ts';

interface Scene {
  readonly sandbox: Sandbox;
  readonly remote: string;
  readonly clone: string;
  /** The next push is carried out, but never answered; with `gone`, nothing is answered after that either. */
  cut(options?: { gone?: boolean }): Promise<void>;
  /** Whether that has befallen a push. */
  isCut(): boolean;
  mend(): Promise<void>;
}

const WAYS = {
  path: async (): Promise<Scene> => {
    const sandbox = await makeSandbox();
    const remote = await sandbox.bareRemote();
    const [clone = ''] = await assemble(sandbox, { remote, names: ['ada'] });
    const gone = `${remote}.gone`;
    let isGone = false;
    return {
      sandbox,
      remote,
      clone,
      cut: (options = {}) => {
        isGone = options.gone === true;
        const leave = isGone ? `mv "${remote}" "${gone}"; ` : '';
        // The hook's parent is the receive-pack that has just moved the refs and has not said so yet.
        const cut = `[ "$1" = committed ] && rm "$0" && { ${leave}kill -9 $PPID; }; exit 0`;
        return installHook(remote, 'reference-transaction', cut);
      },
      isCut: () => !existsSync(join(isGone ? gone : remote, 'hooks/reference-transaction')),
      mend: async () => {
        if (isGone) await rename(gone, remote);
      },
    };
  },
  http: async (): Promise<Scene> => {
    const sandbox = await makeSandbox();
    const remote = await sandbox.bareRemote();
    const http: HttpRemote = await serveHttp(sandbox, remote);
    const [clone = ''] = await assemble(sandbox, { remote, url: http.url, names: ['ada'] });
    let isCut = false;
    return {
      sandbox,
      remote,
      clone,
      cut: async ({ gone = false } = {}) => {
        const befallen = http.fail({
          fault: 'cut-after',
          service: 'git-receive-pack',
          request: 'pack',
          times: 1,
        });
        befallen.then(() => {
          isCut = true;
          if (gone) void http.fail({ fault: 'down' });
        });
      },
      isCut: () => isCut,
      mend: async () => http.heal(),
    };
  },
} as const;

describe.each(['path', 'http'] as const)('%s: the answer is cut off after the host was done, and', (way) => {
  const subjectOf = ({ sandbox, remote }: Scene, ref: string) =>
    sandbox.git(remote, 'log', '-1', '--format=%s', ref);

  test('a lock is found to be held', async () => {
    const scene = await WAYS[way]();
    const { sandbox, clone } = scene;
    await sandbox.json(clone, ['start', 'locking', '--agent', 'ada']);
    await scene.cut();
    const locked = await sandbox.json(clone, ['lock', 'database', '--agent', 'ada']);
    expect(scene.isCut()).toBe(true);
    const { token } = (locked as { locks: readonly [{ token: number }] }).locks[0];
    expect(await subjectOf(scene, 'refs/agent-os/locks/database')).toMatch(new RegExp(` #${token}$`));
    await sandbox.json(clone, ['unlock', 'database', '--agent', 'ada']);
  });

  test('a release is found to be done', async () => {
    const scene = await WAYS[way]();
    const { sandbox, clone } = scene;
    await sandbox.json(clone, ['start', 'locking', '--agent', 'ada']);
    await sandbox.json(clone, ['lock', 'database', '--agent', 'ada']);
    await scene.cut();
    await sandbox.json(clone, ['unlock', 'database', '--agent', 'ada']);
    expect(scene.isCut()).toBe(true);
    expect(await subjectOf(scene, 'refs/agent-os/locks/database')).toMatch(/^free database /);
  });

  test('a push is found to be done', async () => {
    const scene = await WAYS[way]();
    const { sandbox, clone, remote } = scene;
    await sandbox.json(clone, ['start', 'pushing', '--agent', 'ada']);
    await sandbox.json(clone, ['lock', 'database', '--agent', 'ada']);
    const tip = await sandbox.commitFile(clone, 'db/schema.sql', 'create table users ();\n');
    await scene.cut();
    await sandbox.json(clone, ['push', 'origin', 'main', '--agent', 'ada']);
    expect(scene.isCut()).toBe(true);
    expect(await sandbox.git(remote, 'rev-parse', 'main')).toBe(tip);
  });

  test('a message is found to be published', async () => {
    const scene = await WAYS[way]();
    const { sandbox, clone, remote } = scene;
    const sent = await sandbox.json(clone, ['send', 'bob', 'is this published?', '--agent', 'ada']);
    const { id } = (sent as { messages: readonly [{ id: string }] }).messages[0];
    await scene.cut();
    await sandbox.json(clone, ['sync']);
    expect(scene.isCut()).toBe(true);
    const listing = (ref: string) => sandbox.git(remote, 'ls-tree', '-r', '--name-only', ref);
    expect(await listing('refs/heads/agent-os')).toContain(id);
    expect(await sandbox.json(clone, ['status'])).toMatchObject({ unsynced: expect.anything() });
  });

  test('when the host is gone too, a lock is reported as unknown, and true once the host is back', async () => {
    const scene = await WAYS[way]();
    const { sandbox, clone } = scene;
    await sandbox.json(clone, ['start', 'locking', '--agent', 'ada']);
    await scene.cut({ gone: true });
    const failed = await sandbox.cli(clone, ['lock', 'database', '--agent', 'ada', '--json']);
    expect(scene.isCut()).toBe(true);
    expect(failed.exitCode).toBe(5);
    expect(JSON.parse(failed.stdout).error.code).toBe('OUTCOME_UNKNOWN');
    await scene.mend();
    expect(await subjectOf(scene, 'refs/agent-os/locks/database')).toMatch(/^held database by ada /);
    await sandbox.json(clone, ['lock', 'database', '--agent', 'ada']);
    await sandbox.json(clone, ['unlock', 'database', '--agent', 'ada']);
  });

  test('when the host is gone too, a push is reported as unknown, and is done once the host is back', async () => {
    const scene = await WAYS[way]();
    const { sandbox, clone, remote } = scene;
    await sandbox.json(clone, ['start', 'pushing', '--agent', 'ada']);
    const tip = await sandbox.commitFile(clone, 'db/schema.sql', 'create table users ();\n');
    await scene.cut({ gone: true });
    const failed = await sandbox.cli(clone, ['push', 'origin', 'main', '--agent', 'ada', '--json']);
    expect(scene.isCut()).toBe(true);
    expect(failed.exitCode).toBe(5);
    expect(JSON.parse(failed.stdout).error.code).toBe('OUTCOME_UNKNOWN');
    await scene.mend();
    expect(await sandbox.git(remote, 'rev-parse', 'main')).toBe(tip);
    await sandbox.json(clone, ['push', 'origin', 'main', '--agent', 'ada']);
  });
});
