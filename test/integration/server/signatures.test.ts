import { afterAll, beforeAll, expect, test } from 'vitest';
import { lacksTool } from '../../support/processes.ts';
import { openSandbox, type Sandbox } from '../../support/sandbox.ts';
import { BRANCH, type Forgery, type SigningTeam, signTeam } from '../../support/signing.ts';
import { serveSsh } from '../../support/ssh-remote.ts';
import { makeTeam } from '../cli/support/team.ts';

/** One guarded remote whose policy asks for signatures, and two clones that sign. What is refused leaves it as it was. */
let sandbox: Sandbox;
let team: Awaited<ReturnType<typeof makeTeam>>;
let signing: SigningTeam;
const OUTBOX = 'refs/agent-os/outbox/0123456789abcdef';

beforeAll(async () => {
  sandbox = await openSandbox();
  team = await makeTeam(sandbox);
  signing = await signTeam(sandbox, team);
  await sandbox.json(team.remote, ['server', 'install']);
});
afterAll(() => sandbox.dispose());

/** A push with plain git of something that was made in the remote; returns what the remote said. */
async function push(oid: string, ref: string, env: Record<string, string> = {}): Promise<string> {
  const { bob, remote } = team;
  await sandbox.git(remote, 'update-ref', 'refs/heads/handed-over', oid);
  await sandbox.git(bob, 'fetch', '--quiet', 'origin', 'handed-over');
  await sandbox.git(remote, 'update-ref', '-d', 'refs/heads/handed-over');
  const done = await sandbox.tryGit(bob, ['push', '--no-verify', 'origin', `${oid}:${ref}`], { env });
  return done.exitCode === 0 ? 'accepted' : done.stderr;
}

const onRemote = (ref: string) => sandbox.git(team.remote, 'rev-parse', ref);
const forge = async (input: Partial<Forgery>) => signing.forge({ parent: await onRemote(BRANCH), ...input });

test('what clones that sign push passes: locks with paths, renewal, operations, merges, release', async () => {
  const { ada, bob } = team;
  await sandbox.json(ada, ['lock', 'database', '--paths', 'db/**']);
  await sandbox.json(ada, ['lock', 'database', '--ttl', '3h']);
  await sandbox.json(ada, ['send', 'bob', 'Mine']);
  await sandbox.json(bob, ['log', 'add', 'at the same time']);
  await sandbox.json(ada, ['sync']);
  await sandbox.json(bob, ['sync']);
  await sandbox.json(ada, ['sync']);
  await sandbox.json(bob, ['lock', 'api']);
  await sandbox.json(bob, ['unlock', 'api']);
});

test('operations are refused on the branch and in outboxes, also by way of a branch of the code', async () => {
  const unsigned = await forge({});
  expect(await push(unsigned, BRANCH)).toContain(`refused ${BRANCH}: ${unsigned.slice(0, 12)} is not signed`);
  expect(await push(unsigned, OUTBOX)).toContain('is not signed');
  expect(await push(unsigned, 'refs/heads/topic')).toBe('accepted');
  expect(await push(unsigned, BRANCH)).toContain('is not signed');
  expect(await push(await forge({ key: 'stranger' }), BRANCH)).toContain('which no card names');
  expect(await push(await forge({ key: 'bob' }), BRANCH)).toContain(
    'ada acts, and is signed with a key of bob',
  );
  const replayed = await forge({ key: 'ada', ref: 'refs/heads/other' });
  expect(await push(replayed, BRANCH)).toContain('was signed for refs/heads/other');
  expect(await push(await forge({ key: 'ada' }), BRANCH)).toBe('accepted');
});

test('a lock does not move without the signature of whom it names', async () => {
  const { bob } = team;
  const env = { AGENT_OS_SIGN: 'false' };
  expect((await sandbox.cli(bob, ['lock', 'plain'], { env })).stderr).toContain('is not signed');
  await sandbox.git(bob, 'config', 'user.signingKey', signing.keyOf('stranger'));
  expect((await sandbox.cli(bob, ['lock', 'strange'])).stderr).toContain('which no card names');
  await sandbox.git(bob, 'config', 'user.signingKey', signing.keyOf('ada'));
  expect((await sandbox.cli(bob, ['lock', 'borrowed'])).stderr).toContain(
    'bob acts, and is signed with a key of ada',
  );
  await sandbox.git(bob, 'config', 'user.signingKey', signing.keyOf('bob'));
  await sandbox.json(bob, ['lock', 'own']);
  const moved = await forge({
    key: 'bob',
    agent: 'bob',
    ref: 'refs/agent-os/claims',
    parent: await onRemote('refs/agent-os/locks/own'),
    subject: await sandbox.git(team.remote, 'log', '-1', '--format=%s', 'refs/agent-os/locks/own'),
  });
  expect(await push(moved, 'refs/agent-os/locks/own')).toContain('was signed for refs/agent-os/claims');
});

test.skipIf(lacksTool('sshd', 'openssh-server'))('the hook says the same to whom sshd lets in', async () => {
  const { ada, remote } = team;
  const host = await serveSsh(sandbox);
  await sandbox.git(ada, 'remote', 'set-url', 'origin', host.url(remote));
  await sandbox.git(ada, 'config', 'core.sshCommand', host.sshCommand);
  await sandbox.json(ada, ['lock', 'over-ssh', '--paths', 'ssh/**']);
  await sandbox.json(ada, ['log', 'add', 'signed']);
  await sandbox.json(ada, ['sync']);
  const tip = await onRemote(BRANCH);
  const env = { AGENT_OS_SIGN: 'false' };
  await sandbox.json(ada, ['log', 'add', 'unsigned'], { env });
  const refused = await sandbox.cli(ada, ['sync', '--json'], { env });
  expect(refused.exitCode).toBe(4);
  expect(refused.stdout).toContain('is not signed');
  const lock = await sandbox.cli(ada, ['lock', 'unsigned'], { env });
  expect(lock.stderr).toContain('is not signed');
  expect(await onRemote(BRANCH)).toBe(tip);
  // As docs/security.md tells whoever is left with it.
  await sandbox.git(ada, 'update-ref', BRANCH, 'refs/agent-os/remote/origin/branch');
  await sandbox.json(ada, ['log', 'add', 'signed this time']);
  await sandbox.json(ada, ['sync']);
  expect(await onRemote(BRANCH)).toBe(await sandbox.git(ada, 'rev-parse', BRANCH));
  const mirror = await sandbox.tryGit(ada, [
    'push',
    '--no-verify',
    'origin',
    ':refs/agent-os/locks/over-ssh',
  ]);
  expect(mirror.stderr).toContain('a lock is released, never removed');
});

test('where the server has admins, nobody else gives keys to agents of others', async () => {
  const { state } = signing;
  /** The branch with one file of it written anew, signed by ada. */
  const forgeFile = async (path: string, content: string) => {
    await sandbox.git(state, 'fetch', '--quiet', 'origin', BRANCH);
    await sandbox.git(state, 'checkout', '--quiet', '--detach', 'FETCH_HEAD');
    const oid = await sandbox.commitFile(state, path, content);
    await sandbox.git(state, 'push', '--quiet', '--no-verify', 'origin', `+${oid}:refs/heads/scratch`);
    return forge({ key: 'ada', tree: `${oid}^{tree}` });
  };
  const card = async (name: string) =>
    `schema: agent-os/card/v1\nname: ${name}\nkeys:\n  - ${await signing.publicKey(name)}\n  - ${await signing.publicKey('stranger')}\n`;
  const policy =
    'schema: agent-os/config/v1\nverify:\n  signatures: error\nserver:\n  users:\n    alice: [ada]\n    root: [ada]\n  admins: [root]\n';
  expect(await push(await forgeFile('config.yaml', policy), BRANCH)).toBe('accepted');

  const foreign = await forgeFile('agents/bob.yaml', await card('bob'));
  expect(await push(foreign, BRANCH, { GL_USER: 'alice' })).toContain(
    'only an admin of the server may change the keys of bob',
  );
  expect(await push(foreign, OUTBOX, { GL_USER: 'alice' })).toContain('may change the keys of bob');
  expect(await push(foreign, 'refs/heads/detour', { GL_USER: 'alice' })).toBe('accepted');
  expect(await push(foreign, BRANCH, { GL_USER: 'alice' })).toContain('may change the keys of bob');
  expect(await push(foreign, BRANCH, { GL_USER: 'root' })).toBe('accepted');
  const own = await forgeFile('agents/ada.yaml', await card('ada'));
  expect(await push(own, OUTBOX, { GL_USER: 'alice' })).toBe('accepted');
  // Whoever folds it into the branch has not made it.
  expect(await push(own, BRANCH, { GL_USER: 'nobody' })).toBe('accepted');
  expect(await push(await forge({ key: 'stranger' }), BRANCH, { GL_USER: 'alice' })).toBe('accepted');
});
