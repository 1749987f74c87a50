import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox } from '../../support/sandbox.ts';
import { type } from './support/shells.ts';

const STATE = 'state/project-state.json';
const LOG = 'logs/go-backend.log';
const LOAD = 'source ~/.agent-os/bin/load-context.sh';

interface Texts {
  readonly entries: readonly { readonly agent: string; readonly text: string }[];
}

const home = (sandbox: Sandbox, ...parts: string[]): string => join(sandbox.home, '.agent-os', ...parts);

async function logOf(sandbox: Sandbox, repository: string): Promise<readonly string[]> {
  const { entries } = (await sandbox.json(repository, ['log', 'show', 'go-backend'])) as Texts;
  return entries.map(({ text }) => text);
}

const stateOf = async (sandbox: Sandbox, repository: string) =>
  ((await sandbox.json(repository, ['state', 'get'])) as { value: Record<string, unknown> }).value;

const start = (sandbox: Sandbox, repository: string, agent: string) =>
  sandbox.json(repository, ['start', 'work', '--agent', agent]);

/** Two repositories that have nothing to do with each other; the home folder is bound to the first. */
async function makeTwo(sandbox: Sandbox): Promise<readonly [string, string]> {
  const [ada, bob] = [await sandbox.repository('ada'), await sandbox.repository('bob')];
  await sandbox.json(ada, ['init', '--home']);
  await sandbox.json(bob, ['init', '--no-home']);
  return [ada, bob];
}

/** As `jq … > tmp && mv tmp ~/.agent-os/state/project-state.json`. */
function editState(
  sandbox: Sandbox,
  edit: Record<string, unknown>,
  read = readFileSync(home(sandbox, STATE), 'utf8'),
) {
  writeFileSync(sandbox.path('edited'), JSON.stringify({ ...JSON.parse(read), ...edit }));
  renameSync(sandbox.path('edited'), home(sandbox, STATE));
}

test('documents that name the home folder work as written, and their writes belong to the session that is at work', async () => {
  const sandbox = await makeSandbox();
  const ada = await sandbox.repository('ada');
  await sandbox.json(ada, ['init', '--home']);
  const worktree = await sandbox.worktree(ada, 'second');
  const { session } = (await start(sandbox, worktree, 'go-backend')) as { session: { id: string } };
  appendFileSync(home(sandbox, LOG), '[2026-11-23] Task: Auth\r\nwith a second line\r\n');
  writeFileSync(home(sandbox, 'recaps/20261123-backend.md'), '# Auth\n\n## Done\n\nx\n');
  symlinkSync(home(sandbox, 'recaps/20261123-backend.md'), home(sandbox, 'recaps/latest.md'));
  for (const name of [
    'recaps/20261123-backend.md~',
    'recaps/.20261123-backend.md.swp',
    'logs/go-backend.log~',
  ])
    writeFileSync(home(sandbox, name), 'an editor keeps this');
  editState(sandbox, { focus: 'Auth' });
  const done = await sandbox.cli(ada, ['status']); // in another worktree than the one that its session is in
  expect(done).toMatchObject({ exitCode: 0, stderr: '' });

  expect(await logOf(sandbox, ada)).toEqual(['[2026-11-23] Task: Auth\nwith a second line']);
  expect(await stateOf(sandbox, ada)).toEqual({ focus: 'Auth' });
  expect(await sandbox.json(ada, ['recap', 'list'])).toMatchObject({
    recaps: [{ title: 'Auth', agent: 'go-backend', sections: [{ heading: 'Done', text: 'x' }] }],
  });
  const trailers = await sandbox.git(
    ada,
    'log',
    '--format=%(trailers:key=Agent-OS-Session,valueonly)',
    'agent-os',
  );
  expect(trailers.split('\n').filter((line) => line === session.id)).toHaveLength(4); // start, log, recap, state
  expect(readlinkSync(home(sandbox, 'recaps/latest.md'))).toBe(home(sandbox, 'recaps/20261123-backend.md'));
  for (const folder of [join(worktree, '.agent-os'), join(ada, '.agent-os')]) {
    await sandbox.json(join(folder, '..'), ['status']);
    expect(readFileSync(join(folder, LOG), 'utf8')).toContain('Task: Auth');
    expect(JSON.parse(readFileSync(join(folder, STATE), 'utf8'))).toMatchObject({ focus: 'Auth' });
  }
  await sandbox.json(ada, ['log', 'add', 'by command', '--agent', 'go-backend']);
  expect(readFileSync(home(sandbox, LOG), 'utf8')).toContain('\nby command\n');
});

test('where nobody is at work in the first repository, sourcing in a second one has the folder show that', async () => {
  const sandbox = await makeSandbox();
  const [ada, bob] = await makeTwo(sandbox);
  await sandbox.json(ada, ['state', 'set', 'of', 'ada']);
  await sandbox.json(bob, ['state', 'set', 'of', 'bob']);
  appendFileSync(home(sandbox, LOG), 'written for ada\n');
  const done = await type(sandbox, 'bash', bob, `${LOAD} go-backend`);
  expect(done.stderr).toContain('~/.agent-os shows this repository now');
  expect(JSON.parse(readFileSync(home(sandbox, STATE), 'utf8'))).toMatchObject({ of: 'bob' });
  expect(await logOf(sandbox, ada)).toEqual(['written for ada']);
  expect(await logOf(sandbox, bob)).toEqual([]);

  rmSync(bob, { recursive: true });
  const again = await type(sandbox, 'bash', ada, `${LOAD} go-backend`);
  expect(again).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(readFileSync(home(sandbox, STATE), 'utf8'))).toMatchObject({ of: 'ada' });
});

test('where somebody is, sourcing in a second one says how to switch, and what is ambiguous is named, not guessed', async () => {
  const sandbox = await makeSandbox();
  const [ada, bob] = await makeTwo(sandbox);
  await start(sandbox, ada, 'go-backend');
  const done = await type(sandbox, 'bash', bob, `${LOAD} go-backend; announce_agent_start go-backend 'here'`);
  expect(done.exitCode).toBe(0);
  expect(done.stderr).toMatch(
    /^home: ~\/\.agent-os shows .*ada, where go-backend is at work; .*agent-os home --switch/,
  );
  expect(await sandbox.json(bob, ['status', '--active', 'go-backend'])).toMatchObject({ active: true });
  expect(readFileSync(join(bob, '.agent-os/bin/load-context.sh'), 'utf8')).toContain('announce_agent_start');

  // go-backend is at work in both: whose line this is, nobody can tell.
  appendFileSync(home(sandbox, LOG), 'whose?\n');
  writeFileSync(home(sandbox, 'recaps/20261123-backend.md'), '# Whose?\n');
  const taken = await sandbox.cli(ada, ['status']);
  expect(taken.stderr).toContain('several repositories are at work');
  expect(await logOf(sandbox, ada)).toEqual([]);
  expect(await sandbox.json(ada, ['recap', 'list'])).toMatchObject({ recaps: [] });
  const unfiled = readdirSync(home(sandbox, 'unfiled'));
  expect(unfiled).toEqual([
    expect.stringMatching(/^log\.go-backend\.[0-9a-f]{16}\.log$/),
    expect.stringMatching(/^recap\.20261123-backend\.[0-9a-f]{16}\.md$/),
  ]);
  const [log = '', recap = ''] = unfiled;
  const context = await sandbox.cli(bob, ['context', 'go-backend']);
  expect(context.stderr).toContain(`agent-os home --file ${log}`);
  const checks = (await sandbox.cli(ada, ['doctor'])).stdout;
  expect(checks).toContain(log);
  expect(checks).toContain(recap);

  await sandbox.json(bob, ['home', '--file', log, recap, '--agent', 'go-backend']);
  expect(await logOf(sandbox, bob)).toEqual(['whose?\n']);
  expect(await sandbox.json(bob, ['recap', 'list'])).toMatchObject({ recaps: [{ title: 'Whose?' }] });
  expect(readdirSync(home(sandbox, 'unfiled'))).toEqual([]);

  // Alone in its own repository again, its lines are its repository's.
  await sandbox.json(bob, ['done', 'over', '--agent', 'go-backend']);
  await start(sandbox, bob, 'another');
  appendFileSync(home(sandbox, LOG), 'of ada\n');
  appendFileSync(home(sandbox, 'logs/stranger.log'), 'of nobody\n');
  await sandbox.cli(ada, ['status']);
  expect(await logOf(sandbox, ada)).toEqual(['of ada']);
  expect(readdirSync(home(sandbox, 'unfiled'))).toEqual([expect.stringMatching(/^log\.stranger\./)]);

  expect(await sandbox.json(bob, ['home'], { exit: 3 })).toMatchObject({ error: { code: 'HELD' } });
  expect(await sandbox.json(bob, ['home', '--switch'])).toMatchObject({ status: 'bound', previous: ada });
});

test('what was begun before a switch ends where it belongs', async () => {
  const sandbox = await makeSandbox();
  const [ada, bob] = await makeTwo(sandbox);
  await sandbox.json(ada, ['state', 'set', 'list', '[]']);
  await start(sandbox, ada, 'go-backend');
  await sandbox.json(ada, ['log', 'add', 'first', '--agent', 'go-backend']);
  const before = readFileSync(home(sandbox, STATE), 'utf8');
  const open = openSync(home(sandbox, LOG), 'a');
  await sandbox.json(bob, ['home', '--switch']);
  editState(sandbox, { list: ['late'] }, before);
  writeSync(open, 'held open\n');
  closeSync(open);
  const handed = await sandbox.cli(bob, ['status']);
  expect(handed.stderr).toContain(`belongs to ${ada} and went there`);
  expect(await sandbox.git(ada, 'show', 'agent-os:state/project.yaml')).toContain('- late');
  expect(await stateOf(sandbox, bob)).toEqual({});
  expect(JSON.parse(readFileSync(home(sandbox, STATE), 'utf8'))).not.toHaveProperty('list');
  await sandbox.json(ada, ['status']);
  expect(await logOf(sandbox, ada)).toEqual(['first', 'held open']);
  expect(await logOf(sandbox, bob)).toEqual([]);

  editState(sandbox, { of: 'a stranger', _agent_os: { repo: 'x'.repeat(16), base: 'a'.repeat(40) } });
  await sandbox.cli(bob, ['status']);
  expect(await stateOf(sandbox, bob)).toEqual({});
  const [name = ''] = readdirSync(home(sandbox, 'unfiled'));
  expect(JSON.parse(readFileSync(home(sandbox, 'unfiled', name), 'utf8'))).toMatchObject({
    of: 'a stranger',
  });
  expect(JSON.parse(readFileSync(home(sandbox, STATE), 'utf8'))).not.toHaveProperty('of');
});

test('a home folder that leads nowhere is said to be unusable', async () => {
  const sandbox = await makeSandbox();
  const ada = await sandbox.repository('ada');
  symlinkSync(sandbox.path('not-mounted'), home(sandbox));
  await sandbox.json(ada, ['init']);
  expect(await sandbox.json(ada, ['home'], { exit: 1 })).toMatchObject({ error: { code: 'DISK_FULL' } });
  expect((await sandbox.cli(ada, ['context', 'go-backend'])).exitCode).toBe(0);
});

test('a folder that was there before is kept, and one that is a symlink is followed', async () => {
  const sandbox = await makeSandbox();
  const ada = await sandbox.repository('ada');
  mkdirSync(sandbox.path('elsewhere/logs'), { recursive: true });
  writeFileSync(sandbox.path('elsewhere/logs/go-backend.log'), 'from before\n');
  writeFileSync(sandbox.path('elsewhere/notes.txt'), 'mine\n');
  symlinkSync(sandbox.path('elsewhere'), home(sandbox));
  await sandbox.json(ada, ['init', '--home']);
  expect(readFileSync(home(sandbox, 'before/logs/go-backend.log'), 'utf8')).toBe('from before\n');
  expect(readFileSync(home(sandbox, 'notes.txt'), 'utf8')).toBe('mine\n');
  appendFileSync(home(sandbox, LOG), 'new\n');
  expect(await logOf(sandbox, ada)).toEqual(['new']);
});

test('the view of a repository in the home folder itself is left alone', async () => {
  const sandbox = await makeSandbox();
  await sandbox.git(sandbox.home, 'init', '--quiet');
  await sandbox.json(sandbox.home, ['init', '--agent', 'ada']);
  const before = readdirSync(home(sandbox)).toSorted();
  expect(await sandbox.json(sandbox.home, ['home'], { exit: 2 })).toMatchObject({
    error: { code: 'BAD_VALUE' },
  });
  const ada = await sandbox.repository('ada');
  expect(await sandbox.json(ada, ['init', '--home'], { exit: 2 })).toMatchObject({
    error: { code: 'BAD_VALUE' },
  });
  expect(readdirSync(home(sandbox)).toSorted()).toEqual(before);
});

test('init asks on a terminal only', async () => {
  const sandbox = await makeSandbox();
  const ada = await sandbox.repository('ada');
  await sandbox.json(ada, ['init']);
  expect(existsSync(home(sandbox))).toBe(false);
  const launcher = `'${process.execPath}' '${join(import.meta.dirname, '../../../bin/agent-os.js')}'`;
  const ask = (answer: string) =>
    sandbox.start('script', ['-qec', `${launcher} init`, '/dev/null'], ada, { input: answer }).result;
  expect((await ask('n\n')).stdout).toContain('Bind ~/.agent-os to this repository too? [y/N]');
  expect(existsSync(home(sandbox))).toBe(false);
  expect(await ask('y\n')).toMatchObject({ exitCode: 0 });
  expect(readFileSync(home(sandbox, STATE), 'utf8')).toContain('_agent_os');
  expect((await ask('')).stdout).not.toContain('[y/N]');
});

test('two repositories that want it at once: one is shown, and both are known', async () => {
  const sandbox = await makeSandbox();
  const [ada, bob] = [await sandbox.repository('ada'), await sandbox.repository('bob')];
  await Promise.all([ada, bob].map((repository) => sandbox.json(repository, ['init', '--no-home'])));
  await Promise.all([ada, bob].map((repository) => sandbox.json(repository, ['home', '--switch'])));
  const { home: shown } = (await sandbox.json(ada, ['context', 'x'])) as { home: { repository: string } };
  expect([ada, bob]).toContain(shown.repository);
  appendFileSync(home(sandbox, LOG), 'a line\n');
  for (const repository of [ada, bob]) await sandbox.json(repository, ['status']);
  const logs = [await logOf(sandbox, ada), await logOf(sandbox, bob)];
  expect(logs.flat()).toEqual(['a line']);
  expect(logs[shown.repository === ada ? 0 : 1]).toEqual(['a line']);
});

test('a home folder that cannot be used stops no command', async () => {
  const sandbox = await makeSandbox();
  const [ada] = await makeTwo(sandbox);
  rmSync(home(sandbox, 'views'), { recursive: true });
  writeFileSync(home(sandbox, 'views'), 'a file in its place');
  appendFileSync(join(ada, '.agent-os', LOG), 'in the work tree\n');
  const done = await sandbox.cli(ada, ['log', 'add', 'done', '--agent', 'go-backend']);
  expect(done.exitCode).toBe(0);
  expect(done.stderr).toMatch(/^warning: view: ~\/\.agent-os/);
  expect(await logOf(sandbox, ada)).toEqual(['in the work tree', 'done']);
  const loaded = await type(sandbox, 'bash', ada, `${LOAD} go-backend`);
  expect(loaded.exitCode).toBe(0);
  expect(loaded.stdout).toContain('Context of go-backend');
});
