import { existsSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Oid, RefName } from '../../../src/domain/names.ts';
import { openRemote } from '../../../src/git/remote.ts';
import { discoverRepository } from '../../../src/git/repository.ts';
import { holdTime } from '../../support/passing-time.ts';
import { makeSandbox } from '../../support/sandbox.ts';

const BRANCH = 'refs/heads/agent-os' as RefName;
const LOCK = 'refs/agent-os/locks/a' as RefName;
const CLAIMS = 'refs/agent-os/claims' as RefName;
const OUTBOX = 'refs/agent-os/outbox/one' as RefName;

/** Milliseconds: nothing on this machine takes so long. */
const BUDGET = 120_000;

async function connect(clone: string, budget = BUDGET) {
  const { paths } = await discoverRepository(clone, {});
  return openRemote({ paths, name: 'origin', branch: BRANCH, budget, sshCommand: null });
}

async function start(options: { budget?: number } = {}) {
  const sandbox = await makeSandbox();
  const bare = await sandbox.bareRemote();
  const clone = await sandbox.clone(bare, 'a');
  const remote = await connect(clone, options.budget);
  let count = 0;
  const commit = async (parent?: Oid): Promise<Oid> => {
    const tree = await sandbox.git(clone, 'hash-object', '-w', '-t', 'tree', '/dev/null');
    const parents = parent === undefined ? [] : ['-p', parent];
    return (await sandbox.git(clone, 'commit-tree', '-m', `${count++}`, ...parents, tree)) as Oid;
  };
  const look = async (ref: string, repository = bare): Promise<string | null> => {
    const found = await sandbox.tryGit(repository, ['rev-parse', '--verify', '--quiet', ref]);
    return found.exitCode === 0 ? found.stdout.trim() : null;
  };
  /** A hook of the remote; `once` is a condition that holds only at its first run. */
  const hook = async (name: string, script: string) => {
    const once = `[ ! -e '${bare}/ran' ] && : > '${bare}/ran'`;
    await writeFile(join(bare, 'hooks', name), `#!/bin/sh\nonce() { ${once}; }\n${script}\n`);
    await chmod(join(bare, 'hooks', name), 0o755);
  };
  const program = async (name: 'uploadpack' | 'receivepack', script: string) => {
    await writeFile(sandbox.path(name), `#!/bin/sh\n${script}\n`);
    await chmod(sandbox.path(name), 0o755);
    await sandbox.git(clone, 'config', `remote.origin.${name}`, sandbox.path(name));
  };
  return { sandbox, bare, clone, remote, commit, look, hook, program };
}

describe('fetch', () => {
  it('brings what a remote has into the mirror, drops what is gone, and touches nothing else', async () => {
    const { sandbox, bare, clone, remote, commit, look } = await start();
    const [one, two] = [await commit(), await commit()];
    await sandbox.git(
      clone,
      'push',
      '-q',
      'origin',
      `${one}:${BRANCH}`,
      `${one}:${LOCK}`,
      `${two}:${CLAIMS}`,
      `${two}:${OUTBOX}`,
    );
    await sandbox.git(bare, 'update-ref', 'refs/agent-os/remote/origin/locks/foreign', one);
    await sandbox.git(clone, 'update-ref', '-d', 'refs/remotes/origin/agent-os');
    await sandbox.git(clone, 'config', 'fetch.pruneTags', 'true');
    await sandbox.git(clone, 'tag', 'mine');
    const before = await sandbox.git(clone, 'for-each-ref', 'refs/heads', 'refs/tags', 'refs/remotes');

    expect(await remote.fetch()).toEqual({
      branch: one,
      claims: two,
      outboxes: new Map([['one', two]]),
      locks: new Map([[LOCK, one]]),
    });
    await sandbox.git(bare, 'update-ref', '-d', LOCK);
    await sandbox.git(bare, 'update-ref', '-d', BRANCH);
    await sandbox.git(bare, 'update-ref', OUTBOX, one);
    const second = { branch: null, claims: two, outboxes: new Map([['one', one]]), locks: new Map() };
    expect(await remote.fetch()).toEqual(second);
    expect(await remote.readMirror()).toEqual(second);
    expect(await sandbox.git(clone, 'for-each-ref', 'refs/heads', 'refs/tags', 'refs/remotes')).toBe(before);
    expect(await look('FETCH_HEAD', clone)).toBeNull();
  });

  it('of an empty remote is an empty mirror', async () => {
    const sandbox = await makeSandbox();
    const clone = await sandbox.clone(await sandbox.bareRemote('r.git', { empty: true }), 'a');
    const remote = await connect(clone);
    expect(await remote.fetch()).toEqual({
      branch: null,
      claims: null,
      outboxes: new Map(),
      locks: new Map(),
    });
  });

  it('works in a shallow clone and next to other fetches of it', async () => {
    const { sandbox, bare, clone, commit } = await start();
    const one = await commit();
    const two = await commit(one);
    await sandbox.git(clone, 'push', '-q', 'origin', `${two}:${BRANCH}`);
    for (let i = 0; i < 20; i++) await sandbox.git(bare, 'update-ref', `refs/agent-os/locks/l${i}`, two);
    const shallow = await sandbox.clone(`file://${bare}`, 'shallow', { args: ['--depth=1'] });
    const remote = await connect(shallow);
    const mirrors = await Promise.all(Array.from({ length: 4 }, () => remote.fetch()));
    for (const mirror of mirrors) expect([mirror.branch, mirror.locks.size]).toEqual([two, 20]);
    expect(await sandbox.git(shallow, 'rev-list', '--count', two)).toBe('2');
  });

  it('says that a remote is gone, and gives up on one that hangs', async () => {
    const { bare, remote, program, sandbox, clone } = await start();
    await program('uploadpack', 'sleep 600');
    const impatient = await connect(clone, 400);
    await expect(impatient.fetch()).rejects.toMatchObject({
      code: 'REMOTE_UNREACHABLE',
      message: expect.stringContaining('did not answer in time'),
    });
    await rm(bare, { recursive: true });
    await sandbox.git(clone, 'config', '--unset', 'remote.origin.uploadpack');
    await expect(remote.fetch()).rejects.toMatchObject({
      code: 'REMOTE_UNREACHABLE',
      data: { timedOut: false },
    });
  });
});

describe('offer', () => {
  it('moves each ref for itself, and the mirror with it', async () => {
    const { sandbox, bare, clone, remote, commit, look } = await start();
    const [base, theirs] = [await commit(), await commit()];
    const mine = await commit(base);
    await sandbox.git(clone, 'push', '-q', 'origin', `${theirs}:${BRANCH}`);
    expect(
      await remote.offer([
        { ref: BRANCH, to: mine },
        { ref: OUTBOX, to: mine, lease: null },
      ]),
    ).toEqual(
      new Map([
        [BRANCH, { status: 'behind' }],
        [OUTBOX, { status: 'done' }],
      ]),
    );
    expect([await look(BRANCH), await look(OUTBOX)]).toEqual([theirs, mine]);
    expect((await remote.readMirror()).outboxes).toEqual(new Map([['one', mine]]));

    const again = await remote.offer([{ ref: OUTBOX, to: theirs, lease: base }]);
    expect(again).toEqual(new Map([[OUTBOX, { status: 'behind' }]]));
    await sandbox.git(bare, 'update-ref', '-d', BRANCH);
    const forced = await remote.offer([
      { ref: BRANCH, to: base },
      { ref: OUTBOX, to: theirs, lease: mine },
    ]);
    expect([...forced.values()]).toEqual([{ status: 'done' }, { status: 'done' }]);
    expect((await remote.readMirror()).branch).toBe(base);
  });

  it('tells a declining host from one whose ref is locked, and from a cut connection', async () => {
    const { bare, remote, commit, look, hook } = await start();
    const one = await commit();
    await hook('update', `case $1 in */outbox/*) echo 'no outboxes here' >&2; exit 1;; esac`);
    await mkdir(join(bare, 'refs/heads'), { recursive: true });
    await writeFile(join(bare, `${BRANCH}.lock`), '');
    const outcomes = await remote.offer([
      { ref: BRANCH, to: one },
      { ref: OUTBOX, to: one, lease: null },
    ]);
    expect(outcomes.get(OUTBOX)).toMatchObject({
      status: 'refused',
      reason: expect.stringContaining('no outboxes'),
    });
    expect(outcomes.get(BRANCH)).toMatchObject({
      status: 'refused',
      reason: expect.stringContaining(`${BRANCH}.lock`),
    });

    await rm(join(bare, `${BRANCH}.lock`));
    await rm(join(bare, 'hooks/update'));
    await hook('reference-transaction', 'if [ "$1" = committed ] && once; then kill -9 $PPID; fi');
    const [two, cut] = [await commit(one), await remote.offer([{ ref: BRANCH, to: one }])];
    expect(await look(BRANCH)).toBe(one);
    expect(cut).toEqual(new Map([[BRANCH, { status: 'done' }]]));
    expect(await remote.offer([{ ref: BRANCH, to: two }])).toEqual(new Map([[BRANCH, { status: 'done' }]]));
  });

  it('runs none of the user’s hooks, and obeys none of the user’s push settings', async () => {
    const { sandbox, clone, remote, commit, look } = await start();
    const hooks = sandbox.path('hooks');
    await mkdir(hooks);
    for (const name of ['pre-push', 'reference-transaction']) {
      await writeFile(join(hooks, name), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    }
    const one = await commit();
    await sandbox.git(clone, 'tag', '-a', 'annotated', '-m', 'x', one);
    for (const [key, value] of Object.entries({
      'core.hooksPath': hooks,
      'push.followTags': 'true',
      'push.gpgSign': 'true',
      'push.pushOption': 'ci.skip',
      'push.recurseSubmodules': 'only',
      'push.useForceIfIncludes': 'true',
    })) {
      await sandbox.git(clone, 'config', key, value);
    }
    const outcome = await remote.offer([{ ref: BRANCH, to: one }]);
    expect(outcome).toEqual(new Map([[BRANCH, { status: 'done' }]]));
    expect((await remote.readMirror()).branch).toBe(one);
    expect(await look('refs/tags/annotated')).toBeNull();
  });

  it('says that a mirror remote cannot be used', async () => {
    const { sandbox, clone, remote, commit } = await start();
    await sandbox.git(clone, 'config', 'remote.origin.mirror', 'true');
    await expect(remote.offer([{ ref: BRANCH, to: await commit() }])).rejects.toMatchObject({
      code: 'UNSUPPORTED_REPOSITORY',
      hint: 'git config --unset remote.origin.mirror',
    });
  });
});

describe('a transaction', () => {
  const edits = (lock: Oid, claims: Oid) => [
    { ref: LOCK, expect: null, to: lock },
    { ref: CLAIMS, expect: null, to: claims },
  ];

  it('that is done moves the mirror', async () => {
    const { remote, commit } = await start();
    const one = await commit();
    expect(await remote.refs.transact(edits(one, one))).toEqual({ status: 'done' });
    expect(await remote.readMirror()).toMatchObject({ claims: one, locks: new Map([[LOCK, one]]) });
  });

  it('is refused in the words of the host', async () => {
    const { remote, commit, hook } = await start();
    await hook('pre-receive', "echo 'ask Ada first' >&2; exit 1");
    const outcome = await remote.refs.transact(edits(await commit(), await commit()));
    expect(outcome).toMatchObject({ status: 'refused', reason: expect.stringContaining('ask Ada first') });
  });

  it('is refused, not lost, when a stale lock file stands on the host', async () => {
    const { bare, remote, commit, look } = await start();
    await mkdir(join(bare, 'refs/agent-os/locks'), { recursive: true });
    await writeFile(join(bare, `${LOCK}.lock`), '');
    const outcome = await remote.refs.transact(edits(await commit(), await commit()));
    expect(outcome).toMatchObject({ status: 'refused', reason: expect.stringContaining('locks/a.lock') });
    expect(await look(CLAIMS)).toBeNull();
  });

  it('is done when the connection was cut after the host had committed', async () => {
    const { remote, commit, look, hook } = await start();
    const one = await commit();
    await hook('reference-transaction', 'if [ "$1" = committed ] && once; then kill -9 $PPID; fi');
    expect(await remote.refs.transact(edits(one, one))).toEqual({ status: 'done' });
    expect([await look(LOCK), await look(CLAIMS)]).toEqual([one, one]);
  });

  it('is made again when the connection was cut before the host had committed, or halfway', async () => {
    const { sandbox, clone, remote, commit, look, hook } = await start();
    const one = await commit();
    await sandbox.git(clone, 'push', '-q', 'origin', `${one}:refs/heads/held`);
    const halfway = `unset GIT_QUARANTINE_PATH; git update-ref ${LOCK} ${one}; kill -9 $PPID`;
    await hook('pre-receive', `if once; then ${halfway}; fi`);
    expect(await remote.refs.transact(edits(one, one))).toEqual({ status: 'done' });
    expect([await look(LOCK), await look(CLAIMS)]).toEqual([one, one]);
  });

  it('is unknown when the connection was cut and the refs cannot be read', async () => {
    const { remote, commit, hook, program } = await start();
    await hook('reference-transaction', 'if [ "$1" = committed ]; then kill -9 $PPID; fi');
    await program('uploadpack', 'exit 1');
    expect(await remote.refs.transact(edits(await commit(), await commit()))).toMatchObject({
      status: 'unknown',
    });
  });

  it('is an outage when nothing was sent: the host is gone, or hangs before it answers', async () => {
    const { sandbox, clone, commit, program } = await start();
    await program('receivepack', 'sleep 600');
    const impatient = await connect(clone, 400);
    const [one, two] = [await commit(), await commit()];
    await expect(impatient.refs.transact(edits(one, two))).rejects.toMatchObject({
      code: 'REMOTE_UNREACHABLE',
    });
    await sandbox.git(clone, 'remote', 'set-url', 'origin', 'http://127.0.0.1:1/gone.git');
    await expect(impatient.refs.transact(edits(one, two))).rejects.toMatchObject({
      code: 'REMOTE_UNREACHABLE',
    });
    await expect(impatient.refs.read([LOCK])).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
    await expect(impatient.offer([{ ref: BRANCH, to: one }])).rejects.toMatchObject({
      code: 'REMOTE_UNREACHABLE',
    });
  });

  it('is unknown when the host hangs after it was asked', async () => {
    const { sandbox, remote, commit, hook } = await start();
    const asked = sandbox.path('asked');
    await hook('pre-receive', `: > '${asked}'; sleep 600`);
    const wanted = edits(await commit(), await commit());
    const pass = holdTime();
    const outcome = remote.refs.transact(wanted);
    await expect.poll(() => existsSync(asked), { timeout: 30_000 }).toBe(true);
    pass(BUDGET);
    expect(await outcome).toMatchObject({ status: 'unknown' });
  });
});
