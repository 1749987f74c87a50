import { chmod, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSandbox, PROJECT, type Sandbox } from '../../support/sandbox.ts';
import { HOOKED, messageOf, write } from './support/guarded.ts';

/** npm runs no install scripts: the program is in the package for this platform. */
const LEFTHOOK = join(PROJECT, `node_modules/lefthook-${process.platform}-${process.arch}/bin/lefthook`);

let sandbox: Sandbox;
let count = 0;

beforeAll(async () => {
  sandbox = await openSandbox(HOOKED);
});
afterAll(() => sandbox.dispose());

interface Status {
  readonly hooks: readonly {
    readonly worktree: string;
    readonly hook: string;
    readonly state: string;
    readonly how: string;
    readonly fix?: string;
  }[];
}

/** A repository with an agent that is active, and no hooks of agent-os. */
async function makeRepository(): Promise<string> {
  count += 1;
  const clone = await sandbox.repository(`r${count}`);
  await sandbox.json(clone, ['init', '--no-hooks', '--no-view']);
  await sandbox.json(clone, ['start', 'task', '--agent', 'ada']);
  return clone;
}

const install = (clone: string) => sandbox.cli(clone, ['hooks', 'install']);

/** The states of the hooks: all in one word where they are the same. */
async function states(clone: string, exit = 0): Promise<string> {
  const { hooks } = (await sandbox.json(clone, ['hooks', 'status'], { exit })) as Status;
  return [...new Set(hooks.map(({ state }) => state))].join(' ');
}

async function script(path: string, text: string, mode = 0o755): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, mode);
}

/** Every file of folders, with its mode and bytes. */
async function photograph(...paths: readonly string[]): Promise<string> {
  const shots = await Promise.all(
    paths.map(async (path) => {
      const list = await sandbox.start(
        'find',
        [path, '-not', '-type', 'd', '-printf', '%p %m %l '],
        sandbox.root,
      ).result;
      const sums = await sandbox.start(
        'sh',
        ['-c', `find "$1" -type f -exec cksum {} + | sort`, 'sh', path],
        sandbox.root,
      ).result;
      return list.stdout + sums.stdout;
    }),
  );
  return shots.join('\n');
}

async function commits(clone: string, subject: string): Promise<string> {
  await sandbox.commitFile(clone, `f-${subject}`, subject, subject);
  return messageOf(sandbox, clone);
}

describe('plain hooks', () => {
  test('are written, proved in each worktree, and taken back', async () => {
    const clone = await makeRepository();
    const hooks = join(clone, '.git/hooks');
    const before = await photograph(hooks);
    const plan = await sandbox.cli(clone, ['hooks', 'install', '--dry-run']);
    expect(plan.stdout).toContain(`Would write ${hooks}/pre-commit`);
    expect(await photograph(hooks)).toBe(before);
    expect((await install(clone)).stdout).toMatch(/reached +all 7 hooks/);
    expect((await install(clone)).stdout).toContain('Nothing needs to be changed.');
    await sandbox.worktree(clone, `${count}-linked`);
    expect(await states(clone)).toBe('reached');
    const status = await sandbox.cli(clone, ['hooks', 'status']);
    expect(status.stdout).toBe(`reached  all 7 hooks  2 worktrees  ${hooks}/HOOK\n`);
    const each = await sandbox.cli(clone, ['hooks', 'status', '--verbose']);
    expect(each.stdout.match(/^reached +\S+ +\S+ +\S+$/gm)).toHaveLength(14);
    expect(await commits(clone, 'plain')).toContain('Agent-OS-Agent: ada');
    await sandbox.settled();
    expect((await sandbox.cli(clone, ['hooks', 'uninstall'])).exitCode).toBe(0);
    expect(await photograph(hooks)).toBe(before);
    expect(await commits(clone, 'gone')).toBe('gone');
    expect((await sandbox.cli(clone, ['hooks', 'status'])).stdout).toContain('No hooks are installed');
  });

  test("somebody else's go on, with their input, arguments and exit codes", async () => {
    const clone = await makeRepository();
    const remote = await sandbox.bareRemote(`${count}.git`, { empty: true });
    await sandbox.git(clone, 'remote', 'add', 'origin', remote);
    const hooks = join(clone, '.git/hooks');
    const log = sandbox.path(`${count}.log`);
    await script(
      join(hooks, 'pre-commit'),
      `#!/bin/bash\nset -eu\necho "pre-commit $#" >>'${log}'\ntest ! -f refuse || exit 7\n`,
    );
    await script(join(hooks, 'pre-push'), `#!/usr/bin/env sh\necho "$@" >>'${log}'\nexec cat >>'${log}'\n`);
    await script(join(hooks, 'post-rewrite'), `#!/bin/sh -e\ncat >>'${log}'`);
    await script(
      join(hooks, 'commit-msg'),
      `#!${process.execPath}\nrequire('fs').appendFileSync(${JSON.stringify(log)}, process.argv[2] + '\\n');\n`,
    );
    await symlink('commit-msg', join(hooks, 'post-checkout'));
    const before = await photograph(hooks);
    await install(clone);
    expect(await states(clone)).toBe('reached');
    expect(await readFile(log, 'utf8').catch(() => 'the probe ran nobody else')).toBe(
      'the probe ran nobody else',
    );

    expect(await commits(clone, 'chained')).toContain('Agent-OS-Agent: ada');
    const oid = await sandbox.git(clone, 'rev-parse', 'HEAD');
    await sandbox.git(clone, 'push', '-q', 'origin', 'main');
    await sandbox.git(clone, 'commit', '-q', '--amend', '-m', 'amended');
    const amended = await sandbox.git(clone, 'rev-parse', 'HEAD');
    expect((await readFile(log, 'utf8')).split('\n')).toEqual([
      'pre-commit 0',
      '.git/COMMIT_EDITMSG',
      `origin ${remote}`,
      `refs/heads/main ${oid} refs/heads/main ${'0'.repeat(40)}`,
      'pre-commit 0',
      '.git/COMMIT_EDITMSG',
      `${oid} ${amended}`,
      '',
    ]);
    await writeFile(join(clone, 'refuse'), '');
    expect((await sandbox.tryGit(clone, ['commit', '--allow-empty', '-m', 'x'])).exitCode).toBe(1);
    await rm(join(clone, 'refuse'));
    await sandbox.settled();
    expect((await install(clone)).stdout).toContain('Nothing needs to be changed.');
    await sandbox.cli(clone, ['hooks', 'uninstall']);
    expect(await photograph(hooks)).toBe(before);
  });

  test('one that is not executable is not switched on, and is as it was afterwards', async () => {
    const clone = await makeRepository();
    const hooks = join(clone, '.git/hooks');
    await script(join(hooks, 'commit-msg'), '#!/bin/sh\necho refused; exit 1\n', 0o644);
    await symlink('gone', join(hooks, 'post-commit'));
    const before = await photograph(hooks);
    expect((await install(clone)).stderr).toContain(
      `${hooks}/commit-msg was not executable: git did not run it, and it still does not run.`,
    );
    expect(await states(clone)).toBe('reached');
    expect(await commits(clone, 'disabled')).toContain('Agent-OS-Agent: ada');
    await sandbox.settled();
    expect((await install(clone)).stdout).toContain('Nothing needs to be changed.');
    await sandbox.cli(clone, ['hooks', 'uninstall']);
    expect(await photograph(hooks)).toBe(before);
  });

  test('what is silently dead is named', async () => {
    const clone = await makeRepository();
    await install(clone);
    const hooks = join(clone, '.git/hooks');
    await chmod(join(hooks, 'pre-push'), 0o644);
    await rm(join(hooks, 'post-merge'));
    await script(join(hooks, 'post-commit'), '#!/bin/sh\nexit 0\n');
    const { hooks: found } = (await sandbox.json(clone, ['hooks', 'status'], { exit: 1 })) as Status;
    const of = (hook: string) => found.find((one) => one.hook === hook);
    expect(of('pre-push')).toMatchObject({ state: 'dead', how: expect.stringContaining('not executable') });
    expect(of('post-merge')).toMatchObject({ state: 'dead', how: expect.stringContaining('there is no') });
    expect(of('post-commit')).toMatchObject({ state: 'dead', fix: 'agent-os hooks install' });
    await install(clone);
    expect(await states(clone)).toBe('reached');
    await sandbox.cli(clone, ['hooks', 'uninstall']);
    // Whoever rewrote a file meanwhile keeps what was written.
    expect(await readFile(join(hooks, 'post-commit'), 'utf8')).toBe('#!/bin/sh\nexit 0\n');
  });

  test('a moved repository, a submodule and a bare repository', async () => {
    const clone = await makeRepository();
    await install(clone);
    await rename(clone, `${clone}-moved`);
    expect(await states(`${clone}-moved`)).toBe('reached');
    const library = await sandbox.repository('library');
    await sandbox.git(
      `${clone}-moved`,
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      library,
      'sub',
    );
    const sub = join(`${clone}-moved`, 'sub');
    await sandbox.git(sub, 'config', 'user.name', 'Ada');
    await sandbox.git(sub, 'config', 'user.email', 'ada@example.com');
    await sandbox.json(sub, ['init', '--no-view']);
    await sandbox.json(sub, ['start', 'inside', '--agent', 'sub']);
    expect(await states(sub)).toBe('reached');
    expect(await commits(sub, 'inside')).toContain('Agent-OS-Agent: sub');
    const bare = await sandbox.bareRemote('bare.git');
    expect(await sandbox.json(bare, ['init'])).toMatchObject({ hooks: 1 });
    const alone = await sandbox.cli(bare, ['hooks', 'status']);
    expect(alone.stdout).toMatch(/^reached +pre-push .*\na bare repository runs no other hook/);
    const tree = sandbox.path('bare-tree');
    await sandbox.git(bare, 'worktree', 'add', '-q', '-b', 'work', tree);
    expect(await states(bare)).toBe('reached');
  });
});

describe('core.hooksPath', () => {
  test('of the repository is followed', async () => {
    const clone = await makeRepository();
    await sandbox.git(clone, 'config', 'core.hooksPath', '.githooks');
    await script(join(clone, '.githooks/pre-commit'), '#!/bin/sh\nexit 0\n');
    const before = await photograph(join(clone, '.githooks'));
    await install(clone);
    expect(await states(clone)).toBe('reached');
    expect(await commits(clone, 'path')).toContain('Agent-OS-Agent: ada');
    await sandbox.cli(clone, ['hooks', 'uninstall']);
    expect(await photograph(join(clone, '.githooks'))).toBe(before);
  });

  test('that every worktree has a copy of is restored in all of them, wherever it was installed', async () => {
    const clone = await makeRepository();
    await script(join(clone, 'githooks/pre-commit'), '#!/bin/sh');
    await sandbox.git(clone, 'config', 'core.hooksPath', 'githooks');
    await sandbox.git(clone, 'add', 'githooks');
    await sandbox.git(clone, 'commit', '-qm', 'hooks of the team');
    const trees = await Promise.all(
      ['second', 'locked', 'moved'].map((name) => sandbox.worktree(clone, `${count}-${name}`)),
    );
    const [second = '', locked = '', moved = ''] = trees;
    for (const tree of [clone, ...trees]) await install(tree);
    expect(await states(clone)).toBe('reached');
    await sandbox.git(clone, 'worktree', 'lock', locked);
    await rename(locked, `${locked}-away`);
    await sandbox.git(clone, 'worktree', 'move', moved, `${moved}-on`);

    const gone = await sandbox.cli(second, ['hooks', 'uninstall']);
    expect(gone.stdout).not.toContain('Nothing of agent-os is left');
    expect(gone.stderr).toContain(`\n    ${locked}/githooks/pre-commit\n`);
    for (const tree of [clone, second, `${moved}-on`]) {
      expect(await sandbox.git(tree, 'status', '--porcelain', '--untracked-files=all')).toBe('');
    }
    await rename(`${locked}-away`, locked);
    expect((await sandbox.cli(clone, ['hooks', 'uninstall'])).stdout).toContain(
      'Nothing of agent-os is left',
    );
    expect(await sandbox.git(locked, 'status', '--porcelain')).toBe('');
    expect(await stat(join(clone, '.git/agent-os/hooks')).catch(() => null)).toBeNull();
  });

  test('that is set for all repositories is not ours: init goes on, and shows what belongs there', async () => {
    const clone = await sandbox.repository('global');
    const config = sandbox.path('global-config');
    await writeFile(config, `[core]\n\thooksPath = ${sandbox.path('global-hooks')}\n`);
    const env = { GIT_CONFIG_GLOBAL: config };
    const init = await sandbox.cli(clone, ['init', '--no-view'], { env });
    expect(init.exitCode).toBe(0);
    expect(init.stderr).toContain('(core.hooksPath, global) is not ours to change; put this into it:');
    expect(init.stderr).toContain('agent-os/hooks/pre-commit');
    const theirs = sandbox.path('global-hooks');
    expect(await stat(theirs).catch(() => null)).toBeNull();

    const own = `git config core.hooksPath ${clone}/.git/hooks && agent-os hooks install`;
    const plan = await sandbox.cli(clone, ['hooks', 'install'], { env });
    expect(plan).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(own) });
    expect(plan.stdout).not.toContain('Nothing needs to be changed.');
    for (const command of [['hooks', 'status'], ['doctor']]) {
      const { stdout } = await sandbox.cli(clone, command, { env });
      expect(stdout).toContain(
        `→ put what \`agent-os hooks install\` prints into ${theirs}; or, to do without the hooks there: ${own}`,
      );
    }
    const text = plan.stderr.split('\n').flatMap((line) => (line.startsWith('    ') ? [line.slice(4)] : []));
    for (const part of text
      .join('\n')
      .split(/^# (?=\S+, below)/m)
      .slice(1)) {
      const [hook = ''] = part.split(',');
      await script(join(theirs, hook), `#!/bin/sh\n# ${part}\ncat >>'${sandbox.path('pushed')}'\n`);
    }
    const before = await photograph(theirs);
    const again = await sandbox.cli(clone, ['hooks', 'install'], { env });
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(again.stdout).toMatch(/Nothing needs to be changed.\nreached +all 7 hooks/);
    await sandbox.cli(clone, ['hooks', 'uninstall'], { env });
    expect(await photograph(theirs)).toBe(before);
  });
});

describe('husky, from its package', () => {
  const husky = (folder: string) =>
    sandbox.start(process.execPath, [join(PROJECT, 'node_modules/husky/bin.js')], folder).result;

  test('runs both, once, after it has rewritten its files too; and a worktree without it is named', async () => {
    const clone = await makeRepository();
    await husky(clone);
    await script(join(clone, '.husky/pre-commit'), 'echo "$0" >>ran\n', 0o644);
    const before = await photograph(join(clone, '.husky'));
    await install(clone);
    await husky(clone);
    expect((await install(clone)).stdout).toContain('Nothing needs to be changed.');
    expect(await states(clone)).toBe('reached');
    const said = await commits(clone, 'husky');
    expect(said.match(/Agent-OS-Agent/g)).toHaveLength(1);
    expect((await readFile(join(clone, 'ran'), 'utf8')).trim().split('\n')).toHaveLength(1);
    await sandbox.settled();

    await sandbox.git(clone, 'add', '.husky/pre-commit');
    await sandbox.git(clone, 'commit', '-qm', 'husky');
    const linked = await sandbox.worktree(clone, 'husky-linked');
    const { hooks } = (await sandbox.json(clone, ['hooks', 'status'], { exit: 1 })) as Status;
    expect(hooks.filter(({ worktree }) => worktree === linked)).toContainEqual({
      worktree: linked,
      hook: 'pre-commit',
      state: 'dead',
      how: 'husky never ran in this worktree',
      fix: `cd ${linked} && npx husky`,
    });
    await husky(linked);
    await install(linked);
    await sandbox.cli(clone, ['hooks', 'uninstall']);
    expect(await photograph(join(clone, '.husky'))).toBe(before);
    const left = await readFile(join(linked, '.husky/pre-commit'), 'utf8');
    expect(left).toBe('echo "$0" >>ran\n');
  });

  test('that came later is found by status, and followed by another install', async () => {
    const clone = await makeRepository();
    await install(clone);
    await husky(clone);
    expect(await states(clone, 1)).toBe('dead');
    await install(clone);
    expect(await states(clone)).toBe('reached');
    expect((await commits(clone, 'later')).match(/Agent-OS-Agent/g)).toHaveLength(1);
    expect(await stat(join(clone, '.git/hooks/pre-commit')).catch(() => null)).toBeNull();
  });
});

describe('lefthook, from its package', () => {
  const lefthook = (folder: string, ...args: readonly string[]) =>
    sandbox.start(LEFTHOOK, args, folder).result;

  test('runs both, once, and its own file is as it was', async () => {
    const clone = await makeRepository();
    await write(clone, {
      'lefthook.yml':
        'pre-commit:\n  jobs:\n    - name: theirs\n      run: echo ran >>ran\npre-push:\n  jobs:\n    - run: "true"\n',
      'lefthook-local.yml': '# mine\npre-commit:\n  parallel: true # why not\n',
    });
    await lefthook(clone, 'install');
    const env = { LEFTHOOK_BIN: LEFTHOOK };
    const before = await photograph(join(clone, '.git/hooks'), join(clone, 'lefthook-local.yml'));
    const plan = await sandbox.cli(clone, ['hooks', 'install'], { env });
    expect(plan.stdout).toMatch(/reached +pre-commit, pre-push .*lefthook-local.yml/);
    expect(await readFile(join(clone, 'lefthook-local.yml'), 'utf8')).toContain('parallel: true # why not');
    await lefthook(clone, 'install');
    const status = await sandbox.cli(clone, ['hooks', 'status', '--verbose'], { env });
    expect({ exitCode: status.exitCode, out: status.stdout.match(/^reached/gm) }).toEqual({
      exitCode: 0,
      out: Array(7).fill('reached'),
    });
    expect(await stat(join(clone, 'ran')).catch(() => null)).toBeNull();
    await write(clone, { a: '1' });
    await sandbox.git(clone, 'add', 'a');
    const done = await sandbox.tryGit(clone, ['commit', '-m', 'lefthook'], { env });
    expect(done.exitCode).toBe(0);
    expect((await messageOf(sandbox, clone)).match(/Agent-OS-Agent/g)).toHaveLength(1);
    expect(await readFile(join(clone, 'ran'), 'utf8')).toBe('ran\n');
    await sandbox.settled();
    await sandbox.cli(clone, ['hooks', 'uninstall'], { env });
    expect(await photograph(join(clone, '.git/hooks'), join(clone, 'lefthook-local.yml'))).toBe(before);
  });
});

test("pre-commit's configuration gets an entry, and its script stays as it is", async () => {
  const clone = await makeRepository();
  const config =
    '# ours\nrepos:\n  # formatters\n  - repo: https://example.com/black\n    rev: v1\n    hooks:\n      - id: black\n';
  await write(clone, { '.pre-commit-config.yaml': config });
  const generated = '#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\nexit 0\n';
  await script(join(clone, '.git/hooks/pre-commit'), generated);
  await install(clone);
  const text = await readFile(join(clone, '.pre-commit-config.yaml'), 'utf8');
  expect(text).toContain('      - id: agent-os-pre-commit\n');
  expect(text).toContain('  - repo: https://example.com/black\n');
  expect(text).not.toContain('agent-os-commit-msg');
  expect(await readFile(join(clone, '.git/hooks/pre-commit'), 'utf8')).toBe(generated);
  const entry = /entry: (sh -c '.*' sh)/.exec(text)?.[1] ?? '';
  expect((await sandbox.start('sh', ['-c', entry], clone).result).exitCode).toBe(0);
  expect(await states(clone)).toBe('declared reached');
  expect((await install(clone)).stdout).toContain('Nothing needs to be changed.');
  await sandbox.cli(clone, ['hooks', 'uninstall']);
  expect(await readFile(join(clone, '.pre-commit-config.yaml'), 'utf8')).toBe(config);
});
