import {
  appendFileSync,
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clocksAhead } from '../../race/support/clocks.ts';
import { makeSandbox, type Sandbox } from '../../support/sandbox.ts';

const STATE = '.agent-os/state/project-state.json';
const LOG = '.agent-os/logs/go-backend.log';
const EDITS = 30;

/** As `jq '.list += ["…"]' FILE > tmp && mv tmp FILE` in a loop; where the file is away for a moment, jq fails and is run again. */
const EDITOR = `
  const { readFileSync, renameSync, writeFileSync } = require('node:fs');
  const [file, name, count] = process.argv.slice(1);
  const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 25));
  const edit = (item) => {
    try {
      const state = JSON.parse(readFileSync(file, 'utf8'));
      state.list = [...(state.list ?? []), item];
      writeFileSync(file + '.tmp', JSON.stringify(state));
      renameSync(file + '.tmp', file);
      return true;
    } catch (error) {
      if (error.code === 'ENOENT') return false;
      throw error;
    }
  };
  (async () => {
    for (let n = 0; n < Number(count); n += 1) {
      while (!edit(name + ' ' + n)) await pause();
      await pause();
    }
  })();
`;

async function openRepository(sandbox: Sandbox): Promise<string> {
  const repository = await sandbox.repository('ada');
  await sandbox.json(repository, ['init']);
  await sandbox.json(repository, ['start', 'edit', '--agent', 'go-backend']);
  return repository;
}

/** Many commands of one process, each of which refreshes the view before and after. */
function requests(count: number, argv: (n: number) => readonly string[]): string {
  return Array.from({ length: count }, (_, n) => `${JSON.stringify({ argv: argv(n) })}\n`).join('');
}

const list = async (sandbox: Sandbox, repository: string, path: string): Promise<string[]> => {
  const { value } = (await sandbox.json(repository, ['state', 'get', path])) as { value: string[] };
  return value.toSorted();
};

const numbered = (name: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${name} ${n}`).toSorted();

test('a hand edit made while the view is rendered survives', async () => {
  const sandbox = await makeSandbox();
  const repository = await openRepository(sandbox);
  await sandbox.json(repository, ['state', 'set', '', '{"list": [], "commands": []}']);
  const editor = sandbox.start(
    process.execPath,
    ['-e', EDITOR, join(repository, STATE), 'edit', `${EDITS}`],
    repository,
  );
  const commands = ['one', 'two'].map((name) =>
    sandbox.startCli(repository, ['batch'], {
      input: requests(EDITS, (n) => ['state', 'append', 'commands', `${name} ${n}`]),
    }),
  );
  const ended = await Promise.all([editor, ...commands].map(({ result }) => result));
  expect(ended.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
    ended.map(() => ({ exitCode: 0, stderr: '' })),
  );
  await sandbox.json(repository, ['status']);
  expect(await list(sandbox, repository, 'list')).toEqual(numbered('edit', EDITS));
  expect(await list(sandbox, repository, 'commands')).toEqual(
    ['one', 'two'].flatMap((name) => numbered(name, EDITS)),
  );
  const shown = JSON.parse(readFileSync(join(repository, STATE), 'utf8'));
  expect(shown.list.toSorted()).toEqual(numbered('edit', EDITS));
});

test('what is appended to a log through a descriptor held open while the view is rendered survives', async () => {
  const sandbox = await makeSandbox();
  const repository = await openRepository(sandbox);
  const worktree = await sandbox.worktree(repository, 'second');
  const log = openSync(join(repository, LOG), 'a');
  // A line that is unfinished for 2 s counts as finished: by these clocks none is, however long the halves take.
  const env = clocksAhead({ wall: -600 });
  const commands = sandbox.startCli(worktree, ['batch'], {
    env,
    input: requests(EDITS, (n) => ['log', 'add', `command ${n}`, '--agent', 'go-backend']),
  });
  const refreshes = sandbox.startCli(repository, ['batch'], {
    env,
    input: requests(EDITS, () => ['status']),
  });
  let isRunning = true;
  const ended = Promise.all([commands.result, refreshes.result]).finally(() => {
    isRunning = false;
  });
  let written = 0;
  for (; isRunning && written < EDITS; written += 1) {
    writeSync(log, `[2026-11-23 04:00] held ${written}`);
    await new Promise((resolve) => setTimeout(resolve, 20)); // the line is unfinished for a while
    writeSync(log, ` open\n`);
  }
  closeSync(log);
  expect((await ended).map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual([
    { exitCode: 0, stderr: '' },
    { exitCode: 0, stderr: '' },
  ]);

  await sandbox.json(repository, ['status']);
  await sandbox.json(worktree, ['status']);
  const held = Array.from({ length: written }, (_, n) => `[2026-11-23 04:00] held ${n} open`).toSorted();
  const { entries } = (await sandbox.json(repository, ['log', 'show', 'go-backend'])) as {
    entries: { text: string }[];
  };
  const texts = entries.map(({ text }) => text).toSorted();
  expect(texts).toEqual([...held, ...numbered('command', EDITS)].toSorted());
  for (const folder of [repository, worktree]) {
    const lines = readFileSync(join(folder, LOG), 'utf8').split('\n');
    expect(lines.filter((line) => /^\[|^command/.test(line)).toSorted()).toEqual(texts);
  }
});

test('logs and lists that two clones and a worktree extend at once are complete in every view', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const clones = [await sandbox.clone(remote, 'ada'), await sandbox.clone(remote, 'bob')];
  for (const clone of clones) await sandbox.json(clone, ['init']);
  const folders = [...clones, await sandbox.worktree(clones[0] ?? '', 'second')];
  for (const folder of folders) await sandbox.json(folder, ['start', 'work', '--agent', 'go-backend']);
  for (const [index, folder] of folders.entries()) {
    for (let turn = 0; turn < 2; turn += 1) {
      appendFileSync(join(folder, LOG), `[2026-11-23] Task: ${turn} of ${index}\n`);
      const state = JSON.parse(readFileSync(join(folder, STATE), 'utf8'));
      state.list = [...(state.list ?? []), `${turn} of ${index}`];
      writeFileSync(join(folder, STATE), JSON.stringify(state));
      await Promise.all(folders.map((each) => sandbox.json(each, ['sync'])));
    }
  }
  for (const folder of [...folders, ...folders]) await sandbox.json(folder, ['sync']);
  const all = folders.flatMap((_, index) => [0, 1].map((turn) => `${turn} of ${index}`)).toSorted();
  for (const folder of folders) {
    expect(JSON.parse(readFileSync(join(folder, STATE), 'utf8')).list.toSorted()).toEqual(all);
    const tasks = readFileSync(join(folder, LOG), 'utf8').matchAll(/^\[2026-11-23\] Task: (.*)$/gm);
    expect([...tasks].map(([, task]) => task).toSorted()).toEqual(all);
  }
});

test('init makes a view that git ignores, in every worktree, or none', async () => {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('ada');
  writeFileSync(join(repository, '.git/info/exclude'), '*.o');
  expect(await sandbox.json(repository, ['init'])).toMatchObject({ view: true });
  expect(await sandbox.git(repository, 'status', '--porcelain')).toBe('');
  expect(readdirSync(join(repository, '.agent-os')).toSorted()).toEqual([
    '.work',
    'README.md',
    'bin',
    'inbox',
    'logs',
    'recaps',
    'state',
  ]);
  const worktree = await sandbox.worktree(repository, 'second');
  await sandbox.json(worktree, ['status']);
  expect(readdirSync(join(worktree, '.agent-os'))).toContain('logs');
  expect(await sandbox.git(worktree, 'status', '--porcelain')).toBe('');

  expect(await sandbox.json(repository, ['init', '--no-view'])).toMatchObject({ view: false });
  expect(readFileSync(join(repository, '.git/info/exclude'), 'utf8')).toBe('*.o');
  const other = await sandbox.repository('bob');
  await sandbox.json(other, ['init', '--no-view']);
  expect(readdirSync(other)).toEqual(['.git']);
});

test('a view that cannot be refreshed is a warning, and the command is done', async () => {
  const sandbox = await makeSandbox();
  const repository = await openRepository(sandbox);
  writeFileSync(join(repository, STATE), '{"half":');
  const done = await sandbox.cli(repository, ['state', 'set', 'a', '1']);
  expect(done.exitCode).toBe(0);
  expect(done.stderr).toMatch(/^warning: view: state\/project-state\.json: .* is not JSON/);
  expect(readFileSync(join(repository, STATE), 'utf8')).toBe('{"half":');
});
