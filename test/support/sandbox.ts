import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Finished, killMarked, type Running, run, start, untilNoneIsMarked } from './processes.ts';

export const PROJECT = resolve(import.meta.dirname, '../..');
const LAUNCHER = join(PROJECT, 'bin/agent-os.js');

/** For commits whose oid must be the same in every run. */
export const FIXED_DATES = {
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
} as const;

export interface CliOptions {
  readonly input?: string | Uint8Array;
  readonly keepInput?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A temporary folder with repositories in it, and a world in which nothing outside of it can be seen: own HOME, no
 * system or global git config, C locale, UTC, no `GIT_*` or `AGENT_OS_*` variable from outside, and so much patience
 * that a busy machine is no unreachable remote. Every function takes absolute paths and refuses those that are not
 * inside the folder.
 */
export interface Sandbox {
  readonly root: string;
  readonly home: string;
  /** The environment of everything that runs here. */
  readonly env: Readonly<Record<string, string>>;
  path(...parts: string[]): string;
  /** A bare repository with one commit on `main`, or with none. */
  bareRemote(name?: string, options?: { readonly empty?: boolean }): Promise<string>;
  /** A clone with an identity (`<name>`, `<name>@example.com`) in its own config. `remote` is a path or a URL. */
  clone(remote: string, name: string, options?: { readonly args?: readonly string[] }): Promise<string>;
  /** A repository without remote, with an identity and one commit on `main`, or with none. */
  repository(name: string, options?: { readonly empty?: boolean }): Promise<string>;
  /** A linked worktree beside the repository, on a new branch of its own name. */
  worktree(repository: string, name: string): Promise<string>;
  /** @returns the new commit's oid */
  commitFile(repository: string, path: string, content: string, subject?: string): Promise<string>;
  /** @returns stdout without its last newline; throws with stderr when git fails */
  git(cwd: string, ...args: string[]): Promise<string>;
  /** As `git`, but a failure is a result. */
  tryGit(cwd: string, args: readonly string[], options?: CliOptions): Promise<Finished>;
  /** Runs the command line as built, with plain node. */
  cli(cwd: string, args: readonly string[], options?: CliOptions): Promise<Finished>;
  /** As `cli`, and parses what `--json` (which is added) printed; throws when it exits otherwise than expected. */
  json(
    cwd: string,
    args: readonly string[],
    options?: CliOptions & { readonly exit?: number },
  ): Promise<unknown>;
  startCli(cwd: string, args: readonly string[], options?: CliOptions): Running;
  start(command: string, args: readonly string[], cwd: string, options?: CliOptions): Running;
  /** Resolves when everything that was started here has ended by itself, what runs in the background too. */
  settled(): Promise<void>;
  /** Ends every process that was started here, and removes the folder. */
  dispose(): Promise<void>;
}

/** A sandbox that is gone when the running test is. */
export async function makeSandbox(env: Readonly<Record<string, string>> = {}): Promise<Sandbox> {
  const sandbox = await openSandbox(env);
  onTestFinished(() => sandbox.dispose());
  return sandbox;
}

/** A sandbox for several tests: whoever opens it disposes of it. */
export async function openSandbox(extra: Readonly<Record<string, string>> = {}): Promise<Sandbox> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'agent-os-test-')));
  if (isInside(PROJECT, root)) {
    await rm(root, { recursive: true });
    throw new Error(`tests refuse to run inside the project's own checkout: TMPDIR is ${tmpdir()}`);
  }
  const home = join(root, 'home');
  await mkdir(join(home, '.tmp'), { recursive: true });
  await writeFile(join(home, '.gitconfig'), '');
  const mark = `TEST_SANDBOX=${root}`;
  const env: Record<string, string> = { ...isolated(root, home), TEST_SANDBOX: root, ...extra };

  const guard = (cwd: string): string => {
    if (!isAbsolute(cwd) || !isInside(root, cwd)) throw new Error(`${cwd} is not inside the sandbox ${root}`);
    return cwd;
  };
  const options = (cwd: string, given: CliOptions) => ({
    cwd: guard(cwd),
    env: { ...env, ...given.env },
    ...(given.input !== undefined && { input: given.input }),
    ...(given.keepInput !== undefined && { keepInput: given.keepInput }),
  });
  const started: Running[] = [];
  const keep = (running: Running): Running => {
    started.push(running);
    running.result.finally(() => started.splice(started.indexOf(running), 1)).catch(() => {});
    return running;
  };
  const tryGit: Sandbox['tryGit'] = (cwd, args, given = {}) => run('git', args, options(cwd, given));
  const git: Sandbox['git'] = async (cwd, ...args) => {
    const done = await tryGit(cwd, args);
    if (done.exitCode !== 0) throw new Error(`git ${args.join(' ')} (in ${cwd}): ${done.stderr}`);
    return done.stdout.replace(/\n$/, '');
  };
  const cliArguments = (args: readonly string[]): string[] => {
    if (!existsSync(join(PROJECT, 'dist/cli/main.cjs')))
      throw new Error('dist is missing: the build has failed');
    return [LAUNCHER, ...args];
  };
  const cli: Sandbox['cli'] = (cwd, args, given = {}) =>
    run(process.execPath, cliArguments(args), options(cwd, given));
  const identify = async (repository: string, name: string) => {
    await git(repository, 'config', 'user.name', name);
    await git(repository, 'config', 'user.email', `${name}@example.com`);
  };

  return {
    root,
    home,
    env,
    path: (...parts) => join(root, ...parts),
    bareRemote: async (name = 'remote.git', { empty = false } = {}) => {
      const path = join(root, name);
      await git(root, 'init', '--quiet', '--bare', '--initial-branch=main', path);
      if (!empty) await firstCommit(tryGit, path);
      return path;
    },
    clone: async (remote, name, { args = [] } = {}) => {
      await git(root, 'clone', '--quiet', ...args, remote, name);
      await identify(join(root, name), name);
      return join(root, name);
    },
    repository: async (name, { empty = false } = {}) => {
      const path = join(root, name);
      await git(root, 'init', '--quiet', '--initial-branch=main', path);
      await identify(path, name);
      if (!empty) await firstCommit(tryGit, path);
      return path;
    },
    worktree: async (repository, name) => {
      const path = join(dirname(repository), name);
      await git(repository, 'worktree', 'add', '--quiet', '-b', name, guard(path));
      return path;
    },
    commitFile: async (repository, path, content, subject = `change ${path}`) => {
      const file = guard(join(repository, path));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      await git(repository, 'add', '--', path);
      await git(repository, 'commit', '--quiet', '-m', subject);
      return git(repository, 'rev-parse', 'HEAD');
    },
    git,
    tryGit,
    cli,
    json: async (cwd, args, { exit = 0, ...given } = {}) => {
      const done = await cli(cwd, [...args, '--json'], given);
      if (done.exitCode === exit) return JSON.parse(done.stdout);
      const said = `${done.stdout}\n${done.stderr}`;
      throw new Error(
        `agent-os ${args.join(' ')}: exit ${done.exitCode ?? done.signal}, not ${exit}: ${said}`,
      );
    },
    startCli: (cwd, args, given = {}) =>
      keep(start(process.execPath, cliArguments(args), options(cwd, given))),
    start: (command, args, cwd, given = {}) => keep(start(command, args, options(cwd, given))),
    settled: () => untilNoneIsMarked(mark),
    dispose: async () => {
      // By its handle too: a program may overwrite its environment, as sshd does with its title.
      for (const running of started) running.killGroup();
      await killMarked(mark);
      await rm(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}

/** One root commit that is the same in every repository, so that clones and remotes of one test share their history. */
async function firstCommit(tryGit: Sandbox['tryGit'], repository: string): Promise<void> {
  const person = { GIT_AUTHOR_NAME: 'First', GIT_AUTHOR_EMAIL: 'first@example.com' };
  const committer = { GIT_COMMITTER_NAME: 'First', GIT_COMMITTER_EMAIL: 'first@example.com' };
  const env = { ...person, ...committer, ...FIXED_DATES };
  const step = async (...args: string[]) => (await tryGit(repository, args, { env })).stdout.trim();
  const tree = await step('hash-object', '-t', 'tree', '-w', '/dev/null');
  const commit = await step('commit-tree', '-m', 'first commit', tree);
  await step('update-ref', 'refs/heads/main', commit, '');
}

function isolated(root: string, home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_STATE_HOME: join(home, '.state'),
    TMPDIR: join(home, '.tmp'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    GIT_CEILING_DIRECTORIES: root,
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    TZ: 'UTC',
    AGENT_OS_TIMEOUT: '120s',
    AGENT_OS_HOOK_TIMEOUT: '120s',
  };
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}
