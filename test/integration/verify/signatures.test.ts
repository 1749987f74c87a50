import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MERGE_VERSION } from '../../../src/store/commit-message.ts';
import { lacksTool } from '../../support/processes.ts';
import { openSandbox, type Sandbox } from '../../support/sandbox.ts';
import { BRANCH, type Forgery, type SigningTeam, signTeam } from '../../support/signing.ts';
import { makeTeam } from '../cli/support/team.ts';

/**
 * One remote whose policy asks for signatures, two clones that sign with keys that their cards name, and a key of a
 * stranger. Each case moves refs of the remote as somebody would who can push, and puts them back.
 */
let sandbox: Sandbox;
let team: Awaited<ReturnType<typeof makeTeam>>;
let signing: SigningTeam;
const LOCK = 'refs/agent-os/locks/database';

const onRemote = (ref: string) => sandbox.git(team.remote, 'rev-parse', ref);

beforeAll(async () => {
  sandbox = await openSandbox();
  team = await makeTeam(sandbox);
  signing = await signTeam(sandbox, team);
});
afterAll(() => sandbox.dispose());

interface Verified {
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly message: string;
  }[];
}

/** What the rule finds on the remote as it is, since `before`. */
async function findings(before = signing.base): Promise<string[]> {
  const done = await sandbox.cli(team.bob, ['verify', '--state', '--before', before, '--json']);
  const { findings: all } = JSON.parse(done.stdout) as Verified;
  expect(done.exitCode, done.stderr).toBe(all.some(({ severity }) => severity === 'error') ? 4 : 0);
  return all.filter(({ rule }) => rule === 'signatures').map(({ message }) => message);
}

/** On top of the branch, unless it is said where else. */
const forge = async (input: Partial<Forgery>) => signing.forge({ parent: await onRemote(BRANCH), ...input });

/** The content of a lock's record with a lease that ends years later. */
async function longerLease(record: string): Promise<string> {
  const write = async (args: string[], input: string) =>
    (await sandbox.tryGit(team.remote, args, { input })).stdout.trim();
  const text = await sandbox.git(team.remote, 'show', `${record}:lock.yaml`);
  const longer = text.replace(/expires_at: .*/, 'expires_at: 2036-01-01T00:00:00.000Z');
  const blob = await write(['hash-object', '-w', '--stdin'], longer);
  return write(['mktree'], `100644 blob ${blob}\tlock.yaml\n`);
}

/** What is found while a ref of the remote is elsewhere. */
async function foundWith(ref: string, oid: string): Promise<string[]> {
  const before = await onRemote(ref).catch(() => '');
  await sandbox.git(team.remote, 'update-ref', ref, oid);
  try {
    return await findings();
  } finally {
    await sandbox.git(team.remote, 'update-ref', ...(before === '' ? ['-d', ref] : [ref, before]));
  }
}

test('operations, records of locks and claims of two clones are signed, git itself accepts them, and nothing is found', async () => {
  const { ada, bob, remote } = team;
  await sandbox.json(ada, ['lock', 'database', '--paths', 'db/**']);
  await sandbox.json(ada, ['send', 'bob', 'Mine for an hour']);
  await sandbox.json(bob, ['log', 'add', 'at the same time']);
  await sandbox.json(ada, ['sync']);
  await sandbox.json(bob, ['sync']);
  await sandbox.json(ada, ['sync']);
  expect(await findings()).toEqual([]);

  const signers = sandbox.path('keys/allowed');
  for (const name of ['ada', 'bob']) await appendFile(signers, `${name} ${await signing.publicKey(name)}\n`);
  const listed = await sandbox.git(remote, 'rev-list', '--no-merges', BRANCH, `^${signing.base}`);
  const commits = [...listed.split('\n'), await onRemote(LOCK), await onRemote('refs/agent-os/claims')];
  expect(commits.length).toBeGreaterThan(3);
  const pins = ['-c', `gpg.ssh.allowedSignersFile=${signers}`];
  for (const oid of commits) {
    const verified = await sandbox.tryGit(remote, [...pins, 'verify-commit', '--raw', oid]);
    expect(verified.stderr).toMatch(/^Good "git" signature for (?:ada|bob) with ED25519 key/);
  }
  expect(await sandbox.git(remote, 'log', '-1', '--format=%B', LOCK)).toMatch(
    /Agent-OS-Agent: ada\nAgent-OS-Ref: refs\/agent-os\/locks\/database\n*$/,
  );
  await sandbox.git(remote, 'fsck', '--strict');
});

test('renewal, a release, and another holder stay in order', async () => {
  const { ada, bob } = team;
  await sandbox.json(ada, ['lock', 'shared', '--shared']);
  await sandbox.json(bob, ['lock', 'shared', '--shared']);
  await sandbox.json(ada, ['lock', 'api']);
  await sandbox.json(ada, ['lock', 'api', '--ttl', '3h']);
  await sandbox.json(ada, ['unlock', 'api']);
  await sandbox.json(bob, ['lock', 'api']);
  expect(await findings()).toEqual([]);
});

test('merges are not signed, and two clones that sign with different keys make the same one', async () => {
  const { ada, bob, remote } = team;
  await sandbox.json(ada, ['sync']);
  await sandbox.json(bob, ['sync']);
  await sandbox.json(ada, ['log', 'add', 'one side']);
  await sandbox.json(bob, ['log', 'add', 'the other side']);
  await sandbox.json(ada, ['sync']);
  const other = await sandbox.git(bob, 'rev-parse', BRANCH);
  await sandbox.git(
    bob,
    'push',
    '--quiet',
    '--no-verify',
    'origin',
    `${other}:refs/agent-os/outbox/somebodyselsebox`,
  );
  await sandbox.json(ada, ['sync', '--pull']);
  await sandbox.json(bob, ['sync', '--pull']);
  const merge = await sandbox.git(ada, 'rev-parse', BRANCH);
  expect(await sandbox.git(bob, 'rev-parse', BRANCH)).toBe(merge);
  const text = await sandbox.git(ada, 'cat-file', 'commit', merge);
  expect(text).toMatch(/^parent .*\nparent /m);
  expect(text).not.toContain('gpgsig');
  await sandbox.git(ada, 'push', '--quiet', '--no-verify', 'origin', `${merge}:${BRANCH}`);
  expect(await findings()).toEqual([]);
  await sandbox.git(remote, 'update-ref', '-d', 'refs/agent-os/outbox/somebodyselsebox');
});

describe('found is an operation', () => {
  test('without a signature, though it calls itself a merge', async () => {
    expect(await foundWith(BRANCH, await forge({}))).toEqual([`is not signed, and is on ${BRANCH}`]);
    const more = `Agent-OS-Merge: ${MERGE_VERSION}\nAgent-OS-Clock: 001795415340000\n`;
    expect(await foundWith(BRANCH, await forge({ more }))).toEqual([`is not signed, and is on ${BRANCH}`]);
  });

  test('that is a merge without a signature, and holds something else than its parents make', async () => {
    await sandbox.json(team.ada, ['log', 'add', 'something that the base does not have']);
    await sandbox.json(team.ada, ['sync']);
    const more = `Agent-OS-Merge: ${MERGE_VERSION}\nAgent-OS-Clock: 001795415340000\n`;
    const merge = { other: signing.base, more };
    expect(await foundWith(BRANCH, await forge(merge))).toEqual([]);
    const made = await forge({ ...merge, tree: `${signing.base}^{tree}` });
    expect(await foundWith(BRANCH, made)).toEqual([`is not signed, and is on ${BRANCH}`]);
    const unknown = await forge({ ...merge, more: 'Agent-OS-Merge: 2\n' });
    expect(await foundWith(BRANCH, unknown)).toEqual([`is not signed, and is on ${BRANCH}`]);
  });

  test('signed with a key that no card names', async () => {
    expect(await foundWith(BRANCH, await forge({ key: 'stranger' }))).toEqual([
      expect.stringMatching(/^is signed with the key SHA256:\S+, which no card names$/),
    ]);
  });

  test('signed with the key of another agent', async () => {
    expect(await foundWith(BRANCH, await forge({ key: 'bob' }))).toEqual([
      'says that ada acts, and is signed with a key of bob',
    ]);
    expect(await foundWith(BRANCH, await forge({ key: 'bob', agent: 'bob' }))).toEqual([]);
  });

  test('changed after it was signed', async () => {
    const good = await forge({ key: 'ada' });
    const text = await sandbox.git(team.remote, 'cat-file', 'commit', good);
    const input = `${text.replace('log: forged', 'log: forgery')}\n`;
    const args = ['hash-object', '-t', 'commit', '-w', '--stdin'];
    const bad = (await sandbox.tryGit(team.remote, args, { input })).stdout.trim();
    expect(await foundWith(BRANCH, good)).toEqual([]);
    expect(await foundWith(BRANCH, bad)).toEqual(['has a bad signature: it was changed after it was signed']);
  });

  test('replayed from another ref', async () => {
    const ref = 'refs/heads/state-of-another-repository';
    expect(await foundWith(BRANCH, await forge({ key: 'ada', ref }))).toEqual([
      `was signed for ${ref}, and was replayed on ${BRANCH}`,
    ]);
    expect(await foundWith(BRANCH, await forge({ key: 'ada', ref: '' }))).toEqual([
      'is signed, and does not say for which ref',
    ]);
  });

  test('signed with a key that the same push gives to the agent', async () => {
    const { state } = signing;
    await sandbox.git(state, 'fetch', '--quiet', 'origin', BRANCH);
    await sandbox.git(state, 'checkout', '--quiet', '--detach', 'FETCH_HEAD');
    const stranger = await signing.publicKey('stranger');
    await appendFile(join(state, 'agents/ada.yaml'), `  - ${stranger}\n`);
    await sandbox.git(state, 'commit', '--quiet', '-am', 'x');
    await sandbox.git(state, 'push', '--quiet', '--no-verify', 'origin', 'HEAD:refs/heads/scratch');
    const gift = await forge({ key: 'bob', agent: 'bob', tree: 'refs/heads/scratch^{tree}' });
    const used = await forge({ key: 'stranger', parent: gift });
    expect(await foundWith(BRANCH, used)).toEqual([
      expect.stringMatching(/^is signed with the key SHA256:\S+, which no card names$/),
      'gives ada other keys than before, which count from the next check on',
    ]);
  });
});

test('a push that takes the rule back is judged by it', async () => {
  const { state } = signing;
  await sandbox.git(state, 'fetch', '--quiet', 'origin', BRANCH);
  await sandbox.git(state, 'checkout', '--quiet', '--detach', 'FETCH_HEAD');
  const off = await sandbox.commitFile(state, 'config.yaml', 'schema: agent-os/config/v1\n');
  await sandbox.git(state, 'push', '--quiet', '--no-verify', 'origin', `+${off}:refs/heads/scratch`);
  expect(await foundWith(BRANCH, off)).toEqual([`is not signed, and is on ${BRANCH}`]);
});

test('the policy is changed in order by agent-os, and by hand with the trailers that say who acts and where', async () => {
  const { ada } = team;
  const at = await onRemote(BRANCH);
  await sandbox.json(ada, ['sync']);
  await sandbox.json(ada, ['config', 'set', 'verify.signatures', 'warn']);
  await sandbox.json(ada, ['sync']);
  expect(await findings(at)).toEqual([]);
  await sandbox.json(ada, ['config', 'set', 'verify.signatures', 'error']);
  const hand = sandbox.path('by-hand');
  await sandbox.git(ada, 'worktree', 'add', '--quiet', '--detach', hand, 'agent-os');
  await appendFile(join(hand, 'config.yaml'), '# by hand\n');
  const trailers = ['--trailer', 'Agent-OS-Agent: ada', '--trailer', `Agent-OS-Ref: ${BRANCH}`];
  await sandbox.git(hand, 'commit', '--quiet', '-a', '-S', '-m', 'policy', ...trailers);
  await sandbox.git(hand, 'push', '--quiet', '.', 'HEAD:agent-os');
  await sandbox.json(ada, ['sync']);
  expect(await findings(at)).toEqual([]);
  expect(await sandbox.git(team.remote, 'show', `${BRANCH}:config.yaml`)).toMatch(
    /signatures: error[\s\S]*# by hand/,
  );
});

test('a shallow clone fetches the history that it lacks, and finds the same', async () => {
  const args = ['--depth', '1', '--no-single-branch'];
  const shallow = await sandbox.clone(`file://${team.remote}`, 'shallow', { args });
  await sandbox.git(shallow, 'config', 'agent-os.remote', 'origin');
  const tip = await onRemote(BRANCH);
  await sandbox.git(team.remote, 'update-ref', BRANCH, await forge({ key: 'ada', parent: await forge({}) }));
  await sandbox.git(shallow, 'fetch', '--quiet', '--depth', '1', 'origin', 'agent-os');
  const done = await sandbox.cli(shallow, ['verify', '--state', '--before', signing.base, '--json']);
  await sandbox.git(team.remote, 'update-ref', BRANCH, tip);
  const { findings: all } = JSON.parse(done.stdout) as Verified;
  expect(all.map(({ message }) => message)).toEqual([`is not signed, and is on ${BRANCH}`]);
});

test('found is a lock whose lease its holder did not sign, or that was signed for another lock', async () => {
  const held = await onRemote(LOCK);
  const forged = await forge({ key: 'bob', agent: 'bob', ref: LOCK, parent: held });
  // A record on top that leaves the lease as it is gives nothing; the one below it, which gave it, is in order.
  expect(await foundWith(LOCK, forged)).toEqual([]);
  const longer = { ref: LOCK, parent: held, tree: await longerLease(held) };
  expect(await foundWith(LOCK, await forge({ ...longer, key: 'bob', agent: 'bob' }))).toEqual([
    'says that ada acts, and is signed with a key of bob',
  ]);
  expect(await foundWith(LOCK, await forge(longer))).toEqual([`is not signed, and is on ${LOCK}`]);
  const replayed = await forge({ ...longer, key: 'ada', ref: 'refs/agent-os/locks/api' });
  expect(await foundWith(LOCK, replayed)).toEqual([
    `was signed for refs/agent-os/locks/api, and was replayed on ${LOCK}`,
  ]);
  expect(await foundWith(LOCK, await forge({ ...longer, key: 'ada' }))).toEqual([]);
});

test('without knowing where the branch was before, nobody can say whose keys count', async () => {
  const fresh = await sandbox.clone(team.remote, 'fresh');
  await sandbox.git(fresh, 'config', 'agent-os.remote', 'origin');
  const done = await sandbox.cli(fresh, ['verify', '--state', '--json']);
  expect(done.exitCode).toBe(5);
  expect(done.stdout).toContain('give --before');
  // Commits of the code are not on the branch: the keys that its cards name now count for the locks.
  expect(await sandbox.json(fresh, ['verify', 'HEAD..HEAD'])).toMatchObject({ findings: [], unknown: [] });
  const held = await onRemote(LOCK);
  await sandbox.git(
    team.remote,
    'update-ref',
    LOCK,
    await forge({ parent: held, tree: await longerLease(held) }),
  );
  expect((await sandbox.cli(fresh, ['verify', 'HEAD..HEAD'])).stdout).toContain('is not signed');
  await sandbox.git(team.remote, 'update-ref', LOCK, held);
});

test('what does not pass once does not pass when it is asked again, or after others have fetched', async () => {
  const again = await sandbox.clone(team.remote, 'again');
  await sandbox.git(again, 'config', 'agent-os.remote', 'origin');
  const verify = async (...options: string[]) => {
    const done = await sandbox.cli(again, ['verify', '--state', ...options]);
    return { exitCode: done.exitCode, isUnsigned: done.stdout.includes('is not signed, and is on') };
  };
  const unknown = { exitCode: 5, isUnsigned: false };
  const passed = { exitCode: 0, isUnsigned: false };
  const refused = { exitCode: 4, isUnsigned: true };
  // A check of commits takes the branch as it is: that vouches for nothing.
  await sandbox.json(again, ['verify', 'HEAD..HEAD']);
  expect(await verify()).toEqual(unknown);
  expect(await verify()).toEqual(unknown);
  expect(await verify('--before', signing.base)).toEqual(passed);
  expect(await verify()).toEqual(passed);

  const tip = await onRemote(BRANCH);
  await sandbox.git(team.remote, 'update-ref', BRANCH, await forge({}));
  expect(await verify()).toEqual(refused);
  await sandbox.json(again, ['locks', '--refresh']);
  expect(await verify()).toEqual(refused);
  expect((await sandbox.cli(again, ['verify', 'HEAD..HEAD'])).exitCode).toBe(4);
  expect(await verify('--offline')).toEqual(refused);
  await sandbox.git(team.remote, 'update-ref', BRANCH, await forge({ key: 'ada', parent: tip }));
  expect(await verify()).toEqual(passed);
  expect(await verify('--offline')).toEqual(passed);
  await sandbox.git(team.remote, 'update-ref', BRANCH, tip);
});

test('doctor says that a clone does not sign where the policy asks for it', async () => {
  const said = async (env: Record<string, string>) => {
    const done = await sandbox.cli(team.ada, ['doctor', '--json'], { env });
    const { checks } = JSON.parse(done.stdout) as { checks: { name: string; status: string }[] };
    return checks.find(({ name }) => name === 'signing')?.status;
  };
  expect(await said({})).toBe('ok');
  expect(await said({ AGENT_OS_SIGN: 'false' })).toBe('warn');
});

test('what cannot be signed is not written: no key, none that works, no program', async () => {
  const { ada } = team;
  const tip = await sandbox.git(ada, 'rev-parse', BRANCH);
  const refused = async (settings: Record<string, string>) => {
    const entries = Object.entries(settings);
    const env = Object.fromEntries([
      ['GIT_CONFIG_COUNT', String(entries.length)],
      ...entries.flatMap(([key, value], at) => [
        [`GIT_CONFIG_KEY_${at}`, key],
        [`GIT_CONFIG_VALUE_${at}`, value],
      ]),
    ]) as Record<string, string>;
    const done = await sandbox.cli(ada, ['log', 'add', 'x', '--json'], { env });
    expect(done.exitCode).toBe(1);
    return (JSON.parse(done.stdout) as { error: { code: string; message: string; hint: string } }).error;
  };
  expect(await refused({ 'user.signingKey': '' })).toMatchObject({
    code: 'CANNOT_SIGN',
    message: 'nothing says which ssh key signs',
  });
  expect(await refused({ 'user.signingKey': signing.keyOf('nobody') })).toMatchObject({
    code: 'CANNOT_SIGN',
    hint: expect.stringContaining('ssh-add'),
  });
  const args = ['-q', '-t', 'ed25519', '-N', 'a passphrase', '-f', signing.keyOf('locked')];
  await sandbox.start('ssh-keygen', args, sandbox.root).result;
  expect((await refused({ 'user.signingKey': signing.keyOf('locked') })).hint).toContain('ssh-add');
  const program = sandbox.path('no-such-program');
  expect((await refused({ 'gpg.ssh.program': program })).message).toContain('could not be started');
  expect(await sandbox.git(ada, 'rev-parse', BRANCH)).toBe(tip);
  const lock = await sandbox.cli(ada, ['lock', 'unsigned', '--json'], {
    env: { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'gpg.format', GIT_CONFIG_VALUE_0: 'none' },
  });
  expect(lock.stdout).toContain('CANNOT_SIGN');
  expect(
    await sandbox.tryGit(team.remote, ['rev-parse', '-q', '--verify', 'refs/agent-os/locks/unsigned']),
  ).toMatchObject({ stdout: '' });
});

test('a repository of sha256 objects has the header that git wants there', async () => {
  const path = sandbox.path('sha256');
  await sandbox.git(sandbox.root, 'init', '--quiet', '--object-format=sha256', '--initial-branch=main', path);
  for (const [key, value] of [
    ['user.name', 'ada'],
    ['user.email', 'ada@example.com'],
    ['gpg.format', 'ssh'],
    ['user.signingKey', signing.keyOf('ada')],
    ['agent-os.sign', 'true'],
  ] as const)
    await sandbox.git(path, 'config', key, value);
  await sandbox.json(path, ['init', '--no-hooks']);
  const pins = ['-c', `gpg.ssh.allowedSignersFile=${sandbox.path('keys/allowed')}`];
  const verified = await sandbox.tryGit(path, [...pins, 'verify-commit', BRANCH]);
  expect(verified.stderr).toContain('Good "git" signature for ada');
  await sandbox.git(path, 'fsck', '--strict');
});

test('a public key in the configuration, or one that a command prints, signs through the agent', async () => {
  const { ada } = team;
  const agent = await sandbox.start('ssh-agent', ['-s'], sandbox.root).result;
  const env = { SSH_AUTH_SOCK: /SSH_AUTH_SOCK=([^;]+)/.exec(agent.stdout)?.[1] ?? '' };
  const added = await sandbox.start('ssh-add', ['-q', signing.keyOf('ada')], sandbox.root, { env }).result;
  expect(added.exitCode, added.stderr).toBe(0);
  const key = await signing.publicKey('ada');
  const at = await onRemote(BRANCH);
  await sandbox.git(ada, 'config', 'user.signingKey', `key::${key}`);
  await sandbox.json(ada, ['log', 'add', 'by the agent'], { env });
  await sandbox.git(ada, 'config', 'user.signingKey', '');
  await sandbox.git(ada, 'config', 'gpg.ssh.defaultKeyCommand', 'ssh-add -L');
  await sandbox.json(ada, ['log', 'add', 'by the agent'], { env });
  await sandbox.git(ada, 'config', 'user.signingKey', signing.keyOf('ada'));
  await sandbox.json(ada, ['sync']);
  expect(await findings(at)).toEqual([]);
});

test.skipIf(lacksTool('gpg', 'gnupg'))('an OpenPGP key signs by its fingerprint', async () => {
  const { ada, remote } = team;
  const home = sandbox.path('gpg');
  await mkdir(home, { mode: 0o700 });
  const env = { GNUPGHOME: home };
  const gpg = async (...args: string[]) => {
    const done = await sandbox.start('gpg', ['--batch', ...args], sandbox.root, { env }).result;
    expect(done.exitCode, done.stderr).toBe(0);
    return done.stdout;
  };
  await gpg('--passphrase', '', '--quick-generate-key', 'ada <ada@example.com>', 'ed25519', 'sign', '1d');
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(await gpg('--with-colons', '--list-keys'))?.[1] ?? '';
  const definition = `---\nname: ada\nkeys:\n  - "openpgp:${fingerprint}"\n  - ${await signing.publicKey('ada')}\n---\n`;
  await sandbox.json(ada, ['agent', 'add', '-'], { input: definition });
  await sandbox.json(ada, ['sync']);
  const before = await onRemote(BRANCH);
  await sandbox.git(ada, 'config', 'gpg.format', 'openpgp');
  await sandbox.git(ada, 'config', 'user.signingKey', fingerprint);
  await sandbox.json(ada, ['log', 'add', 'with OpenPGP'], { env });
  await sandbox.json(ada, ['sync'], { env });
  const accepted = await sandbox.tryGit(remote, ['verify-commit', '--raw', `${BRANCH}^{commit}`], { env });
  expect(accepted.stderr).toContain(`VALIDSIG ${fingerprint}`);
  const verify = ['verify', '--state', '--before', before, '--json'];
  expect(await sandbox.json(ada, verify, { env })).toMatchObject({ findings: [] });
  const stranger = await sandbox.cli(ada, verify, { env: { GNUPGHOME: sandbox.path('keys') } });
  expect(stranger.exitCode).toBe(4);
  expect(stranger.stdout).toContain('git does not know here');
});
