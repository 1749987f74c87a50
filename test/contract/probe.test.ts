import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CloneId, RefName } from '../../src/domain/names.ts';
import { readConfig } from '../../src/git/config.ts';
import { inspectRepository } from '../../src/git/inspection.ts';
import { openObjectWriter } from '../../src/git/object-writer.ts';
import { probeRemote } from '../../src/git/remote-probe.ts';
import { discoverRepository } from '../../src/git/repository.ts';
import { makeSandbox } from '../support/sandbox.ts';

async function makeClone() {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote('origin', { empty: true });
  const clone = await sandbox.clone(remote, 'clone');
  return { sandbox, remote, repository: await discoverRepository(clone, sandbox.env) };
}

async function probe({ repository: { paths, objectFormat } }: Awaited<ReturnType<typeof makeClone>>) {
  return probeRemote({
    paths,
    remote: 'origin',
    clone: 'a'.repeat(16) as CloneId,
    writer: openObjectWriter({ paths, objectFormat, config: await readConfig(paths) }),
    budget: 120_000,
    sshCommand: null,
  });
}

describe('a probe of a remote', () => {
  it('finds everything on a bare repository, and leaves nothing behind', async () => {
    const setup = await makeClone();
    expect(await probe(setup)).toEqual({
      customRefs: true,
      atomic: true,
      lease: true,
      delete: true,
      reasons: [],
    });
    expect(await setup.sandbox.git(setup.remote, 'for-each-ref')).toBe('');
  });

  it('says what a host without atomic pushes lacks', async () => {
    const setup = await makeClone();
    await setup.sandbox.git(setup.remote, 'config', 'receive.advertiseAtomic', 'false');
    const found = await probe(setup);
    expect(found).toMatchObject({ customRefs: true, atomic: false, lease: true });
    expect(found.reasons.join()).toMatch(/atomic/);
  });

  it('has the words of a host that keeps custom refs out', async () => {
    const setup = await makeClone();
    const hook = join(setup.remote, 'hooks', 'pre-receive');
    writeFileSync(hook, '#!/bin/sh\necho only branches here >&2\nexit 1\n', { mode: 0o755 });
    const found = await probe(setup);
    expect(found).toMatchObject({ customRefs: false, atomic: false, lease: false, delete: false });
    expect(found.reasons.join()).toMatch(/only branches here/);
  });

  it('is no verdict when the remote is gone', async () => {
    const setup = await makeClone();
    await setup.sandbox.git(
      setup.repository.paths.gitDir,
      'config',
      'remote.origin.url',
      '/nowhere/at/all.git',
    );
    await expect(probe(setup)).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
  });
});

describe('an inspection', () => {
  it('names lock files here and on a remote that is a folder', async () => {
    const { remote, repository } = await makeClone();
    const files = [
      join(repository.paths.gitDir, 'refs', 'heads', 'x.lock'),
      join(remote, 'packed-refs.lock'),
    ];
    for (const file of files) writeFileSync(file, '');
    for (const file of files) utimesSync(file, new Date(0), new Date(0));
    const found = await inspectRepository(repository, {
      branch: 'refs/heads/agent-os' as RefName,
      remoteUrl: remote,
    });
    expect(found.lockFiles.map(({ path }) => path).sort()).toEqual([...files].sort());
    expect(found.lockFiles.every(({ age }) => age > 50_000)).toBe(true);
    expect(found).toMatchObject({ objectFormat: 'sha1', refFormat: 'files', isShallow: false });
  });
});
