import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Oid, RefName } from '../../../src/domain/names.ts';
import { openLocalRefs } from '../../../src/git/local-refs.ts';
import { discoverRepository } from '../../../src/git/repository.ts';
import { makeSandbox } from '../../support/sandbox.ts';

const BRANCH = 'refs/heads/agent-os' as RefName;

async function start() {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('a');
  const head = (await sandbox.git(repository, 'rev-parse', 'HEAD')) as Oid;
  const { paths } = await discoverRepository(repository, {});
  return { sandbox, repository, head, paths, gitDir: join(repository, '.git') };
}

describe('local refs', () => {
  it('names the lock file that stands in the way, and its age', async () => {
    const { gitDir, head, paths } = await start();
    const file = join(gitDir, `${BRANCH}.lock`);
    await writeFile(file, '');
    await utimes(file, Date.now() / 1000 - 3600, Date.now() / 1000 - 3600);
    const refs = openLocalRefs(paths);
    const edit = { ref: BRANCH, expect: null, to: head };
    await expect(refs.transact([edit])).rejects.toMatchObject({
      code: 'REF_LOCKED',
      message: expect.stringMatching(/refs\/heads\/agent-os\.lock, written 36\d\d s ago/),
      hint: expect.stringContaining(`rm '${file}'`),
    });
    await rm(file);
    expect(await refs.transact([edit])).toEqual({ status: 'done' });
  });

  it('are refused by the user’s reference-transaction hook, mirrors are not', async () => {
    const { gitDir, head, paths } = await start();
    const hook = '#!/bin/sh\n[ "$1" != prepared ] || { echo "not today" >&2; exit 1; }\n';
    await writeFile(join(gitDir, 'hooks/reference-transaction'), hook, { mode: 0o755 });
    const edit = { ref: BRANCH, expect: null, to: head };
    expect(await openLocalRefs(paths).transact([edit])).toMatchObject({
      status: 'refused',
      reason: expect.stringContaining('hook'),
    });
    expect(await openLocalRefs(paths, { hooks: false }).transact([edit])).toEqual({ status: 'done' });
  });

  it('need no identity, write no reflog, and never follow a symbolic ref', async () => {
    const { sandbox, repository, gitDir, head, paths } = await start();
    await sandbox.git(repository, 'config', '--unset', 'user.name');
    await sandbox.git(repository, 'config', '--unset', 'user.email');
    await sandbox.git(repository, 'config', 'user.useConfigOnly', 'true');
    await sandbox.git(repository, 'config', 'core.logAllRefUpdates', 'always');
    const refs = openLocalRefs(paths);
    expect(await refs.transact([{ ref: BRANCH, expect: null, to: head }])).toEqual({ status: 'done' });
    expect(await readdir(join(gitDir, 'logs/refs/heads')).catch(() => [])).not.toContain('agent-os');

    const link = 'refs/agent-os/claims' as RefName;
    await sandbox.git(repository, 'symbolic-ref', link, 'refs/heads/main');
    await refs.transact([{ ref: link, expect: null, to: head }]);
    expect(await sandbox.git(repository, 'rev-parse', 'refs/heads/main')).toBe(head);
  });

  it('take no text that git could read as a command of its own', async () => {
    const { head, paths } = await start();
    const refs = openLocalRefs(paths);
    const injected = `${BRANCH}\0${head}\0\0delete refs/heads/main` as RefName;
    await expect(refs.transact([{ ref: injected, expect: null, to: head }])).rejects.toMatchObject({
      code: 'BAD_NAME',
    });
    await expect(refs.read(['--all'])).rejects.toMatchObject({ code: 'BAD_NAME' });
  });
});
