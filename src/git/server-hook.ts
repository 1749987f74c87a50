import { chmod, lstat, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { AgentOsError } from '../domain/errors.ts';
import { quoted } from '../domain/names.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import { expectGit } from './process.ts';
import { placeOf } from './repository.ts';

/** The second line of the hook: by it an installed one is known, whatever its version. */
const MARK = '# agent-os pre-receive';
const LAUNCH = 'agent_os() { agent-os "$@"; }';

/** What an installation does to a bare repository; `unchanged`: it was there already. */
export interface HookPlan {
  readonly hook: string;
  /** Where a hook that is there already is kept, and runs first; null when there is none. */
  readonly kept: string | null;
  readonly action: 'install' | 'update' | 'unchanged' | 'remove' | 'absent';
}

interface Hook {
  readonly paths: RepositoryPaths;
  /** The text of `hooks/pre-receive` of this package. */
  readonly text: string;
  /** The program that the hook starts, and its first words. */
  readonly launch: readonly string[];
}

/** @throws AgentOsError UNSUPPORTED_REPOSITORY: it has a work tree, or its hooks are elsewhere */
export async function planInstall({ paths, text, launch }: Hook): Promise<HookPlan> {
  const hook = await findHook(paths);
  const present = await readHook(hook);
  if (present === render(text, launch)) return { hook, kept: await keptBy(hook), action: 'unchanged' };
  if (present !== null && isOurs(present)) return { hook, kept: await keptBy(hook), action: 'update' };
  const kept = present === null ? await keptBy(hook) : keptPath(hook);
  if (present !== null && (await keptBy(hook)) !== null) {
    throw new AgentOsError(
      'UNSUPPORTED_REPOSITORY',
      `${kept} is in the way: ${hook} was replaced by others`,
      {
        hint: 'Make one hook of the two, then install again.',
      },
    );
  }
  return { hook, kept, action: 'install' };
}

/** Carries the plan out; each file appears whole or not at all. */
export async function applyInstall({ text, launch }: Hook, { hook, kept, action }: HookPlan): Promise<void> {
  if (action === 'unchanged') return;
  if (action === 'install' && kept !== null && (await readHook(hook)) !== null) await rename(hook, kept);
  await writeFile(`${hook}.new`, render(text, launch));
  await chmod(`${hook}.new`, 0o755);
  await rename(`${hook}.new`, hook);
}

export async function planUninstall(paths: RepositoryPaths): Promise<HookPlan> {
  const hook = await findHook(paths);
  const present = await readHook(hook);
  const isThere = present !== null && isOurs(present);
  return { hook, kept: await keptBy(hook), action: isThere ? 'remove' : 'absent' };
}

/** The hook that was there before stands in its place again, byte for byte. */
export async function applyUninstall({ hook, kept, action }: HookPlan): Promise<void> {
  if (action !== 'remove') return;
  if (kept === null) await unlink(hook);
  else await rename(kept, hook);
}

function render(text: string, launch: readonly string[]): string {
  const words = launch.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return text.replace(LAUNCH, () => `agent_os() { ${words} "$@"; }`);
}

function isOurs(text: string): boolean {
  return text.split('\n', 3).includes(MARK);
}

function keptPath(hook: string): string {
  return `${hook}.before-agent-os`;
}

async function keptBy(hook: string): Promise<string | null> {
  const path = keptPath(hook);
  return (await lstat(path).catch(() => null)) === null ? null : path;
}

async function readHook(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new AgentOsError('GIT_FAILED', `${quoted(path, 200)} cannot be read: ${error.message}`);
  });
}

async function findHook(paths: RepositoryPaths): Promise<string> {
  if (paths.workTree !== null) {
    throw new AgentOsError(
      'UNSUPPORTED_REPOSITORY',
      `${paths.workTree} has a work tree: this hook is for a server`,
      {
        hint: 'Give the bare repository that others push to: agent-os -C /srv/git/project.git server install',
      },
    );
  }
  const args = ['rev-parse', '--path-format=absolute', '--git-path', 'hooks'];
  const folder = (await expectGit({ ...placeOf(paths), args })).toString('utf8').trimEnd();
  if (relative(paths.commonDir, folder).startsWith('..')) {
    throw new AgentOsError(
      'UNSUPPORTED_REPOSITORY',
      `core.hooksPath puts the hooks of this repository into ${quoted(folder, 200)}, which is not its own`,
      { hint: 'Call `agent-os server receive` from the pre-receive hook there, with its standard input.' },
    );
  }
  if ((await lstat(folder).catch(() => null)) === null) {
    throw new AgentOsError('GIT_FAILED', `${dirname(join(folder, 'x'))} does not exist`, {
      hint: `mkdir '${folder}'`,
    });
  }
  return join(folder, 'pre-receive');
}
