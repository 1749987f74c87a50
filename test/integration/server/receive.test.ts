import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MERGE_VERSION } from '../../../src/store/commit-message.ts';
import { serveHttp } from '../../support/http-remote.ts';
import { installHook } from '../../support/remote-hooks.ts';
import { openSandbox, type Sandbox } from '../../support/sandbox.ts';
import { makeTeam } from '../cli/support/team.ts';

/** One guarded remote with two clones for the whole file: every push that is refused leaves it as it was. */
let sandbox: Sandbox;
let team: Awaited<ReturnType<typeof makeTeam>>;

beforeAll(async () => {
  sandbox = await openSandbox();
  team = await makeTeam(sandbox);
  await sandbox.json(team.remote, ['server', 'install']);
  await sandbox.json(team.ada, ['sync']);
  await sandbox.json(team.bob, ['sync']);
});
afterAll(() => sandbox.dispose());

/** A push with plain git, past everything that agent-os itself would check; returns what the remote said. */
async function push(clone: string, ...refspecs: string[]): Promise<string> {
  const done = await sandbox.tryGit(clone, ['push', '--no-verify', 'origin', ...refspecs]);
  return done.exitCode === 0 ? 'accepted' : done.stderr;
}

const lockRef = 'refs/agent-os/locks/database';
const remoteLock = () => sandbox.git(team.remote, 'rev-parse', lockRef);

/** A commit with one file, as nobody's agent-os would make it. */
async function forge(
  clone: string,
  { file, content, parents, message }: { file: string; content: string; parents: string[]; message: string },
): Promise<string> {
  const write = async (args: string[], input: string) =>
    (await sandbox.tryGit(clone, args, { input })).stdout.trim();
  const blob = await write(['hash-object', '-w', '--stdin'], content);
  const tree = await write(['mktree'], `100644 blob ${blob}\t${file}\n`);
  return write(['commit-tree', ...parents.flatMap((parent) => ['-p', parent]), tree], message);
}

async function lockFile(clone: string, oid: string): Promise<string> {
  await sandbox.git(
    clone,
    'fetch',
    '--quiet',
    'origin',
    `+${lockRef}:refs/agent-os/remote/origin/locks/database`,
  );
  return sandbox.git(clone, 'show', `${oid}:lock.yaml`);
}

test('the whole protocol passes: locks with paths, renewal, messages, a fenced push, release, another holder', async () => {
  const { ada, bob } = team;
  await sandbox.json(ada, ['lock', 'database', '--paths', 'db/**']);
  await sandbox.json(ada, ['lock', 'database', '--ttl', '3h']);
  await sandbox.json(ada, ['send', 'bob', 'The schema is mine for an hour']);
  await sandbox.json(ada, ['sync']);
  await sandbox.commitFile(ada, 'db/schema.sql', 'x');
  await sandbox.json(ada, ['push', 'origin', 'main']);
  await sandbox.json(bob, ['lock', 'database'], { exit: 3 });
  await sandbox.json(ada, ['unlock', 'database']);
  await sandbox.json(bob, ['lock', 'database', '--paths', 'db/**']);
  await sandbox.json(bob, ['unlock', 'database']);
  await sandbox.json(bob, ['sync']);
  await sandbox.json(ada, ['lock', 'database', '--paths', 'db/**']);
});

test('a force with a reason passes, and its token stays', async () => {
  const { ada, bob } = team;
  await sandbox.json(bob, ['lock', 'forced']);
  await sandbox.json(ada, ['locks', '--refresh']);
  const oid = await sandbox.git(ada, 'rev-parse', 'refs/agent-os/remote/origin/locks/forced');
  expect(
    await sandbox.json(ada, ['unlock', 'forced', '--force', oid, '--reason', 'its holder left']),
  ).toMatchObject({ released: ['forced'] });
});

test('a lock ref is not removed, by name or by a mirror push', async () => {
  const { ada, remote } = team;
  const before = await sandbox.git(remote, 'for-each-ref', 'refs/agent-os');
  expect(await push(ada, `:${lockRef}`)).toContain(`refused ${lockRef}: a lock is released, never removed`);
  expect(await push(ada, ':refs/agent-os/claims')).toContain('the table of claims is never removed');
  const mirror = await sandbox.tryGit(ada, ['push', '--no-verify', '--mirror', 'origin']);
  expect(mirror.exitCode).not.toBe(0);
  expect(mirror.stderr).toContain(`refused ${lockRef}: a lock is released, never removed`);
  expect(await sandbox.git(remote, 'for-each-ref', 'refs/agent-os')).toBe(before);
});

test('a running lock is not taken by somebody else, and neither its token nor its history goes back', async () => {
  const { bob } = team;
  const held = await remoteLock();
  const file = await lockFile(bob, held);
  const cases: [string, string, string[], RegExp][] = [
    [
      'a rival in its place',
      file
        .replace(/agent: ada/, 'agent: bob')
        .replace(/nonce: .*/, 'nonce: stolenstolenstol')
        .replace(/token: (\d+)/g, (_, token) => `token: ${Number(token) + 1}`),
      [held],
      /ada holds it until .*, and bob takes its place/,
    ],
    [
      'a smaller token',
      file.replace(/token: (\d+)/g, 'token: 5'),
      [held],
      /its token falls|changes hands or token/,
    ],
    ['no parent', file, [], /not the one before with one record more/],
    ['nonsense', 'resource: [', [held], /lock|YAML|flow/i],
    ['a newer format', file.replace('agent-os/lock/v1', 'agent-os/lock/v2'), [held], /newer version/],
    ['another resource', file.replace('resource: database', 'resource: api'), [held], /another resource/],
  ];
  for (const [name, content, parents, expected] of cases) {
    const forged = await forge(bob, { file: 'lock.yaml', content, parents, message: `held ${name}` });
    expect(await push(bob, `+${forged}:${lockRef}`), name).toMatch(expected);
  }
  expect(await remoteLock()).toBe(held);
});

test('a record is not called what it is not', async () => {
  const { bob } = team;
  const held = await remoteLock();
  const content = await lockFile(bob, held);
  const free = await forge(bob, {
    file: 'lock.yaml',
    content,
    parents: [held],
    message: 'free database #5\n',
  });
  expect(await push(bob, `${free}:${lockRef}`)).toMatch(
    /its subject is not what its record says, 'held database by ada until /,
  );
  expect(await remoteLock()).toBe(held);
});

test('a live claim does not vanish, and none appears without its lock', async () => {
  const { bob, remote } = team;
  const ref = 'refs/agent-os/claims';
  const claims = await sandbox.git(remote, 'rev-parse', ref);
  await sandbox.git(bob, 'fetch', '--quiet', 'origin', ref);
  const file = await sandbox.git(remote, 'show', `${claims}:claims.yaml`);
  const empty = 'schema: agent-os/claims/v1\nclaims: []\n';
  const lost = await forge(bob, { file: 'claims.yaml', content: empty, parents: [claims], message: 'x' });
  expect(await push(bob, `${lost}:${ref}`)).toContain('the claim of ada on database is live');
  const content = file.replace(/nonce: .*/, 'nonce: mademademademade');
  const made = await forge(bob, { file: 'claims.yaml', content, parents: [claims], message: 'x' });
  expect(await push(bob, `${made}:${ref}`)).toContain('the claim of ada on database has no lock');
});

test('a table of claims that is broken is replaced by who made it anew from the locks', async () => {
  const { bob, remote } = team;
  const ref = 'refs/agent-os/claims';
  const before = await sandbox.git(remote, 'rev-parse', ref);
  await sandbox.git(remote, 'update-ref', ref, await sandbox.git(remote, 'rev-parse', 'main'));
  await sandbox.json(bob, ['lock', 'anew', '--paths', 'anew/**']);
  const table = await sandbox.git(remote, 'show', `${ref}:claims.yaml`);
  expect(table).toContain('resource: database');
  await sandbox.json(bob, ['unlock', 'anew']);
  await sandbox.git(remote, 'update-ref', ref, before);
});

test('the branch is neither rewritten nor removed, and takes no broken file and no merge that was made up', async () => {
  const { ada, remote } = team;
  const ref = 'refs/heads/agent-os';
  const tip = await sandbox.git(remote, 'rev-parse', ref);
  expect(await push(ada, `+${tip}~1:${ref}`)).toContain('was rewritten');
  expect(await push(ada, `:${ref}`)).toContain('the branch is never removed');
  const other = await forge(ada, { file: 'x', content: 'x', parents: [], message: 'other root' });
  expect(await push(ada, `+${other}:${ref}`)).toContain('was rewritten');
  expect(await push(ada, `${other}:refs/agent-os/outbox/0123456789abcdef`)).toContain('does not begin where');

  const worktree = await sandbox
    .git(ada, 'worktree', 'add', '--quiet', '--detach', '../state', tip)
    .then(() => sandbox.path('state'));
  const broken = await sandbox.commitFile(worktree, 'agents/ada.yaml', 'schema: agent-os/card/v1\nname: [\n');
  expect(await push(ada, `${broken}:${ref}`)).toMatch(/refused refs\/heads\/agent-os: .*agents\/ada.yaml/);
  await sandbox.git(worktree, 'reset', '--quiet', '--hard', tip);
  const workflow = await sandbox.commitFile(worktree, '.github/workflows/x.yml', 'on: push\n');
  expect(await push(ada, `${workflow}:${ref}`)).toContain('could run on the host');
  const tree = await sandbox.git(ada, 'rev-parse', `${tip}~1^{tree}`);
  const message = `merge: 2 lines of history\n\nAgent-OS-Merge: ${MERGE_VERSION}\nAgent-OS-Clock: 001795415340000\n`;
  const merge = await sandbox.tryGit(ada, ['commit-tree', '-p', tip, '-p', `${tip}~1`, tree], {
    input: message,
  });
  for (const place of [ref, 'refs/agent-os/outbox/0123456789abcdef']) {
    expect(await push(ada, `${merge.stdout.trim()}:${place}`), place).toContain(
      'its content is not what that merge gives',
    );
  }
  expect(await sandbox.git(remote, 'rev-parse', ref)).toBe(tip);
});

test('an outbox is moved by its own clone, and loses nothing', async () => {
  const { ada, bob, remote } = team;
  await sandbox.json(bob, ['send', 'ada', 'Waiting']);
  await sandbox.json(bob, ['sync']);
  const listed = await sandbox.git(
    remote,
    'for-each-ref',
    '--format=%(refname) %(objectname)',
    'refs/agent-os/outbox',
  );
  const own = await sandbox.json(bob, ['status']);
  const clone = (own as { sessions: { agent: string; clone: string }[] }).sessions.find(
    ({ agent }) => agent === 'bob',
  )?.clone;
  const outbox = `refs/agent-os/outbox/${clone}`;
  expect(listed).toContain(outbox);
  await sandbox.json(ada, ['log', 'add', 'not published yet']);
  const foreign = await sandbox.git(ada, 'rev-parse', 'refs/heads/agent-os');
  expect(await push(ada, `+${foreign}:${outbox}`)).toContain('no clone moves the outbox of another');
});

test('commits with a token that was never given, or that others hold now, are refused; plain ones start no Node', async () => {
  const { bob, remote } = team;
  await sandbox.git(bob, 'fetch', '--quiet', 'origin');
  await sandbox.git(bob, 'reset', '--quiet', '--hard', 'origin/main');
  await writeFile(join(bob, 'note.txt'), 'x');
  await sandbox.git(bob, 'add', '.');
  const message = 'forged\n\nAgent-OS-Agent: bob\nAgent-OS-Lock: database@17\n';
  await sandbox.git(bob, 'commit', '--quiet', '-m', message);
  expect(await push(bob, 'HEAD:refs/heads/topic')).toMatch(/database@17 was never given/);

  await sandbox.git(bob, 'reset', '--quiet', '--hard', 'origin/main');
  await sandbox.commitFile(bob, 'note.txt', 'plain');
  const hook = join(remote, 'hooks/pre-receive');
  const text = await readFile(hook, 'utf8');
  await writeFile(hook, text.replace(/^agent_os\(\).*$/m, 'agent_os() { echo started >&2; exit 1; }'));
  expect(await push(bob, 'HEAD:refs/heads/topic')).toBe('accepted');
  expect(await push(bob, 'HEAD:refs/agent-os/anything')).toContain('started');
  await writeFile(hook, text);
});

test('a hook that was there runs first, has its say, and stands in its place again after uninstall', async () => {
  const remote = await sandbox.bareRemote('chained.git');
  const clone = await sandbox.clone(remote, 'carol');
  await installHook(
    remote,
    'pre-receive',
    'while read -r old new ref; do case $ref in */no) exit 1;; esac; done',
  );
  const before = await readFile(join(remote, 'hooks/pre-receive'), 'utf8');
  expect(await sandbox.json(remote, ['server', 'install', '--dry-run'])).toMatchObject({ action: 'install' });
  expect(await readFile(join(remote, 'hooks/pre-receive'), 'utf8')).toBe(before);
  await sandbox.json(remote, ['server', 'install']);
  expect(await sandbox.json(remote, ['server', 'install'])).toMatchObject({ action: 'unchanged' });
  await sandbox.commitFile(clone, 'a', 'a');
  expect(await push(clone, 'HEAD:refs/heads/no')).toContain('pre-receive hook declined');
  expect(await push(clone, 'HEAD:refs/heads/yes')).toBe('accepted');
  await sandbox.json(remote, ['server', 'uninstall']);
  expect(await readFile(join(remote, 'hooks/pre-receive'), 'utf8')).toBe(before);
  const inClone = await sandbox.json(clone, ['server', 'install'], { exit: 1 });
  expect(inClone).toMatchObject({ error: { code: 'UNSUPPORTED_REPOSITORY' } });
});

test('who pushes is whom the web server has authenticated, and acts for the agents that config.yaml gives them', async () => {
  const own = await openSandbox();
  try {
    const { remote, ada, bob } = await makeTeam(own);
    await own.json(remote, ['server', 'install']);
    const state = own.path('state');
    await own.json(ada, ['sync']);
    await own.git(ada, 'worktree', 'add', '--quiet', '--detach', state, 'agent-os');
    const policy =
      'schema: agent-os/config/v1\nserver:\n  users:\n    alice: [ada]\n    robert: [bob]\n  admins: [root]\n';
    await own.commitFile(state, 'config.yaml', policy);
    await own.git(state, 'push', '--quiet', '--no-verify', 'origin', 'HEAD:agent-os');
    await own.json(ada, ['log', 'add', 'pushed by nobody that the server knows']);
    await own.json(ada, ['sync'], { exit: 4 });

    const login = async (clone: string, user: string) => {
      const http = await serveHttp(own, remote, { credentials: { user, password: 'x' } });
      await own.git(clone, 'remote', 'set-url', 'origin', http.urlWithCredentials);
    };
    await login(ada, 'alice');
    await own.json(ada, ['lock', 'database', '--paths', 'db/**']);
    await own.json(ada, ['send', 'bob', 'Mine']);
    await own.json(ada, ['sync']);

    await login(bob, 'alice');
    await own.json(bob, ['lock', 'api'], { exit: 4 });
    await own.json(bob, ['send', 'ada', 'As bob, by the wrong hand']);
    await own.json(bob, ['sync'], { exit: 4 });
    await login(bob, 'robert');
    await own.json(bob, ['sync']);
    await own.json(bob, ['lock', 'api']);

    await own.json(ada, ['sync']);
    await own.git(state, 'reset', '--quiet', '--hard', 'agent-os');
    await own.commitFile(state, 'config.yaml', 'schema: agent-os/config/v1\n');
    const changed = await own.tryGit(state, ['push', '--no-verify', 'origin', 'HEAD:agent-os']);
    expect(changed.stderr).toContain('only an admin of the server may change server of config.yaml');
  } finally {
    await own.dispose();
  }
});
