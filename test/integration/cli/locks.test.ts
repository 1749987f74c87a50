import { expect, test } from 'vitest';
import { makeSandbox } from '../../support/sandbox.ts';
import { makeTeam } from './support/team.ts';

test('a lock needs a session', async () => {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('ada');
  await sandbox.json(repository, ['init']);
  const done = await sandbox.cli(repository, ['lock', 'database']);
  expect(done.stderr).toBe(
    'error: ada has no active session in this worktree\n' +
      "hint: A lock belongs to a session: run `agent-os start --agent ada 'what you are about to do'`.\n",
  );
  expect({ stdout: done.stdout, exitCode: done.exitCode }).toEqual({ stdout: '', exitCode: 2 });
});

test('who comes second is told who holds it, in words and in JSON, and gets it after the release', async () => {
  const sandbox = await makeSandbox();
  const { ada, bob } = await makeTeam(sandbox);
  const got = await sandbox.cli(ada, [
    'lock',
    'database',
    'api',
    '--reason',
    'renaming \x1b[2J users',
    '--ttl',
    '30m',
  ]);
  expect(got.stdout).toMatch(/^Locked database #\d+ until .* UTC \(in \d+ min.*\)\nLocked api #\d+ until /);
  expect({ stderr: got.stderr, exitCode: got.exitCode }).toEqual({ stderr: '', exitCode: 0 });

  const held = await sandbox.cli(bob, ['lock', 'web', 'api']);
  expect(held.stderr).toMatch(
    /^error: api is held by ada until .*, because: renaming \\x1b\[2J users\nhint: Wait for it: /,
  );
  expect({ stdout: held.stdout, exitCode: held.exitCode }).toEqual({ stdout: '', exitCode: 3 });
  expect(await sandbox.json(bob, ['lock', 'api'], { exit: 3 })).toMatchObject({
    schema: 'agent-os/cli/lock/v1',
    heldBy: [{ wanted: 'api', resource: 'api', holder: { agent: 'ada' }, scope: 'remote' }],
    error: { code: 'HELD' },
  });
  expect(await sandbox.json(bob, ['locks', 'web'])).toMatchObject({ locks: [] });

  const released = await sandbox.cli(ada, ['unlock', '--all']);
  expect(released.stdout.split('\n').sort()).toEqual(['', 'Released api', 'Released database']);
  expect(await sandbox.json(bob, ['lock', 'api'])).toMatchObject({
    locks: [{ resource: 'api', mode: 'exclusive' }],
  });
});

test('paths cover each of several resources, and overlap decides', async () => {
  const sandbox = await makeSandbox();
  const { ada, bob } = await makeTeam(sandbox);
  expect(await sandbox.json(ada, ['lock', 'one', 'two', '--paths', 'db/**', '*.sql'])).toMatchObject({
    locks: [
      { resource: 'one', paths: ['*.sql', 'db/**'] },
      { resource: 'two', paths: ['*.sql', 'db/**'] },
    ],
  });
  const held = await sandbox.cli(bob, ['lock', 'schema', '--paths', 'db/schema.sql']);
  expect(held.stderr).toContain('schema overlaps one, which is held by ada');
  expect(held.stderr).toContain('`agent-os lock schema --wait 5m --paths db/schema.sql`');
  expect(held.exitCode).toBe(3);
  await sandbox.json(bob, ['lock', 'web', '--paths', 'web/**']);
});

test('locks lists, shows one in full, and sees the others after --refresh', async () => {
  const sandbox = await makeSandbox();
  const { ada, bob } = await makeTeam(sandbox);
  expect(await sandbox.cli(bob, ['locks'])).toMatchObject({ stdout: 'Nothing is locked.\n', exitCode: 0 });
  await sandbox.json(ada, ['lock', 'database', '--shared']);
  const list = await sandbox.cli(bob, ['locks', '--refresh']);
  expect(list.stdout).toMatch(/^RESOURCE +MODE +HOLDER .*\ndatabase +shared +ada +in /);
  const one = await sandbox.cli(bob, ['locks', 'database']);
  const oid = await sandbox.git(bob, 'rev-parse', 'refs/agent-os/remote/origin/locks/database');
  expect(one.stdout).toContain(`oid       ${oid}\n`);
});

test('a forced release needs the record as it is and a reason, and the holder is told', async () => {
  const sandbox = await makeSandbox();
  const { ada, bob } = await makeTeam(sandbox);
  await sandbox.json(ada, ['lock', 'database']);
  expect(await sandbox.json(bob, ['unlock', 'database'], { exit: 3 })).toMatchObject({
    released: [],
    notHeld: [{ resource: 'database', holders: [{ agent: 'ada' }] }],
    error: { code: 'NOT_HOLDER' },
  });
  const usage = await sandbox.cli(bob, ['unlock', 'database', '--force', '0'.repeat(40)]);
  expect({ stderr: usage.stderr, exitCode: usage.exitCode }).toEqual({
    stderr: 'error: --force needs --reason\nhint: See `agent-os unlock --help`.\n',
    exitCode: 2,
  });
  const stale = ['unlock', 'database', '--force', '0'.repeat(40), '--reason', 'its machine is gone'];
  expect(await sandbox.json(bob, stale, { exit: 3 })).toMatchObject({
    error: { code: 'HELD' },
    lock: { resource: 'database' },
  });

  const oid = await sandbox.git(bob, 'rev-parse', 'refs/agent-os/remote/origin/locks/database');
  await sandbox.git(bob, 'config', 'agent-os.publish', 'background');
  const forced = await sandbox.cli(bob, [
    'unlock',
    'database',
    '--force',
    oid,
    '--reason',
    'its machine is gone',
  ]);
  expect({ ...forced, signal: undefined }).toEqual({
    stdout: 'Released database by force; ada was told\n',
    stderr: 'as bob, whose session is active in this worktree; --agent NAME speaks for another\n',
    exitCode: 0,
    signal: undefined,
  });
  await sandbox.settled();
  await sandbox.json(ada, ['sync']);
  const inbox = await sandbox.cli(ada, ['inbox']);
  expect(inbox.stdout).toContain('Your lock on database is gone');
});

test('who types unlock or done in a worktree of an agent that nobody has named is told as whom', async () => {
  const sandbox = await makeSandbox();
  const { ada, bob } = await makeTeam(sandbox);
  await sandbox.git(ada, 'config', 'user.name', 'A Person');
  const told = 'as ada, whose session is active in this worktree; --agent NAME speaks for another\n';
  const stderrOf = async (clone: string, args: readonly string[], env = {}) =>
    (await sandbox.cli(clone, args, { env })).stderr;
  await sandbox.json(ada, ['lock', 'api', 'web']);
  expect(await stderrOf(ada, ['unlock', 'api'])).toBe(told);
  expect(await stderrOf(ada, ['unlock', 'web', '--agent', 'ada'])).toBe('');
  expect(await stderrOf(ada, ['unlock', '--all'])).toBe('');
  expect(await sandbox.cli(ada, ['done', 'over'])).toMatchObject({
    stdout: expect.stringMatching(/^ada has finished session \w+\n$/),
    stderr: told,
    exitCode: 0,
  });
  expect(await stderrOf(bob, ['done', 'over'], { AGENT_OS_AGENT: 'bob' })).toBe('');
});

test('of a record that cannot be read, a release by force says that it names nobody', async () => {
  const sandbox = await makeSandbox();
  const { ada } = await makeTeam(sandbox);
  await sandbox.git(ada, 'push', '-q', '--no-verify', 'origin', 'HEAD:refs/agent-os/locks/api');
  const oid = await sandbox.git(ada, 'rev-parse', 'HEAD');
  const forced = await sandbox.cli(ada, ['unlock', 'api', '--force', oid, '--reason', 'it is broken']);
  expect(forced).toMatchObject({
    stdout: 'Released api by force; nobody was told: its record names no holder\n',
    exitCode: 0,
  });
});

test('a waiter gets the lock when it is released', async () => {
  const sandbox = await makeSandbox();
  const { ada, bob } = await makeTeam(sandbox);
  await sandbox.json(ada, ['lock', 'database']);
  const waiting = sandbox.startCli(bob, ['lock', 'database', '--wait', '10m']);
  await sandbox.json(ada, ['unlock', 'database']);
  expect(await waiting.result).toMatchObject({ stderr: '', exitCode: 0 });
});

test('offline a lock is refused, --local takes it for the worktrees here, and a release is queued', async () => {
  const sandbox = await makeSandbox();
  const { remote, ada } = await makeTeam(sandbox);
  await sandbox.json(ada, ['lock', 'database']);
  await sandbox.git(ada, 'remote', 'set-url', 'origin', sandbox.path('nowhere.git'));
  expect(await sandbox.json(ada, ['lock', 'api'], { exit: 5 })).toMatchObject({
    error: { code: 'REMOTE_UNREACHABLE' },
  });
  expect(await sandbox.json(ada, ['lock', 'api', '--local'])).toMatchObject({ locks: [{ scope: 'local' }] });
  const released = await sandbox.cli(ada, ['unlock', 'database']);
  expect(released.stderr).toContain(
    'database: the remote cannot be reached; it is released at the next contact',
  );
  expect(released.exitCode).toBe(0);
  const waiting = await sandbox.cli(ada, ['locks']);
  expect(waiting.stdout).toMatch(/^database +exclusive +ada \(released, waits for sync\)/m);
  expect(waiting.stderr).toMatch(/^as last seen .* UTC .*: `agent-os locks --refresh` asks origin\n$/);
  expect(await sandbox.json(ada, ['locks', 'database'])).toMatchObject({
    locks: [{ holders: [{ agent: 'ada', releasing: true }] }],
  });
  await sandbox.git(ada, 'remote', 'set-url', 'origin', remote);
  expect(await sandbox.json(ada, ['sync'])).toMatchObject({ released: ['database'] });
  expect(await sandbox.git(remote, 'log', '-1', '--format=%s', 'refs/agent-os/locks/database')).toMatch(
    /^free /,
  );
});

test.each([
  [['lock', '--ttl', 'soon', 'x'], 'BAD_VALUE'],
  [['lock', 'x\ny'], 'BAD_NAME'],
  [['lock', ''], 'BAD_NAME'],
  [['lock', 'x'.repeat(10_000)], 'BAD_NAME'],
  [['lock', 'x', '--paths', '../outside'], 'BAD_VALUE'],
  [['lock', 'x', '--reason', ' '], 'BAD_VALUE'],
  [['lock', 'x', '--reason', 'y'.repeat(1001)], 'TOO_LARGE'],
  [['lock', 'x', '--agent', 'Ada Lovelace'], 'BAD_NAME'],
  [['unlock', 'x', '--force', 'main', '--reason', 'y'], 'BAD_VALUE'],
  [['unlock'], 'USAGE'],
  [['unlock', 'x', '--all'], 'USAGE'],
  [['unlock', 'x', '--reason', 'y'], 'USAGE'],
])('%j is refused', async (args, code) => {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('ada');
  await sandbox.json(repository, ['init']);
  await sandbox.json(repository, ['start', 'working']);
  expect(await sandbox.json(repository, args, { exit: 2 })).toMatchObject({ error: { code } });
});

test('names with slashes, spaces, capitals and emoji are names', async () => {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('ada');
  await sandbox.json(repository, ['init']);
  await sandbox.json(repository, ['start', 'working']);
  for (const name of ['db/schema', 'a name', 'README', 'readme', '🔒', '..', 'x.lock']) {
    await sandbox.json(repository, ['lock', name]);
    expect(await sandbox.json(repository, ['locks', name])).toMatchObject({ locks: [{ resource: name }] });
  }
});

test('a table of claims that somebody removed or broke is named, and made anew: paths stay locked', async () => {
  const sandbox = await makeSandbox();
  const { remote, ada, bob } = await makeTeam(sandbox);
  const ref = 'refs/agent-os/claims';
  await sandbox.json(ada, ['lock', 'one', '--paths', 'a/**']);
  const claimed = async () => {
    const text = await sandbox.git(remote, 'show', `${ref}:claims.yaml`);
    return [...text.matchAll(/^ {4}resource: (.*)$/gm)].map(([, resource]) => resource);
  };

  await sandbox.git(remote, 'update-ref', '-d', ref);
  const overlapping = ['lock', 'two', '--paths', 'a/x'];
  expect(await sandbox.json(bob, overlapping, { exit: 3 })).toMatchObject({
    heldBy: [{ wanted: 'two', resource: 'one', holder: { agent: 'ada' } }],
  });
  const gone = await sandbox.cli(bob, ['doctor']);
  expect(gone.stdout).toContain(`${ref} is gone, although paths are locked (one)`);
  expect(gone.exitCode).toBe(0);
  await sandbox.json(bob, ['lock', 'two', '--paths', 'b/x']);
  expect(await claimed()).toEqual(['one', 'two']);

  const junk = await sandbox.git(remote, 'rev-parse', 'main');
  await sandbox.git(remote, 'update-ref', ref, junk);
  expect((await sandbox.cli(ada, ['doctor'])).stdout).toContain(`${ref} cannot be read`);
  const outcomes = await Promise.all([
    sandbox.cli(ada, ['lock', 'three', '--paths', 'c/**']),
    sandbox.cli(bob, ['lock', 'four', '--paths', 'c/x', 'd']),
  ]);
  expect(outcomes.map(({ exitCode }) => exitCode).sort()).toEqual([0, 3]);
  expect(await claimed()).toEqual(expect.arrayContaining(['one', 'two']));
  expect(await claimed()).toHaveLength(3);
  expect(await sandbox.git(remote, 'rev-list', '--max-parents=0', ref)).toBe(
    await sandbox.git(remote, 'rev-list', '--max-parents=0', 'main'),
  );
  expect((await sandbox.cli(ada, ['doctor'])).stdout).not.toContain(ref);
});
