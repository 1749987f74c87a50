import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AgentOsError } from '../domain/errors.ts';
import type {
  HookEdit,
  HookFile,
  HookFiles,
  HookSurvey,
  Remembered,
  WorktreeHooks,
} from '../domain/hook-files.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import { probeHook } from './hook-probe.ts';
import { errorCode } from './loose-object.ts';
import { expectGit, runGit } from './process.ts';
import { placeOf } from './repository.ts';
import { openUserConfig } from './user-config.ts';
import { requireGit } from './version.ts';

const EXECUTABLE = 0o111;

/**
 * Where git looks for hooks, and the files there: see the port.
 * @param shims - the folder of the shell files that ship with this program
 */
export function openHookFiles(paths: RepositoryPaths, shims: string): HookFiles {
  const place = placeOf(paths);
  const home = join(paths.commonDir, 'agent-os', 'hooks');
  const manifest = join(home, 'manifest.json');
  const launcher = join(home, 'launcher');

  const hooksFolder = async (cwd: string, gitDir?: string): Promise<string> => {
    const args = ['rev-parse', '--path-format=absolute', '--git-path', 'hooks'];
    const said = await expectGit({ cwd, ...(gitDir !== undefined && { gitDir }), args });
    return said.toString('utf8').replace(/\n$/, '');
  };

  const hooksPath = async (): Promise<HookSurvey['hooksPath']> => {
    const args = ['config', '-z', '--show-scope', '--get', 'core.hooksPath'];
    const { exitCode, stdout } = await runGit({ ...place, args });
    const [scope, value] = stdout.toString('utf8').split('\0');
    return exitCode !== 0 || scope === undefined || value === undefined ? null : { scope, value };
  };

  const configured = async (): Promise<readonly string[]> => {
    const args = ['config', '--local', '-z', '--get-regexp', '^hook\\.agent-os-.*\\.event$'];
    const { exitCode, stdout } = await runGit({ ...place, args });
    const entries = exitCode === 0 ? stdout.toString('utf8').split('\0') : [];
    return entries.flatMap((entry) => entry.split('\n').slice(1));
  };

  /** Those that git has given up (`prunable`) are gone; one that is locked may come back. */
  const listWorktrees = async (): Promise<{
    readonly there: readonly WorktreeHooks[];
    readonly away: readonly string[];
  }> => {
    const args = ['worktree', 'list', '--porcelain', '-z'];
    // `-z` came with git 2.36.
    const listed = await runGit({ ...place, args });
    const plain = listed.exitCode === 0 ? listed : await runGit({ ...place, args: args.slice(0, -1) });
    const blocks = plain.stdout.toString('utf8').replaceAll('\0', '\n').split('\n\n');
    const found = blocks.flatMap((block) => {
      const [, workTree] = /^worktree (.+)$/m.exec(block) ?? [];
      return workTree === undefined || /^(bare|prunable)\b/m.test(block) ? [] : [workTree];
    });
    const all = await Promise.all(
      found.map(async (listedAs) => {
        const workTree = await realPath(listedAs);
        const folder = await hooksFolder(workTree).catch(() => null);
        return { workTree, folder };
      }),
    );
    return {
      there: all.flatMap(({ workTree, folder }) => (folder === null ? [] : [{ workTree, folder }])),
      away: all.flatMap(({ workTree, folder }) => (folder === null ? [workTree] : [])),
    };
  };

  return {
    survey: async (concerned, scope) => {
      const commonDir = await realPath(paths.commonDir);
      const workTree = paths.workTree === null ? null : await realPath(paths.workTree);
      const folder = await hooksFolder(place.cwd, place.gitDir);
      const { there, away } = await listWorktrees();
      const others = there
        .filter((one) => one.workTree !== workTree)
        .flatMap((one) => concerned({ commonDir, ...one }));
      const here = concerned({ commonDir, folder, workTree });
      const looked = new Set(scope === 'here' ? here : [...here, ...others]);
      const left = new Set(scope === 'here' ? others : []);
      const isElsewhere = ({ path }: Remembered) =>
        !looked.has(path) && (left.has(path) || away.some((root) => path.startsWith(`${root}/`)));
      const manifested = await readManifest(manifest);
      const remembered = manifested.filter((one) => !isElsewhere(one));
      for (const { path, aside } of remembered) {
        looked.add(path);
        if (aside !== undefined) looked.add(aside);
      }
      const found = await Promise.all(
        [...looked].map(async (path) => [path, await readHookFile(path)] as const),
      );
      return {
        gitVersion: await requireGit(commonDir, process.env),
        ...{ commonDir, workTree, folder },
        hooksPath: await hooksPath(),
        configured: await configured(),
        remembered,
        elsewhere: manifested.filter(isElsewhere),
        files: new Map(found.flatMap(([path, file]) => (file === null ? [] : [[path, file] as const]))),
      };
    },
    apply: async (edits, remembered) => {
      // Known before it is done: what a kill leaves half done, the next installation or removal completes.
      const before = await readManifest(manifest);
      const both = [
        ...remembered,
        ...before.filter(({ path }) => !remembered.some((one) => one.path === path)),
      ];
      await mkdir(home, { recursive: true });
      await replaceFile(manifest, JSON.stringify(both, null, 2), 0o600);
      const config = openUserConfig(paths);
      for (const edit of edits) {
        if (edit.kind === 'config') {
          const [value] = edit.values;
          await (value === undefined ? config.unset(edit.key) : config.set(edit.key, value));
        } else await attempt(edit.path, () => applyToFile(edit));
      }
      await replaceFile(manifest, JSON.stringify(remembered, null, 2), 0o600);
    },
    installShims: async (program, node) => {
      await mkdir(home, { recursive: true });
      for (const name of await readdir(shims)) {
        await replaceFile(join(home, name), await readFile(join(shims, name), 'utf8'), 0o644);
      }
      if (!/\n/.test(program + node)) await replaceFile(launcher, `${node}\n${program}\n`, 0o644);
    },
    removeShims: async () => {
      const isDone = (await readManifest(manifest)).length === 0;
      if (isDone) return rm(home, { recursive: true, force: true });
      for (const name of await readdir(home)) {
        if (join(home, name) !== manifest) await rm(join(home, name), { recursive: true });
      }
    },
    launcher: async () => {
      const [node, program] = (await readFile(launcher, 'utf8').catch(() => '')).split('\n');
      if (!node || !program) return null;
      const isThere = await Promise.all([stat(node), stat(program)]).then(
        () => true,
        () => false,
      );
      return { node, program, isThere };
    },
    worktrees: async () => (await listWorktrees()).there,
    read: readHookFile,
    probe: (workTree, hook, args) => probeHook(workTree, hook, args),
  };
}

/** A path without symlinks, as git says it; as it is where there is nothing. */
async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

async function readHookFile(path: string): Promise<HookFile | null> {
  try {
    const found = await lstat(path);
    if (found.isDirectory()) return null;
    const target = await stat(path).catch(() => found);
    const isExecutable = (target.mode & EXECUTABLE) !== 0;
    if (!found.isFile()) return { text: null, isExecutable };
    const bytes = await readFile(path);
    const text = bytes.toString('utf8');
    return { text: Buffer.from(text, 'utf8').equals(bytes) ? text : null, isExecutable };
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null;
    throw error;
  }
}

async function applyToFile(edit: Exclude<HookEdit, { kind: 'config' }>): Promise<void> {
  if (edit.kind === 'move') return rename(edit.path, edit.to);
  if (edit.text === null) return unlink(edit.path);
  const mode = (await stat(edit.path).catch(() => null))?.mode;
  const plain = mode === undefined ? 0o644 : mode & 0o777 & ~EXECUTABLE;
  // Who may read it may run it.
  const wanted = edit.isExecutable ? plain | ((plain & 0o444) >> 2) : plain;
  await mkdir(dirname(edit.path), { recursive: true });
  await replaceFile(edit.path, edit.text, wanted);
}

/** Whole or not at all: a hook that git starts meanwhile is the old one or the new one. */
async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.agent-os-${process.pid}`;
  await writeFile(temporary, text);
  await chmod(temporary, mode);
  await rename(temporary, path);
}

async function attempt(path: string, change: () => Promise<void>): Promise<void> {
  try {
    await change();
  } catch (cause) {
    throw new AgentOsError('DISK_FULL', `${path} cannot be changed: ${errorCode(cause)}`, {
      hint: 'See who may write there; `agent-os hooks uninstall` takes back what was done.',
      cause,
    });
  }
}

async function readManifest(path: string): Promise<readonly Remembered[]> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return Array.isArray(value) ? value.filter(isRemembered) : [];
  } catch {
    return []; // none, or torn: the marks in the files tell what to take out
  }
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null) return false;
  const { path, before, after, wasExecutable, aside } = value as Record<string, unknown>;
  return (
    typeof path === 'string' &&
    (before === null || typeof before === 'string') &&
    typeof after === 'string' &&
    typeof wasExecutable === 'boolean' &&
    (aside === undefined || typeof aside === 'string')
  );
}
