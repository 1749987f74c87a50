import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from '../../support/sandbox.ts';
import { commit, type Guarded, HOOKED, makeGuarded, refusal, write } from './support/guarded.ts';

let sandbox: Sandbox;
let team: Guarded;

beforeAll(async () => {
  sandbox = await openSandbox(HOOKED);
  team = await makeGuarded(sandbox);
});
afterAll(() => sandbox.dispose());

const push = (...args: readonly string[]) => sandbox.tryGit(team.ada, ['push', '-q', ...args]);

test('a push is judged by what is locked now, over the commits that the remote lacks', async () => {
  const { ada, bob } = team;
  await sandbox.commitFile(ada, 'db/a.sql', '1', 'one');
  expect((await push('origin', 'main')).exitCode).toBe(0);
  await sandbox.json(bob, ['lock', 'database-schema', '--paths', 'db/**']);
  // What is on the remote already is not pushed again.
  await sandbox.git(ada, 'tag', 'old');
  expect((await push('origin', 'main', 'main:refs/heads/copy', 'old')).exitCode).toBe(0);
  await write(ada, { 'db/a.sql': '2' });
  expect((await commit(sandbox, ada, '--no-verify', '-am', 'two')).exitCode).toBe(0);
  const said = refusal(await push('origin', 'main'));
  expect(said).toContain('database-schema is locked by bob');
  expect(said).toContain('covers: db/a.sql');
  expect(said).toContain("AGENT_OS_SKIP='why' git push");
  await sandbox.git(ada, 'tag', '-a', '-m', 'tag', 'new');
  for (const refs of [['HEAD:refs/heads/new'], ['new'], ['+HEAD:main'], ['old', 'HEAD:refs/heads/new']]) {
    expect(refusal(await push('origin', ...refs))).toContain('database-schema is locked by bob');
  }
});

test('removing a ref, and another remote, are no concern of locks', async () => {
  const other = await sandbox.bareRemote('other.git');
  expect((await push('origin', '--delete', 'copy')).exitCode).toBe(0);
  expect((await push(other, 'main')).exitCode).toBe(0);
});

test('AGENT_OS_SKIP is recorded, and the branch is published by the push', async () => {
  const { ada, bob } = team;
  const env = { AGENT_OS_SKIP: 'agreed with bob' };
  expect((await sandbox.tryGit(ada, ['push', '-q', 'origin', 'main'], { env })).exitCode).toBe(0);
  await sandbox.settled();
  await sandbox.json(bob, ['sync']);
  const { entries } = (await sandbox.json(bob, ['log', 'show', 'ada'])) as { entries: { text: string }[] };
  expect(entries.map(({ text }) => text)).toEqual([
    'A push was not checked (AGENT_OS_SKIP): agreed with bob',
  ]);
  await sandbox.json(bob, ['unlock', '--all']);
});

test('under an own lock, the stronger fence is named; agent-os push runs it without a second check', async () => {
  const { ada } = team;
  await sandbox.json(ada, ['lock', 'web', '--paths', 'web/**']);
  await sandbox.commitFile(ada, 'web/a.html', '1', 'page');
  expect(await sandbox.tryGit(ada, ['push', '--dry-run', 'origin', 'main'])).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('agent-os push'),
  });
  const fenced = await sandbox.cli(ada, ['push', 'origin', 'main']);
  expect({ exitCode: fenced.exitCode, stderr: fenced.stderr }).toEqual({ exitCode: 0, stderr: '' });
});

test('a lock that was lost stops the push of what was made under it', async () => {
  const { ada, bob } = team;
  await sandbox.commitFile(ada, 'web/b.html', '1', 'page');
  const { locks } = (await sandbox.json(bob, ['locks', 'web', '--refresh'])) as { locks: { oid: string }[] };
  await sandbox.json(bob, ['unlock', 'web', '--force', locks[0]?.oid ?? '', '--reason', 'test']);
  await sandbox.json(bob, ['lock', 'web', '--paths', 'web/**']);
  const said = refusal(await push('origin', 'main'));
  expect(said).toContain('your lock on web');
  expect(said).toContain('web is locked by bob');
  expect(said).toMatch(/web was locked again \(#\d+\) after commits of this push were made under #\d+/);
});

test('a remote that does not answer is a warning, and git has the last word', async () => {
  const { ada, remote } = team;
  await sandbox.git(ada, 'config', 'remote.origin.url', `${remote}-gone`);
  const done = await push('origin', 'main');
  expect(done.exitCode).not.toBe(0);
  expect(done.stderr).toContain('does not appear to be a git repository');
  await sandbox.git(ada, 'config', 'remote.origin.url', remote);
});
