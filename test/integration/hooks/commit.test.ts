import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from '../../support/sandbox.ts';
import {
  age,
  commit,
  editMarker,
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

beforeAll(async () => {
  sandbox = await openSandbox(HOOKED);
  team = await makeGuarded(sandbox);
  const { ada, bob } = team;
  await write(ada, { 'db/users.sql': 'a\n', 'db/old.sql': 'a\n', 'src/app.ts': 'a\nb\nc\n' });
  await sandbox.git(ada, 'add', '.');
  await sandbox.git(ada, 'commit', '-qm', 'files');
  await sandbox.json(bob, ['lock', 'database-schema', '--paths', 'db/**', '--reason', 'migration 7 runs']);
  await sandbox.json(ada, ['sync']);
});
afterAll(() => sandbox.dispose());
beforeEach(async () => {
  await sandbox.git(team.ada, 'reset', '-q', '--hard');
  await sandbox.git(team.ada, 'clean', '-qfd');
});

const head = () => sandbox.git(team.ada, 'rev-parse', 'HEAD');

describe('what another has locked is not committed', () => {
  test('who, why, until when, and what to type next', async () => {
    const before = await head();
    await write(team.ada, { 'db/users.sql': 'mine\n' });
    const said = refusal(await commit(sandbox, team.ada, '-am', 'change'));
    expect(said).toContain('database-schema is locked by bob, until ');
    expect(said).toContain('why: migration 7 runs');
    expect(said).toContain('covers: db/users.sql');
    expect(said).toContain('wait: agent-os lock database-schema --wait 5m');
    expect(said).toContain("ask: agent-os send bob 'When can I change db/users.sql?'");
    expect(said).toContain("AGENT_OS_SKIP='why' git commit");
    expect(await head()).toBe(before);
  });

  test('a removed file, and both sides of a rename', async () => {
    await sandbox.git(team.ada, 'rm', '-q', 'db/old.sql');
    expect(refusal(await commit(sandbox, team.ada, '-m', 'remove'))).toContain('covers: db/old.sql');
    await sandbox.git(team.ada, 'reset', '-q', '--hard');
    await sandbox.git(team.ada, 'mv', 'db/old.sql', 'src/old.sql');
    expect(refusal(await commit(sandbox, team.ada, '-m', 'out'))).toContain('covers: db/old.sql');
    await sandbox.git(team.ada, 'reset', '-q', '--hard');
    await sandbox.git(team.ada, 'mv', 'src/app.ts', 'db/app.ts');
    expect(refusal(await commit(sandbox, team.ada, '-m', 'in'))).toContain('covers: db/app.ts');
  });

  test('names with spaces, line ends and other scripts', async () => {
    await write(team.ada, { 'db/a b\nc é.sql': 'x' });
    await sandbox.git(team.ada, 'add', '.');
    const said = refusal(await commit(sandbox, team.ada, '-m', 'names'));
    expect(said).toContain('covers: db/a b\\nc é.sql');
  });

  test('a submodule', async () => {
    const library = await sandbox.repository('library');
    await sandbox.git(
      team.ada,
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      library,
      'db/library',
    );
    expect(refusal(await commit(sandbox, team.ada, '-m', 'submodule'))).toContain('db/library');
    await sandbox.git(team.ada, 'rm', '-qf', '--cached', 'db/library');
    await rm(join(team.ada, '.git/modules'), { recursive: true });
  });

  test('from another folder, with GIT_DIR and GIT_INDEX_FILE set', async () => {
    await write(team.ada, { 'db/users.sql': 'mine\n', 'src/app.ts': 'other\n' });
    const env = {
      GIT_DIR: join(team.ada, '.git'),
      GIT_WORK_TREE: team.ada,
      GIT_INDEX_FILE: sandbox.path('index'),
    };
    for (const args of [
      ['read-tree', 'HEAD'],
      ['add', '-u', ':/'],
    ]) {
      expect((await sandbox.tryGit(sandbox.root, args, { env })).exitCode).toBe(0);
    }
    expect(refusal(await sandbox.tryGit(sandbox.home, ['commit', '-qm', 'x'], { env }))).toContain(
      'covers: db/users.sql',
    );
    expect(refusal(await sandbox.tryGit(join(team.ada, 'src'), ['commit', '-qam', 'x']))).toContain(
      'db/users.sql',
    );
  });
});

describe('what nobody has locked is committed', () => {
  test('with a path: what else is staged does not count', async () => {
    await write(team.ada, { 'db/users.sql': 'staged\n', 'src/app.ts': 'path\n' });
    await sandbox.git(team.ada, 'add', 'db');
    expect((await commit(sandbox, team.ada, '-m', 'path', 'src/app.ts')).stderr).toBe('');
    expect(refusal(await commit(sandbox, team.ada, '-m', 'path', 'db/users.sql'))).toContain('db/users.sql');
  });

  test('with partial staging: what only the work tree has does not count', async () => {
    await write(team.ada, { 'src/app.ts': 'partial\nb\nc\nd\n', 'db/users.sql': 'not staged\n' });
    await sandbox.tryGit(team.ada, ['add', '-p', 'src'], { input: 'y\n' });
    expect((await commit(sandbox, team.ada, '-m', 'partial')).exitCode).toBe(0);
    expect(await sandbox.git(team.ada, 'diff', '--name-only')).toContain('db/users.sql');
  });

  test('of a merge, only what differs from both sides counts', async () => {
    await sandbox.git(team.ada, 'branch', 'side', 'HEAD~1');
    await sandbox.git(team.bob, 'pull', '-q', '--rebase', team.ada, 'main');
    await sandbox.git(team.ada, 'checkout', '-q', '-b', 'merging');
    await sandbox.commitFile(team.bob, 'db/users.sql', 'by bob\n');
    await sandbox.commitFile(team.bob, 'src/app.ts', 'conflict: bob\n');
    await sandbox.commitFile(team.ada, 'src/app.ts', 'conflict: ada\n');
    expect((await sandbox.tryGit(team.ada, ['pull', '-q', '--no-rebase', team.bob, 'main'])).exitCode).toBe(
      1,
    );
    await write(team.ada, { 'src/app.ts': 'resolved\n' });
    expect((await commit(sandbox, team.ada, '-am', 'merge')).stderr).toBe('');
    expect(await sandbox.git(team.ada, 'rev-list', '--parents', '-1', 'HEAD')).toMatch(/^\S+ \S+ \S+$/);
    await sandbox.git(team.ada, 'checkout', '-q', 'main');
  });

  test('with a detached head, in a sparse checkout, and with a stash', async () => {
    await sandbox.git(team.ada, 'checkout', '-q', '--detach');
    await sandbox.git(team.ada, 'sparse-checkout', 'set', 'src');
    await write(team.ada, { 'src/app.ts': 'detached\n' });
    await sandbox.git(team.ada, 'stash', '-q');
    await sandbox.git(team.ada, 'stash', 'pop', '-q');
    expect((await commit(sandbox, team.ada, '-am', 'detached')).stderr).toBe('');
    await sandbox.git(team.ada, 'sparse-checkout', 'disable');
    await sandbox.settled();
    expect((await sessionOf(sandbox, team.ada)).commits).toContain(await head());
    await sandbox.git(team.ada, 'checkout', '-q', 'main');
  });
});

test('policy says what blocks, warns or is left alone, and who is exempt', async () => {
  const { ada } = team;
  const attempt = async (guards: string) => {
    await setGuards(guards);
    await write(ada, { 'db/users.sql': `${guards}\n` });
    const done = await commit(sandbox, ada, '-am', 'policy');
    await sandbox.git(ada, 'reset', '-q', '--hard');
    return done;
  };
  expect((await attempt('locks: warn')).stderr).toContain('warning: database-schema is locked by bob');
  expect((await attempt('locks: off')).stderr).toBe('');
  expect((await attempt("exempt_paths: ['db/*.sql']")).stderr).toBe('');
  expect(await attempt('exempt_agents: [ada]')).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('warning'),
  });
  expect(refusal(await attempt('locks: block'))).toContain('locked by bob');
  await setGuards('require_lock: [src/api/**]');
  await write(ada, { 'src/api/users.ts': 'x\n' });
  await sandbox.git(ada, 'add', '.');
  const said = refusal(await commit(sandbox, ada, '-m', 'api'));
  expect(said).toContain('policy wants a lock on src/api/** for src/api/users.ts');
  expect(said).toContain("lock it: agent-os lock api --paths 'src/api/**'");
  await sandbox.json(ada, ['lock', 'api', '--paths', 'src/api/**']);
  expect((await commit(sandbox, ada, '-m', 'api')).stderr).toBe('');
  expect(await messageOf(sandbox, ada)).toMatch(/\nAgent-OS-Lock: api@\d+$/);
  await sandbox.json(ada, ['unlock', 'api']);
  await setGuards('locks: block');
});

test('AGENT_OS_SKIP lets one commit through, and everybody can read why', async () => {
  const { ada } = team;
  await write(ada, { 'db/users.sql': 'skipped\n' });
  const env = { AGENT_OS_SKIP: 'production is down' };
  const done = await sandbox.tryGit(ada, ['commit', '-qam', 'hotfix'], { env });
  expect(done).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('not checked, and recorded: production is down'),
  });
  const { entries } = (await sandbox.json(ada, ['log', 'show', 'ada'])) as { entries: { text: string }[] };
  expect(entries.map(({ text }) => text)).toEqual([
    'A commit was not checked (AGENT_OS_SKIP): production is down',
  ]);
});

test('a lock that others took a minute ago is seen; a remote that does not answer is a warning', async () => {
  const { ada, bob, remote } = team;
  await sandbox.json(bob, ['lock', 'docs', '--paths', 'docs']);
  await write(ada, { 'docs/a.md': 'x\n' });
  await sandbox.git(ada, 'add', '.');
  await age(sandbox, ada);
  expect(refusal(await commit(sandbox, ada, '-m', 'docs'))).toContain('docs is locked by bob');
  await sandbox.json(bob, ['unlock', 'docs']);
  // By what was last seen, a moment ago, it is locked still.
  expect(await commit(sandbox, ada, '-m', 'docs')).toMatchObject({ exitCode: 0, stderr: '' });
  await sandbox.git(ada, 'config', 'remote.origin.url', `${remote}-gone`);
  await write(ada, { 'db/users.sql': 'offline\n' });
  const stands = refusal(await commit(sandbox, ada, '-am', 'offline'));
  expect(stands).toContain('database-schema is locked by bob, until ');
  expect(stands).toContain('origin does not answer; locks are as last seen (last asked ');
  await sandbox.git(ada, 'reset', '-q', '--hard');
  await sandbox.git(ada, 'reset', '-q');
  await age(sandbox, ada);
  await write(ada, { 'src/app.ts': 'offline\n' });
  const offline = await commit(sandbox, ada, '-am', 'offline');
  expect(offline).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('warning: origin does not answer; locks are as last seen'),
  });
  await setGuards('offline: block');
  await age(sandbox, ada);
  await write(ada, { 'src/app.ts': 'offline again\n' });
  expect(refusal(await commit(sandbox, ada, '-am', 'offline'))).toContain('origin does not answer');
  await setGuards('offline: warn');
  await sandbox.git(ada, 'config', 'remote.origin.url', remote);
});

test('what is committed on the agent-os branch is no code: no guard looks at it, and no session has made it', async () => {
  const { ada, bob } = team;
  await sandbox.settled();
  await sandbox.json(bob, ['lock', 'everything', '--paths', '**']);
  await sandbox.json(ada, ['locks', '--refresh']);
  const policy = sandbox.path('policy');
  await sandbox.git(ada, 'worktree', 'add', '-q', '--detach', policy, 'agent-os');
  await sandbox.json(policy, ['start', 'changing the policy', '--agent', 'carol']);
  const change = async (text: string) => {
    const before = await readFile(join(policy, 'config.yaml'), 'utf8');
    await write(policy, { 'config.yaml': `${before}# ${text}\n` });
    expect(await commit(sandbox, policy, '-am', text)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await messageOf(sandbox, policy)).toBe(text);
  };
  await change('first');
  await change('on top of what is made by hand');
  await sandbox.git(policy, 'checkout', '-q', '-b', 'policy');
  await change('on a branch of another name');
  await write(ada, { 'src/app.ts': 'code\n' });
  expect(refusal(await commit(sandbox, ada, '-am', 'code'))).toContain('everything is locked by bob');

  await sandbox.json(bob, ['unlock', 'everything']);
  await sandbox.json(bob, ['unlock', 'database-schema']);
  await sandbox.json(ada, ['locks', '--refresh']);
  // Twice, because the second one has a marker to go by.
  await change('while nothing is locked');
  await sandbox.settled();
  await change('by the marker');
  await sandbox.settled();
  expect((await sessionOf(sandbox, ada, 'carol')).commits).toEqual([]);

  // Code that looks like it is code.
  await write(ada, { 'config.yaml': 'a: 1\n', 'agents/a.yaml': 'a: 1\n' });
  await sandbox.git(ada, 'add', '.');
  expect((await commit(sandbox, ada, '-m', 'code')).exitCode).toBe(0);
  await sandbox.settled();
  await write(ada, { 'config.yaml': 'a: 2\n' });
  expect((await commit(sandbox, ada, '-am', 'more code')).exitCode).toBe(0);
  expect(await messageOf(sandbox, ada)).toMatch(/\nAgent-OS-Agent: ada\nAgent-OS-Session: /);
  await sandbox.json(policy, ['done', 'changed']);
  await sandbox.json(bob, ['lock', 'database-schema', '--paths', 'db/**', '--reason', 'migration 7 runs']);
  await sandbox.json(ada, ['locks', '--refresh']);
});

test('a marker that is torn, or of another version, is none', async () => {
  const { ada } = team;
  await write(ada, { 'src/app.ts': 'marker\n' });
  expect((await commit(sandbox, ada, '-am', 'makes a marker')).exitCode).toBe(0);
  await sandbox.settled();
  await write(ada, { 'db/users.sql': 'torn\n' });
  const clear = (words: string[]) => words.with(3, '0').with(6, '-');
  for (const torn of [
    (words: string[]) => clear(words).slice(0, -1),
    (words: string[]) => clear(words).with(0, '2'),
    () => [],
  ]) {
    await editMarker(ada, torn);
    expect(refusal(await commit(sandbox, ada, '-am', 'torn'))).toContain('locked by bob');
    await sandbox.settled();
  }
  // The same words, whole: nobody is asked, so this is what the others would have done.
  await editMarker(ada, clear);
  expect((await commit(sandbox, ada, '-am', 'whole')).stderr).toBe('');
});

test('without the PATH of a shell, node and agent-os are found where a version manager has them', async () => {
  const { ada } = team;
  const launcher = join(ada, '.git/agent-os/hooks/launcher');
  const before = await readFile(launcher, 'utf8');
  const [node = '', program = ''] = before.split('\n');
  const bin = join(sandbox.home, '.nvm/versions/node/v22.0.0/bin');
  await mkdir(bin, { recursive: true });
  await symlink(node, join(bin, 'node'));
  await symlink(program, join(bin, 'agent-os'));
  await writeFile(launcher, '/gone/node\n/gone/agent-os.js\n');
  await rm(join(ada, '.git/agent-os/marker'), { force: true });
  await write(ada, { 'db/users.sql': 'from a graphical client\n' });
  const bare = await toolsWithoutNode();
  const done = await sandbox.tryGit(ada, ['commit', '-qam', 'x'], { env: { PATH: bare } });
  expect(refusal(done)).toContain('database-schema is locked by bob');
  await rm(join(sandbox.home, '.nvm'), { recursive: true });
  await writeFile(launcher, before);
});

test('a branch that nobody can read, and a program that is gone, cost a line and no commit', async () => {
  const { ada } = team;
  const launcher = join(ada, '.git/agent-os/hooks/launcher');
  const before = await readFile(launcher, 'utf8');
  await writeFile(launcher, '/gone/node\n/gone/agent-os.js\n');
  await rm(join(ada, '.git/agent-os/marker'), { force: true });
  await write(ada, { 'src/app.ts': 'no program\n' });
  const env = { PATH: await toolsWithoutNode() };
  const lost = await sandbox.tryGit(ada, ['commit', '-qam', 'no program'], { env });
  expect(lost).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/^agent-os: not checked \(pre-commit\): no node or no agent-os.*\n$/),
  });
  await writeFile(launcher, before);

  const tip = await sandbox.git(ada, 'rev-parse', 'agent-os');
  await sandbox.git(ada, 'update-ref', 'refs/heads/agent-os', await breakConfig());
  await write(ada, { 'src/app.ts': 'broken\n' });
  const broken = await commit(sandbox, ada, '-am', 'broken');
  expect(broken).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('agent-os: not checked (pre-commit)'),
  });
  // Once, although the message hook is kept from checking, too.
  expect(broken.stderr.match(/^error: /gm)).toHaveLength(1);
  expect(broken.stderr).not.toContain('commit-msg');
  await write(ada, { 'src/app.ts': 'broken again\n' });
  expect((await commit(sandbox, ada, '-am', 'again')).stderr).toBe(broken.stderr);
  await sandbox.git(ada, 'update-ref', 'refs/heads/agent-os', tip);
});

/** A commit on the branch that makes this the policy. */
async function setGuards(guards: string): Promise<void> {
  await sandbox.settled();
  await sandbox.git(
    team.ada,
    'update-ref',
    'refs/heads/agent-os',
    await commitConfig(`schema: agent-os/config/v1\nguards:\n  ${guards}\n`),
  );
}

async function breakConfig(): Promise<string> {
  await sandbox.settled();
  return commitConfig('guards: [\n');
}

async function commitConfig(text: string): Promise<string> {
  const { ada } = team;
  const step = async (args: readonly string[], input?: string) =>
    (
      await sandbox.tryGit(ada, args, {
        env: { GIT_INDEX_FILE: sandbox.path('policy-index') },
        ...(input !== undefined && { input }),
      })
    ).stdout.trim();
  const blob = await step(['hash-object', '-w', '--stdin'], text);
  await step(['read-tree', 'agent-os']);
  await step(['update-index', '--add', '--cacheinfo', `100644,${blob},config.yaml`]);
  await step(['update-index', '--force-remove', 'config.stamps.yaml']);
  const tree = await step(['write-tree']);
  return step(['commit-tree', '-p', 'agent-os', '-m', 'policy', tree]);
}

/** A PATH with what a hook needs, and no node. */
async function toolsWithoutNode(): Promise<string> {
  const bin = sandbox.path('tools');
  await mkdir(bin, { recursive: true });
  for (const tool of ['git', 'sh', 'sleep', 'date', 'mktemp', 'cat', 'rm']) {
    const found = await sandbox.start('sh', ['-c', `command -v ${tool}`], sandbox.root).result;
    await symlink(found.stdout.trim(), join(bin, tool)).catch(() => {});
  }
  return bin;
}
