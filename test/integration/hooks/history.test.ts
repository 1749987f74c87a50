import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from '../../support/sandbox.ts';
import {
  age,
  commit,
  type Guarded,
  HOOKED,
  makeGuarded,
  messageOf,
  refusal,
  sessionOf,
  write,
} from './support/guarded.ts';

let sandbox: Sandbox;
let team: Guarded;
let session: string;
let trailers: string;

beforeAll(async () => {
  sandbox = await openSandbox(HOOKED);
  team = await makeGuarded(sandbox);
  session = (await sessionOf(sandbox, team.ada)).id;
  trailers = `Agent-OS-Agent: ada\nAgent-OS-Session: ${session}`;
});
afterAll(() => sandbox.dispose());

const git = (...args: readonly string[]) => sandbox.git(team.ada, ...args);
const commits = async () => {
  await sandbox.settled();
  return (await sessionOf(sandbox, team.ada)).commits;
};

/** A sequence editor that does this to the list of a rebase; within the second of a commit, its copy would be itself. */
const rebase = (script: string, ...args: readonly string[]) =>
  sandbox.tryGit(team.ada, ['rebase', '-q', '-i', ...args], {
    env: {
      GIT_SEQUENCE_EDITOR: `sed -i '${script}'`,
      GIT_EDITOR: 'true',
      GIT_COMMITTER_DATE: '2030-01-01T00:00:00Z',
    },
  });

test('a message gets its trailers, with and without an editor, once', async () => {
  await sandbox.commitFile(team.ada, 'a', '1', 'plain');
  expect(await messageOf(sandbox, team.ada)).toBe(`plain\n\n${trailers}`);
  await git('commit', '-q', '--amend', '--no-edit');
  expect(await messageOf(sandbox, team.ada)).toBe(`plain\n\n${trailers}`);
  await git(
    'commit',
    '-q',
    '--amend',
    '-m',
    'feat: retold\n\nBecause: it was wrong.\n\nSigned-off-by: A <a@example.com>',
  );
  expect(await messageOf(sandbox, team.ada)).toBe(
    `feat: retold\n\nBecause: it was wrong.\n\nSigned-off-by: A <a@example.com>\n${trailers}`,
  );
  await write(team.ada, { a: '2' });
  const env = { GIT_EDITOR: `sed -i '1s/.*/edited/'` };
  expect((await sandbox.tryGit(team.ada, ['commit', '-qav'], { env })).stderr).toBe('');
  expect(await messageOf(sandbox, team.ada)).toBe(`edited\n\n${trailers}`);
  await write(team.ada, { a: '3' });
  const empty = await sandbox.tryGit(team.ada, ['commit', '-qa'], { env: { GIT_EDITOR: 'true' } });
  expect(empty.stderr).toContain('empty commit message');
  await git('checkout', '-q', 'a');
});

test("an amended commit takes its predecessor's place in the session", async () => {
  const first = await sandbox.commitFile(team.ada, 'b', '1');
  await git('commit', '-q', '--amend', '-m', 'other words');
  const second = await git('rev-parse', 'HEAD');
  const joined = await commits();
  expect(joined).toContain(second);
  expect(joined).not.toContain(first);
});

test('what is picked keeps its trailers, and says them once', async () => {
  await git('checkout', '-q', '-b', 'pick', 'HEAD~1');
  await git('cherry-pick', 'main');
  expect(await messageOf(sandbox, team.ada)).toBe(`other words\n\n${trailers}`);
  await git('checkout', '-q', 'main');
  await git('branch', '-qD', 'pick');
});

test('an interactive rebase: words, order and squashes, and the session follows', async () => {
  for (const name of ['one', 'two', 'three', 'four']) await sandbox.commitFile(team.ada, name, name, name);
  const before = await commits();
  const rewritten = await git('rev-list', '-4', 'HEAD');
  expect(before).toEqual(expect.arrayContaining(rewritten.split('\n')));
  const done = await rebase('1s/pick/reword/;3s/pick/squash/', 'HEAD~4');
  expect(done.exitCode).toBe(0);
  expect(await git('log', '-3', '--format=%s')).toBe('four\ntwo\none');
  const squashed = await messageOf(sandbox, team.ada, 'HEAD~1');
  expect(squashed.match(/Agent-OS-Session/g)).toHaveLength(2);
  expect(squashed.endsWith(trailers)).toBe(true);
  const after = await commits();
  for (const oid of (await git('rev-list', '-3', 'HEAD')).split('\n')) expect(after).toContain(oid);
  for (const oid of rewritten.split('\n')) expect(after).not.toContain(oid);
});

test("a rebase of somebody else's commits makes them nobody's", async () => {
  const foreign = await sandbox.commitFile(team.bob, 'by-bob', '1', 'by bob');
  await git('fetch', '-q', team.bob, 'main');
  await git('checkout', '-q', '-b', 'theirs', foreign);
  await git('rebase', '-q', 'main');
  const moved = await git('rev-parse', 'HEAD');
  expect(moved).not.toBe(foreign);
  expect(await commits()).not.toContain(moved);
  await git('checkout', '-q', 'main');
});

test('a merge with a conflict, a squash, and the branch of the session', async () => {
  await git('checkout', '-q', '-b', 'topic');
  await sandbox.commitFile(team.ada, 'a', 'topic', 'on topic');
  await sandbox.settled();
  expect((await sessionOf(sandbox, team.ada)).branch).toBe('topic');
  await git('checkout', '-q', 'main');
  await sandbox.commitFile(team.ada, 'a', 'main', 'on main');
  expect((await sandbox.tryGit(team.ada, ['merge', '-q', 'topic'])).exitCode).toBe(1);
  await write(team.ada, { a: 'both' });
  await git('add', 'a');
  await git('commit', '-q', '--no-edit');
  expect(await messageOf(sandbox, team.ada)).toContain(`Merge branch 'topic'\n\n${trailers}`);
  await git('checkout', '-q', '-b', 'other', 'HEAD~1');
  await sandbox.commitFile(team.ada, 'z', 'z', 'on other');
  await git('checkout', '-q', 'main');
  await git('merge', '-q', '--squash', 'other');
  expect((await commit(sandbox, team.ada, '--no-edit')).exitCode).toBe(0);
  const squashed = await messageOf(sandbox, team.ada);
  expect(squashed.endsWith(trailers)).toBe(true);
  await git('branch', '-qD', 'other');
  await git('merge', '-q', '--no-ff', '-m', 'merge: by itself', 'theirs');
  expect(await messageOf(sandbox, team.ada)).toBe(`merge: by itself\n\n${trailers}`);
  await sandbox.settled();
  expect((await sessionOf(sandbox, team.ada)).branch).toBe('main');
});

test('a merge that git commits joins the session; a fast-forward to another’s merge and a squash do not', async () => {
  const joined = async () => (await commits()).includes(await git('rev-parse', 'HEAD'));
  await git('checkout', '-q', '-b', 'merging');
  await git('checkout', '-q', '-b', 'merged');
  await sandbox.commitFile(team.ada, 'merged', '1');
  await git('checkout', '-q', 'merging');
  await git('merge', '-q', '--no-ff', '-m', 'merge: no fast-forward', 'merged');
  expect(await joined()).toBe(true);
  expect((await git('rev-list', '-1', '--parents', 'HEAD')).split(' ')).toHaveLength(3);

  // Bob merges, and his merge has what ada has as its first parent.
  await sandbox.git(team.bob, 'fetch', '-q', team.ada, 'merging');
  await sandbox.git(team.bob, 'checkout', '-q', '-b', 'merging', 'FETCH_HEAD');
  await sandbox.git(team.bob, 'checkout', '-q', '-b', 'his');
  await sandbox.commitFile(team.bob, 'his', '1');
  await sandbox.git(team.bob, 'checkout', '-q', 'merging');
  await sandbox.git(team.bob, 'merge', '-q', '--no-ff', '-m', 'merge: of bob', 'his');
  for (const how of [[], ['--ff-only'], ['--rebase']]) {
    const before = await git('rev-parse', 'HEAD');
    await git('pull', '-q', ...how, team.bob, 'merging');
    expect(await git('log', '-1', '--format=%s')).toBe('merge: of bob');
    expect(await joined(), how.join()).toBe(false);
    await git('reset', '-q', '--hard', before);
  }

  await sandbox.commitFile(team.ada, 'ours', '1');
  await git('pull', '-q', '--no-rebase', '--no-edit', team.bob, 'merging');
  expect((await git('rev-list', '-1', '--parents', 'HEAD')).split(' ')).toHaveLength(3);
  expect(await joined()).toBe(true);

  const count = (await commits()).length;
  await git('checkout', '-q', '-b', 'squashed', 'HEAD~1');
  await git('reset', '-q', '--hard', 'HEAD~1');
  await git('merge', '-q', '--squash', 'merging');
  expect((await commits()).length).toBe(count);
  await git('reset', '-q', '--hard');

  // Without a reflog a merge is told by its trailers.
  await git('config', 'core.logAllRefUpdates', 'false');
  await git('checkout', '-q', '-b', 'unlogged');
  await rm(join(team.ada, '.git/logs'), { recursive: true });
  await git('merge', '-q', '--no-ff', '-m', 'merge: no reflog', 'merged', 'merging');
  expect(await joined()).toBe(true);
  await git('config', '--unset', 'core.logAllRefUpdates');
  await git('checkout', '-q', 'main');
  await git('branch', '-qD', 'merging', 'merged', 'squashed', 'unlogged');
});

test('a lock of the session that covers what is committed is named; another is not', async () => {
  await sandbox.json(team.ada, ['lock', 'web pages @2', '--paths', 'web/**']);
  await sandbox.json(team.ada, ['lock', 'elsewhere', '--paths', 'else/**']);
  await sandbox.commitFile(team.ada, 'web/index.html', 'x', 'page');
  const named = await messageOf(sandbox, team.ada);
  expect(named).toMatch(/\nAgent-OS-Lock: web%20pages%20%402@\d+$/);
  await sandbox.commitFile(team.ada, 'web/other.html', 'x', 'page');
  await git('commit', '-q', '--amend', '--no-edit');
  expect((await messageOf(sandbox, team.ada)).match(/Agent-OS-Lock/g)).toHaveLength(1);
  await sandbox.commitFile(team.ada, 'c', 'x', 'none');
  expect(await messageOf(sandbox, team.ada)).toBe(`none\n\n${trailers}`);
  await sandbox.json(team.ada, ['unlock', '--all']);
});

test('a new worktree has its view; two commits at once in two worktrees both count', async () => {
  await git('config', 'agent-os.view', 'true');
  const there = await sandbox.worktree(team.ada, 'second');
  await sandbox.settled();
  expect(existsSync(join(there, '.agent-os/state/project-state.json'))).toBe(true);
  await sandbox.json(there, ['start', 'beside', '--agent', 'eve']);
  const [mine, hers] = await Promise.all([
    sandbox.commitFile(team.ada, 'd', '1', 'mine'),
    sandbox.commitFile(there, 'e', '1', 'hers'),
  ]);
  expect(await messageOf(sandbox, there)).toMatch(/^hers\n\nAgent-OS-Agent: eve\nAgent-OS-Session: /);
  expect(await commits()).toContain(mine);
  expect((await sessionOf(sandbox, team.ada, 'eve')).commits).toEqual([hers]);
  await sandbox.json(there, ['done', 'beside']);
});

test('ten commits make one push, and it is on the remote', async () => {
  await sandbox.settled();
  const log = join(team.remote, 'pushes');
  await write(team.remote, { 'hooks/post-receive': `#!/bin/sh\necho push >>'${log}'\n` });
  await sandbox.start('chmod', ['+x', 'hooks/post-receive'], team.remote).result;
  // The pause for more commits ends when they are made, however long that takes.
  const [bin, made] = [sandbox.path('pausing'), sandbox.path('made')];
  await write(bin, { sleep: `#!/bin/sh\nwhile [ ! -e '${made}' ]; do /bin/sleep 0.1; done\n` });
  await sandbox.start('chmod', ['+x', 'sleep'], bin).result;
  const env = { PATH: `${bin}:${sandbox.env['PATH']}` };
  for (let number = 1; number <= 10; number += 1) {
    await write(team.ada, { f: String(number) });
    await git('add', 'f');
    expect((await sandbox.tryGit(team.ada, ['commit', '-qm', `${number}`], { env })).exitCode).toBe(0);
  }
  await write(sandbox.root, { made: '' });
  await sandbox.settled();
  expect((await readFile(log, 'utf8')).trim().split('\n')).toEqual(['push']);
  await sandbox.json(team.bob, ['sync']);
  expect((await sessionOf(sandbox, team.bob, 'ada')).commits).toEqual(await commits());
  await rm(join(team.remote, 'hooks/post-receive'));
});

test('what a killed background process left undone is made up for by the next command', async () => {
  await sandbox.settled();
  const folder = join(team.ada, '.git/agent-os');
  const launcher = join(folder, 'hooks/launcher');
  const before = await readFile(launcher, 'utf8');
  // A process that ends before it has done anything, and one that was killed when it had taken the notes.
  await writeFile(launcher, before.replace(/^.*/, '/bin/false'));
  await sandbox.commitFile(team.ada, 'g', '1', 'killed');
  await sandbox.settled();
  await writeFile(launcher, before);
  const noted = await readFile(join(folder, 'journal'), 'utf8');
  await rm(join(folder, 'journal'));
  await writeFile(join(folder, 'journal-taken-000000000000001-a'), noted);
  const oid = await git('rev-parse', 'HEAD');
  await sandbox.json(team.ada, ['log', 'add', 'anything']);
  expect(await commits()).toContain(oid);
  expect(existsSync(join(folder, 'journal-taken-000000000000001-a'))).toBe(false);
});

test('a shallow clone guards and counts as any other', async () => {
  const shallow = await sandbox.clone(`file://${team.remote}`, 'shallow', { args: ['--depth=1'] });
  await sandbox.json(shallow, ['init', '--no-view']);
  await sandbox.json(shallow, ['start', 'shallow', '--agent', 'sam']);
  const oid = await sandbox.commitFile(shallow, 'h', '1', 'shallow');
  expect(await messageOf(sandbox, shallow)).toContain('Agent-OS-Agent: sam');
  await sandbox.settled();
  expect((await sessionOf(sandbox, shallow, 'sam')).commits).toEqual([oid]);
});

test('where nobody had locked anything, a minute later somebody may have', async () => {
  const { ada, bob } = team;
  await sandbox.commitFile(ada, 'quiet', '1');
  await sandbox.settled();
  await sandbox.json(bob, ['lock', 'docs', '--paths', 'docs/**']);
  await write(ada, { 'docs/a.md': '1' });
  await git('add', 'docs');
  await age(sandbox, ada);
  expect(refusal(await commit(sandbox, ada, '-m', 'docs'))).toContain('docs is locked by bob');
  await git('reset', '-q');
});

test('what was published meanwhile does not make the locks of others any younger', async () => {
  const { ada, bob } = team;
  await sandbox.json(bob, ['lock', 'assets', '--paths', 'assets/**']);
  await write(ada, { 'assets/a.svg': '1' });
  await git('add', 'assets');
  await age(sandbox, ada);
  await sandbox.json(ada, ['log', 'add', 'This is pushed without a fetch']);
  await sandbox.settled();
  expect(refusal(await commit(sandbox, ada, '-m', 'assets'))).toContain('assets is locked by bob');
});
