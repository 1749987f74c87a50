import { expect, test } from 'vitest';
import type { CloneId } from '../../../src/domain/names.ts';
import { readConfig } from '../../../src/git/config.ts';
import { openObjectWriter } from '../../../src/git/object-writer.ts';
import { probeRemote } from '../../../src/git/remote-probe.ts';
import { discoverRepository } from '../../../src/git/repository.ts';
import { declinePushes, installHook } from '../../support/remote-hooks.ts';
import { makeSandbox } from '../../support/sandbox.ts';

const ALL = { customRefs: true, atomic: true, lease: true, delete: true, reasons: [] };

async function setUp() {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const folder = await sandbox.clone(remote, 'ada');
  const repository = await discoverRepository(folder, {});
  const config = await readConfig(repository.paths);
  const probe = () =>
    probeRemote({
      paths: repository.paths,
      remote: 'origin',
      clone: '0123456789abcdef' as CloneId,
      writer: openObjectWriter({ ...repository, config }),
      budget: 120_000,
      sshCommand: null,
    });
  const refs = () => sandbox.git(remote, 'for-each-ref', '--format=%(refname)');
  return { sandbox, remote, folder, probe, refs };
}

test('an ordinary remote allows everything, and nothing is left behind', async () => {
  const { probe, refs } = await setUp();
  expect(await probe()).toEqual(ALL);
  expect(await probe()).toEqual(ALL);
  expect(await refs()).toBe('refs/heads/main');
});

test('a host that allows branches only', async () => {
  const { remote, probe } = await setUp();
  await declinePushes(remote, { message: 'only branches here', refs: 'refs/agent-os/*' });
  const probed = await probe();
  expect(probed).toMatchObject({ customRefs: false, atomic: false, lease: false, delete: false });
  expect(probed.reasons.join()).toContain('only branches here');
});

test('a host without atomic pushes', async () => {
  const { sandbox, remote, probe } = await setUp();
  await sandbox.git(remote, 'config', 'receive.advertiseAtomic', 'false');
  expect(await probe()).toMatchObject({
    ...ALL,
    atomic: false,
    reasons: [expect.stringContaining('atomic')],
  });
});

test('a host that keeps every ref is told apart, also when it is asked again', async () => {
  const { remote, probe, refs } = await setUp();
  await installHook(remote, 'update', 'case "$3" in *[!0]*) ;; *) echo "nothing goes" >&2; exit 1;; esac');
  for (let time = 1; time <= 2; time += 1) {
    expect(await probe()).toMatchObject({
      ...ALL,
      delete: false,
      reasons: [expect.stringContaining('nothing goes')],
    });
  }
  expect(await refs()).toContain('refs/agent-os/probe/0123456789abcdef/a');
});

test('a remote that is gone is unreachable', async () => {
  const { sandbox, folder, probe } = await setUp();
  await sandbox.git(folder, 'remote', 'set-url', 'origin', sandbox.path('nowhere.git'));
  await expect(probe()).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
});
