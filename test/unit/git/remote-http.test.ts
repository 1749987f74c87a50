import { describe, expect, it } from 'vitest';
import type { Oid, RefName } from '../../../src/domain/names.ts';
import { openRemote } from '../../../src/git/remote.ts';
import { discoverRepository } from '../../../src/git/repository.ts';
import { type HttpRemoteOptions, serveHttp } from '../../support/http-remote.ts';
import { holdTime } from '../../support/passing-time.ts';
import { makeSandbox } from '../../support/sandbox.ts';

const BRANCH = 'refs/heads/agent-os' as RefName;
const OUTBOX = 'refs/agent-os/outbox/one' as RefName;
const LOCK = 'refs/agent-os/locks/a' as RefName;
/** Milliseconds: nothing on this machine takes so long. */
const BUDGET = 120_000;

async function start(options: HttpRemoteOptions & { readonly budget?: number } = {}) {
  const sandbox = await makeSandbox();
  const bare = await sandbox.bareRemote();
  const clone = await sandbox.clone(bare, 'a');
  const host = await serveHttp(sandbox, bare, options);
  const setUrl = (url: string) => sandbox.git(clone, 'remote', 'set-url', 'origin', url);
  await setUrl(host.url);
  const { paths } = await discoverRepository(clone, {});
  const { budget = BUDGET } = options;
  const remote = openRemote({ paths, name: 'origin', branch: BRANCH, budget, sshCommand: null });
  const tree = await sandbox.git(clone, 'hash-object', '-w', '-t', 'tree', '/dev/null');
  const commit = async (message: string) =>
    (await sandbox.git(clone, 'commit-tree', '-m', message, tree)) as Oid;
  const look = async (ref: string) =>
    (await sandbox.tryGit(bare, ['rev-parse', '--verify', '-q', ref])).stdout.trim();
  return { host, remote, commit, look, setUrl };
}

describe('a remote by smart HTTP', () => {
  it('is asked once where all goes well', async () => {
    const { host, remote, commit } = await start();
    const before = host.requests.length;
    await remote.refs.transact([{ ref: LOCK, expect: null, to: await commit('one') }]);
    const asked = host.requests.slice(before).filter((request) => request.endsWith(' pack'));
    expect(asked).toEqual(['git-receive-pack pack']);
  });

  it('that was cut after it had committed is found out by reading', async () => {
    const { host, remote, commit, look } = await start();
    const [one, two] = [await commit('one'), await commit('two')];
    const cut = { fault: 'cut-after', service: 'git-receive-pack', request: 'pack', times: 1 } as const;
    void host.fail(cut);
    expect(await remote.refs.transact([{ ref: LOCK, expect: null, to: one }])).toEqual({ status: 'done' });
    expect(await look(LOCK)).toBe(one);
    void host.fail(cut);
    expect(await remote.offer([{ ref: OUTBOX, to: two, lease: null }])).toEqual(
      new Map([[OUTBOX, { status: 'done' }]]),
    );
  });

  it('that was cut before it saw the push is pushed to again', async () => {
    const { host, remote, commit, look } = await start();
    const one = await commit('one');
    void host.fail({ fault: 'cut-before', service: 'git-receive-pack', request: 'pack', times: 1 });
    expect(await remote.refs.transact([{ ref: LOCK, expect: null, to: one }])).toEqual({ status: 'done' });
    expect(await look(LOCK)).toBe(one);
  });

  it('that is down, or hangs before it answers, is an outage', async () => {
    const { host, remote, commit } = await start({ budget: 800 });
    const edit = { ref: LOCK, expect: null, to: await commit('one') };
    for (const fault of ['down', 'hang'] as const) {
      void host.fail({ fault, request: 'refs' });
      await expect(remote.refs.transact([edit])).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
      await expect(remote.fetch()).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
    }
  });

  it('that hangs once it has the push leaves the outcome unknown', async () => {
    const { host, remote, commit } = await start();
    const hangs = host.fail({ fault: 'hang', service: 'git-receive-pack', request: 'pack' });
    const edit = { ref: LOCK, expect: null, to: await commit('one') };
    const pass = holdTime();
    const outcome = remote.refs.transact([edit]);
    await hangs;
    pass(BUDGET);
    expect(await outcome).toMatchObject({ status: 'unknown' });
  });

  it('asks for no password, and lets none be seen', async () => {
    const credentials = { user: 'ada', password: 'very-secret' };
    const { host, remote, commit, setUrl } = await start({ credentials });
    const edit = { ref: LOCK, expect: null, to: await commit('one') };
    await expect(remote.refs.transact([edit])).rejects.toMatchObject({
      code: 'REMOTE_UNREACHABLE',
      hint: expect.stringContaining('without a prompt'),
    });
    await setUrl(host.urlWithCredentials);
    expect(await remote.refs.transact([edit])).toEqual({ status: 'done' });
    await setUrl(host.urlWithCredentials.replace('very-secret', 'other-secret'));
    const failure = await remote.fetch().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'REMOTE_UNREACHABLE' });
    expect(JSON.stringify([failure, String(failure)])).not.toContain('secret');
  });

  it('that may only be read refuses', async () => {
    const { remote, commit } = await start({ readOnly: true });
    const edit = { ref: LOCK, expect: null, to: await commit('one') };
    expect(await remote.refs.transact([edit])).toMatchObject({
      status: 'refused',
      reason: expect.stringContaining('403'),
    });
    expect(await remote.offer([{ ref: BRANCH, to: edit.to }])).toMatchObject(
      new Map([[BRANCH, expect.objectContaining({ status: 'refused' })]]),
    );
  });
});
