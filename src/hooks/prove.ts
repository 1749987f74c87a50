import { dirname, join } from 'node:path';
import type { HookFile, HookFiles, HookSurvey, WorktreeHooks } from '../domain/hook-files.ts';
import { shellWord } from '../domain/shell-word.ts';
import { HOOKS, type Hook, hasBlock, managerOf } from './hook-text.ts';
import { hasLefthookJob, JOB, LEFTHOOK_FILES } from './lefthook.ts';
import { concernedFiles, isHusky } from './plan-install.ts';
import { hasPreCommitEntry, PRE_COMMIT_FILE } from './pre-commit-config.ts';

/**
 * `reached`: git has run it, once. `declared`: its manager's configuration says so, and was not run. `twice`: git runs
 * it more than once. `dead`: it is silently never run. `absent`: nobody has installed it.
 */
export type HookState = 'reached' | 'declared' | 'twice' | 'dead' | 'absent';

export interface ProvenHook {
  readonly worktree: string;
  readonly hook: Hook;
  readonly state: HookState;
  /** One clause: how git gets there, or why it does not. */
  readonly how: string;
  /** What mends it. */
  readonly fix?: string;
}

/** How git reaches each hook in each worktree: by a run of it, wherever that runs nothing of anybody else's. */
export async function proveHooks(files: HookFiles): Promise<readonly ProvenHook[]> {
  const survey = await files.survey(concernedFiles, 'here');
  const isInstalled = (await files.launcher()) !== null;
  const proven: ProvenHook[] = [];
  for (const worktree of await files.worktrees()) {
    for (const hook of HOOKS) {
      const found = isInstalled
        ? await proveHook(files, survey, worktree, hook)
        : ({ state: 'absent', how: 'not installed', fix: INSTALL } as const);
      proven.push({ worktree: worktree.workTree, hook, ...found });
    }
  }
  return proven;
}

type Found = Omit<ProvenHook, 'worktree' | 'hook'>;

const INSTALL = 'agent-os hooks install';

async function proveHook(
  files: HookFiles,
  survey: HookSurvey,
  worktree: WorktreeHooks,
  hook: Hook,
): Promise<Found> {
  const { folder, workTree } = worktree;
  if (survey.configured.includes(hook)) return run(files, workTree, hook, "git's configuration");
  const path = join(folder, hook);
  const file = await files.read(path);
  if (isHusky(folder)) return proveHusky(files, worktree, hook, file);
  if (file === null) return { state: 'dead', how: `there is no ${path}`, fix: INSTALL };
  if (!file.isExecutable) {
    return {
      state: 'dead',
      how: `${path} is not executable: git passes over it`,
      fix: `chmod +x ${shellWord(path)}`,
    };
  }
  const manager = managerOf(file.text ?? '');
  if (manager === 'lefthook') return proveLefthook(files, workTree, hook);
  if (manager === 'pre-commit') {
    const config = await files.read(join(workTree, PRE_COMMIT_FILE));
    return hasPreCommitEntry(config?.text ?? '', hook)
      ? { state: 'declared', how: PRE_COMMIT_FILE }
      : { state: 'dead', how: `${PRE_COMMIT_FILE} does not name it`, fix: INSTALL };
  }
  if (!hasBlock(file.text ?? '')) {
    return { state: 'dead', how: `${path} is somebody else's and does not lead here`, fix: INSTALL };
  }
  return run(files, workTree, hook, path);
}

/** husky's own scripts are made by each `husky` run, in the worktree in which it ran. */
async function proveHusky(
  files: HookFiles,
  { workTree, folder }: WorktreeHooks,
  hook: Hook,
  script: HookFile | null,
): Promise<Found> {
  if (script === null)
    return {
      state: 'dead',
      how: 'husky never ran in this worktree',
      fix: `cd ${shellWord(workTree)} && npx husky`,
    };
  if (!script.isExecutable)
    return {
      state: 'dead',
      how: `${join(folder, hook)} is not executable`,
      fix: `cd ${shellWord(workTree)} && npx husky`,
    };
  const path = join(dirname(folder), hook);
  const own = await files.read(path);
  if (own === null || !hasBlock(own.text ?? '')) {
    return { state: 'dead', how: `${path} does not lead here`, fix: INSTALL };
  }
  return run(files, workTree, hook, path);
}

/** lefthook runs the one job when it is named; without --force it passes over a hook when nothing is staged. */
async function proveLefthook(files: HookFiles, workTree: string, hook: Hook): Promise<Found> {
  for (const [, name] of LEFTHOOK_FILES) {
    const own = await files.read(join(workTree, name));
    if (own?.text && hasLefthookJob(own.text, hook))
      return run(files, workTree, hook, name, ['--force', '--job', JOB]);
  }
  return { state: 'dead', how: 'no lefthook-local configuration of this worktree names it', fix: INSTALL };
}

async function run(
  files: HookFiles,
  workTree: string,
  hook: Hook,
  how: string,
  args: readonly string[] = [],
): Promise<Found> {
  const probe = await files.probe(workTree, hook, args);
  if (probe.kind === 'unknown')
    return { state: 'declared', how: `${how}; this git cannot run a hook by itself` };
  if (probe.kind === 'silent') {
    const words = probe.words === '' ? '' : `: ${probe.words}`;
    return { state: 'dead', how: `${how} was run and did not get here${words}`, fix: INSTALL };
  }
  return probe.times > 1
    ? {
        state: 'twice',
        how: `${how} and another way both lead here`,
        fix: `agent-os hooks uninstall && ${INSTALL}`,
      }
    : { state: 'reached', how };
}
