import { dirname, join } from 'node:path';
import type { HookFile, HookFiles, HookSurvey, WorktreeHooks } from '../domain/hook-files.ts';
import { shellWord } from '../domain/shell-word.ts';
import { findSnippet, HOOKS, type Hook, hasBlock, managerOf } from './hook-text.ts';
import { hasLefthookJob, JOB, LEFTHOOK_FILES } from './lefthook.ts';
import { concernedFiles, isForeign, isHusky, ownFolderCommand } from './plan-install.ts';
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

/**
 * How git reaches each hook in each worktree: by a run of it, wherever that runs nothing of anybody else's. A bare
 * repository itself runs but one of them.
 */
export async function proveHooks(files: HookFiles): Promise<readonly ProvenHook[]> {
  const survey = await files.survey(concernedFiles, 'here');
  const isInstalled = (await files.launcher()) !== null;
  const { workTree, folder, commonDir } = survey;
  const bare = { workTree: commonDir, folder, hooks: ['pre-push'] as const };
  const proven: ProvenHook[] = [];
  for (const { hooks, ...worktree } of [
    ...(workTree === null ? [bare] : []),
    ...(await files.worktrees()).map((one) => ({ ...one, hooks: HOOKS })),
  ]) {
    const there =
      worktree.workTree === (workTree ?? commonDir)
        ? INSTALL
        : `cd ${shellWord(worktree.workTree)} && ${INSTALL}`;
    const way = { files, survey, worktree, there, install: installFor(survey, worktree, there) };
    for (const hook of hooks) {
      const found = isInstalled
        ? await proveHook(way, hook)
        : ({ state: 'absent', how: 'not installed', fix: INSTALL } as const);
      proven.push({ worktree: worktree.workTree, hook, ...found });
    }
  }
  return proven;
}

type Found = Omit<ProvenHook, 'worktree' | 'hook'>;

interface Way {
  readonly files: HookFiles;
  readonly survey: HookSurvey;
  readonly worktree: WorktreeHooks;
  /** What mends a hook of which the worktree has a file of its own. */
  readonly there: string;
  /** What mends a hook in the folder where git looks. */
  readonly install: string;
}

const INSTALL = 'agent-os hooks install';

/** `install` changes what all worktrees share, and what is in the one where it is typed. */
function installFor(survey: HookSurvey, { folder }: WorktreeHooks, there: string): string {
  if (folder !== survey.folder) return there;
  if (!isForeign(survey)) return INSTALL;
  return `put what \`${INSTALL}\` prints into ${folder}; or, to do without the hooks there: ${ownFolderCommand(survey)}`;
}

async function proveHook(way: Way, hook: Hook): Promise<Found> {
  const { files, survey, worktree, there, install } = way;
  const { folder, workTree } = worktree;
  if (survey.configured.includes(hook)) return run(way, hook, "git's configuration");
  const path = join(folder, hook);
  const file = await files.read(path);
  if (isHusky(folder)) return proveHusky(way, hook, file);
  if (file === null) return { state: 'dead', how: `there is no ${path}`, fix: install };
  if (!file.isExecutable) {
    return {
      state: 'dead',
      how: `${path} is not executable: git passes over it`,
      fix: `chmod +x ${shellWord(path)}`,
    };
  }
  const text = file.text ?? '';
  const manager = managerOf(text);
  if (manager === 'lefthook') return proveLefthook(way, hook);
  if (manager === 'pre-commit') {
    const config = await files.read(join(workTree, PRE_COMMIT_FILE));
    return hasPreCommitEntry(config?.text ?? '', hook)
      ? { state: 'declared', how: PRE_COMMIT_FILE }
      : { state: 'dead', how: `${PRE_COMMIT_FILE} does not name it`, fix: there };
  }
  if (hasBlock(text) || findSnippet(text, hook) === 'first') return run(way, hook, path);
  return findSnippet(text, hook) === 'later'
    ? { state: 'declared', how: `${path}, after other commands` }
    : { state: 'dead', how: `${path} is somebody else's and does not lead here`, fix: install };
}

/** husky's own scripts are made by each `husky` run, in the worktree in which it ran. */
async function proveHusky(way: Way, hook: Hook, script: HookFile | null): Promise<Found> {
  const { folder, workTree } = way.worktree;
  const fix = `cd ${shellWord(workTree)} && npx husky`;
  if (script === null) return { state: 'dead', how: 'husky never ran in this worktree', fix };
  if (!script.isExecutable) return { state: 'dead', how: `${join(folder, hook)} is not executable`, fix };
  const path = join(dirname(folder), hook);
  const own = await way.files.read(path);
  return own !== null && hasBlock(own.text ?? '')
    ? run(way, hook, path)
    : { state: 'dead', how: `${path} does not lead here`, fix: way.there };
}

/** lefthook runs the one job when it is named; without --force it passes over a hook when nothing is staged. */
async function proveLefthook(way: Way, hook: Hook): Promise<Found> {
  for (const [, name] of LEFTHOOK_FILES) {
    const own = await way.files.read(join(way.worktree.workTree, name));
    if (own?.text && hasLefthookJob(own.text, hook)) return run(way, hook, name, ['--force', '--job', JOB]);
  }
  return { state: 'dead', how: 'no lefthook-local configuration of this worktree names it', fix: way.there };
}

async function run(
  { files, worktree, install }: Way,
  hook: Hook,
  how: string,
  args: readonly string[] = [],
): Promise<Found> {
  const probe = await files.probe(worktree.workTree, hook, args);
  if (probe.kind === 'unknown')
    return { state: 'declared', how: `${how}; this git cannot run a hook by itself` };
  if (probe.kind === 'silent') {
    const words = probe.words === '' ? '' : `: ${probe.words}`;
    return { state: 'dead', how: `${how} was run and did not get here${words}`, fix: install };
  }
  return probe.times > 1
    ? {
        state: 'twice',
        how: `${how} and another way both lead here`,
        fix: `agent-os hooks uninstall && ${INSTALL}`,
      }
    : { state: 'reached', how };
}
