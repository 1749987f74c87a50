import { expect, test } from 'vitest';
import { timePassed } from '../../race/support/clocks.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { makeTeam } from '../cli/support/team.ts';

const LATER = { env: timePassed(3 * 3600) };

interface Reaped {
  readonly reaped: readonly unknown[];
}

test('a session that is gone shows as stale with what it holds, everywhere, and is reaped once by two at once', async () => {
  const sandbox = await makeSandbox();
  const { remote, ada, bob } = await makeTeam(sandbox);
  const cyd = await sandbox.clone(remote, 'cyd');
  await sandbox.json(ada, ['lock', 'database-schema', '--paths', 'db/**']);
  await sandbox.json(ada, ['lock', 'api']);
  await sandbox.json(ada, ['sync']);
  await sandbox.json(bob, ['sync']);
  await sandbox.json(bob, ['done', 'over']);
  await sandbox.json(bob, ['sync']);
  await sandbox.json(cyd, ['init', '--agent', 'cyd']);
  await sandbox.git(cyd, 'config', 'agent-os.publish', 'manual');
  for (const clone of [bob, cyd]) await sandbox.json(clone, ['locks', '--refresh']);

  const nothing = await sandbox.cli(bob, ['reap', '--yes']);
  expect(nothing).toMatchObject({ exitCode: 0, stdout: 'No session was left behind.\n' });
  const left = { agent: 'ada', stale: true, holds: ['api', 'database-schema'] };
  expect(await sandbox.json(bob, ['status'], LATER)).toMatchObject({ sessions: [left] });
  expect((await sandbox.cli(bob, ['status'], LATER)).stdout).toContain('still holds api, database-schema');
  expect((await sandbox.cli(bob, ['context', 'bob'], LATER)).stdout).toContain(
    'still holds api, database-schema',
  );
  expect((await sandbox.cli(bob, ['doctor'], LATER)).stdout).toMatch(
    /still holds api, database-schema .*\n.*agent-os reap/,
  );
  const dry = await sandbox.cli(bob, ['reap'], LATER);
  expect(dry.stdout).toMatch(/^Would end ada \(.*\), which holds api, database-schema: working\n$/);
  expect(dry.stderr).toContain('agent-os reap --yes');
  const own = await sandbox.cli(ada, ['reap'], LATER);
  expect(own.stdout).toMatch(/^Left alone ada \(.* \(this is your own session: agent-os done ends it\)\n$/);
  expect((await sandbox.cli(ada, ['doctor'], LATER)).stdout).toMatch(/still holds .*\n.*agent-os done/);

  const both = await Promise.all(
    [bob, cyd].map((clone) => sandbox.json(clone, ['reap', '--yes'], LATER) as Promise<Reaped>),
  );
  // In two clones both may mark it, as one and the same operation's outcome; its locks ended once.
  expect(both.flatMap(({ reaped }) => reaped).length).toBeGreaterThan(0);
  for (const resource of ['api', 'database-schema']) {
    const story = await sandbox.git(remote, 'log', '--format=%s', `refs/agent-os/locks/${resource}`);
    expect(story.split('\n').map((line) => line.split(' ')[0])).toEqual(['free', 'held']);
  }
  for (const clone of [bob, cyd, bob, ada]) await sandbox.json(clone, ['sync'], LATER);
  expect(await sandbox.json(ada, ['status'], LATER)).toMatchObject({ sessions: [], locks: [] });
  const inbox = (await sandbox.json(ada, ['inbox'], LATER)) as { messages: { body: string }[] };
  expect(inbox.messages.map(({ body }) => body)).toEqual([expect.stringContaining('api, database-schema')]);
  expect(
    await sandbox.json(bob, ['lock', 'database-schema', '--agent', 'bob'], { ...LATER, exit: 2 }),
  ).toMatchObject({
    error: { code: 'NO_SESSION' },
  });
});

test('a session that lives is not touched, nor is one that the remote knows more of', async () => {
  const sandbox = await makeSandbox();
  const { ada, bob } = await makeTeam(sandbox);
  await sandbox.json(ada, ['lock', 'database-schema']);
  await sandbox.json(ada, ['sync']);
  await sandbox.json(bob, ['sync']);
  await sandbox.json(bob, ['locks', '--refresh']);
  // It has only just renewed its lock and said so, which this clone has not heard.
  const soon = { env: timePassed(3 * 3600 - 60) };
  await sandbox.json(ada, ['heartbeat'], soon);
  await sandbox.json(ada, ['sync'], soon);
  expect(await sandbox.json(bob, ['reap', '--yes'], LATER)).toMatchObject({ reaped: [] });
  expect(await sandbox.json(ada, ['status', '--active', 'ada'], LATER)).toMatchObject({ active: true });
  expect(await sandbox.json(ada, ['locks', '--refresh'], LATER)).toMatchObject({
    locks: [{ resource: 'database-schema' }],
  });
  await sandbox.git(bob, 'remote', 'set-url', 'origin', sandbox.path('gone.git'));
  expect(await sandbox.json(bob, ['reap', '--yes'], { ...LATER, exit: 5 })).toMatchObject({
    error: { code: 'REMOTE_UNREACHABLE' },
  });
});

test('finish works from another worktree, and twice', async () => {
  const sandbox = await makeSandbox();
  const { ada } = await makeTeam(sandbox);
  await sandbox.json(ada, ['lock', 'database-schema']);
  const other = await sandbox.worktree(ada, 'second');
  const done = ['done', 'Login works', '--agent', 'ada'];
  expect(await sandbox.json(other, done)).toMatchObject({ already: false, released: ['database-schema'] });
  expect(await sandbox.json(other, done)).toMatchObject({ already: true, released: [] });
  expect(await sandbox.json(ada, done)).toMatchObject({ already: true, session: { status: 'done' } });
  expect(await sandbox.json(ada, ['status'])).toMatchObject({ sessions: [], locks: [] });
  expect(await sandbox.json(ada, ['status', '--active', 'ada'], { exit: 1 })).toMatchObject({
    active: false,
  });
});
