import { type SimpleGit, simpleGit } from 'simple-git';
import { AgentOsError } from '../domain/errors.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import { redactCredentials } from './process.ts';
import { placeOf } from './repository.ts';

/** `worktree`: this worktree alone where git has `extensions.worktreeConfig`, else the whole repository. */
export type ConfigScope = 'local' | 'worktree';

export interface ConfiguredRemote {
  readonly name: string;
  /** Without credentials. */
  readonly fetchUrl: string;
  readonly pushUrl: string;
}

/**
 * What set-up changes and lists in the user's configuration. Only `init`, `doctor` and the hooks commands load this:
 * simple-git takes its time to import.
 */
export interface UserConfig {
  set(key: string, value: string, scope?: ConfigScope): Promise<void>;
  /** Removes every value of the key; nothing happens when it is not set. */
  unset(key: string, scope?: ConfigScope): Promise<void>;
  /** Adds a value unless the key has it already. */
  add(key: string, value: string, scope?: ConfigScope): Promise<void>;
  remotes(): Promise<readonly ConfiguredRemote[]>;
}

const TIMEOUT = 10_000;

/** What `git config` goes by. simple-git refuses to hand on editors, pagers and the like, and nothing here needs them. */
const NEEDED = /^(PATH|HOME|USERPROFILE|SYSTEMROOT|XDG_CONFIG_HOME|GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM))$/i;

/** @throws AgentOsError GIT_FAILED, from every method */
export function openUserConfig(paths: RepositoryPaths): UserConfig {
  const { cwd, gitDir } = placeOf(paths);
  const needed = Object.entries(process.env).filter(([name]) => NEEDED.test(name));
  const git = simpleGit({
    baseDir: cwd,
    allowEnvironment: ['GIT_DIR', ...needed.map(([name]) => name)],
    unsafe: { allowAbbreviatedOptions: true, allowUnsafeConfigPaths: true },
    timeout: { block: TIMEOUT },
  }).env({ ...Object.fromEntries(needed), LC_ALL: 'C', GIT_DIR: gitDir });

  const change = async (key: string, scope: ConfigScope, args: readonly string[]): Promise<void> => {
    assertKey(key);
    await run(git, ['config', `--${scope}`, ...args]);
  };
  const values = async (key: string, scope: ConfigScope): Promise<readonly string[]> => {
    assertKey(key);
    const text = await run(git, ['config', `--${scope}`, '-z', '--get-all', key]);
    return text.split('\0').filter((value) => value !== '');
  };

  return {
    set: (key, value, scope = 'local') => change(key, scope, ['--replace-all', key, value]),
    unset: async (key, scope = 'local') => {
      if ((await values(key, scope)).length > 0) await change(key, scope, ['--unset-all', key]);
    },
    add: async (key, value, scope = 'local') => {
      if (!(await values(key, scope)).includes(value)) await change(key, scope, ['--add', key, value]);
    },
    remotes: async () => {
      const remotes = await git.getRemotes(true).catch(failed);
      return remotes.map(({ name, refs }) => ({
        name,
        fetchUrl: redactCredentials(refs.fetch),
        pushUrl: redactCredentials(refs.push),
      }));
    },
  };
}

async function run(git: SimpleGit, args: string[]): Promise<string> {
  return git.raw(args).catch(failed);
}

function failed(cause: unknown): never {
  const words = redactCredentials(cause instanceof Error ? cause.message.trim() : String(cause));
  throw new AgentOsError('GIT_FAILED', `git could not read or change the configuration: ${words}`, { cause });
}

/** A key is fixed text of agent-os or has a remote's checked name in it: anything else is a defect. */
function assertKey(key: string): void {
  if (!/^[a-z][a-z0-9-]*\.(?:[\w./@:-]+\.)?[a-zA-Z][a-zA-Z0-9-]*$/.test(key)) {
    throw new AgentOsError('INTERNAL', `${key} is not a configuration key`);
  }
}
