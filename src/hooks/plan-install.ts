import { basename, dirname, join } from 'node:path';
import type { HookEdit, HookPlace, HookSurvey, Remembered } from '../domain/hook-files.ts';
import { shellWord } from '../domain/shell-word.ts';
import {
  findSnippet,
  HOOKS,
  type Hook,
  hasBlock,
  hookCommand,
  insertBlock,
  isShellScript,
  KEPT,
  managerOf,
  ownHook,
  removeBlock,
  snippet,
  wrapHook,
} from './hook-text.ts';
import { editLefthook, LEFTHOOK_FILES } from './lefthook.ts';
import { editPreCommit, PRE_COMMIT_FILE } from './pre-commit-config.ts';

/**
 * How git reaches agent-os for a hook: a file of its own; a part of a script; a script that runs the one moved aside;
 * a manager's configuration; git's configuration (2.54). `none`: only whoever reads the snippet can do it.
 */
export type Route = 'own' | 'part' | 'wrapped' | 'husky' | 'lefthook' | 'pre-commit' | 'config' | 'none';

export interface PlannedHook {
  readonly hook: Hook;
  readonly route: Route;
  /** The file that leads there, absolute; null: there is none. */
  readonly path: string | null;
  /** What was there before is not executable: git passed over it, and it still does not run. */
  readonly isDisabled?: true;
}

export interface InstallPlan {
  readonly hooks: readonly PlannedHook[];
  readonly edits: readonly HookEdit[];
  /** What every file is to become again. */
  readonly remembered: readonly Remembered[];
  /** What somebody else has to do. */
  readonly snippets: readonly Snippet[];
}

/** A file or folder that is not ours to change, and what belongs into it. */
export interface Snippet {
  readonly where: string;
  readonly text: string;
  /** What to type to do without it. */
  readonly instead?: string;
}

/** One route for each hook, and none of the routes that an earlier installation took. */
export function planInstall(survey: HookSurvey): InstallPlan {
  const hooks = HOOKS.map((hook) => chooseRoute(survey, hook));
  const wanted = new Map<string, string | null>();
  const moves: HookEdit[] = [];
  const snippets: Snippet[] = [];
  for (const { hook, route, path, isDisabled } of hooks) {
    if (path === null) continue;
    const clean = cleanText(survey, path);
    if (route === 'own') wanted.set(path, ownHook(hook));
    if (route === 'part') wanted.set(path, insertBlock(clean, hook));
    if (route === 'husky') wanted.set(path, insertBlock(clean, hook, { shebang: false }));
    if (route === 'wrapped') {
      wanted.set(path, wrapHook(hook));
      if (survey.files.has(path + KEPT)) continue;
      if (isDisabled && clean !== survey.files.get(path)?.text)
        moves.push({ kind: 'write', path, text: clean, isExecutable: false });
      moves.push({ kind: 'move', path, to: path + KEPT });
    }
  }
  planManager(survey, hooks, 'lefthook', wanted, snippets);
  planManager(survey, hooks, 'pre-commit', wanted, snippets);
  if (snippets.length === 0) snippets.push(...foreignSnippets(survey, hooks));
  const events = hooks.filter(({ route }) => route === 'config').map(({ hook }) => hook);
  const { edits, remembered } = settle(survey, wanted);
  return {
    hooks,
    edits: [...moves, ...edits, ...moveBack(survey, wanted, edits), ...configEdits(survey, events)],
    remembered: [...remembered, ...survey.elsewhere],
    snippets,
  };
}

/** Everything as it was, as far as the survey reaches; what others have written since stays. */
export function planUninstall(survey: HookSurvey): Pick<InstallPlan, 'edits' | 'remembered'> {
  const { edits } = settle(survey, new Map());
  return {
    edits: [...edits, ...moveBack(survey, new Map(), edits), ...configEdits(survey, [])],
    remembered: survey.elsewhere,
  };
}

/** What was moved aside goes back to where nothing of agent-os is wanted and nobody else has put anything. */
function moveBack(
  survey: HookSurvey,
  wanted: ReadonlyMap<string, string | null>,
  edits: readonly HookEdit[],
): readonly HookEdit[] {
  const kept = [...survey.files.keys()].filter((path) => path.endsWith(KEPT));
  return kept.flatMap((path): readonly HookEdit[] => {
    const to = path.slice(0, -KEPT.length);
    if (wanted.has(to)) return [];
    const isFree =
      !survey.files.has(to) ||
      edits.some((edit) => edit.kind === 'write' && edit.path === to && edit.text === null);
    return isFree ? [{ kind: 'move', path, to }] : [];
  });
}

/** Every file that an installation could have changed, or has to look at; absolute. */
export function concernedFiles(place: HookPlace): readonly string[] {
  const folders = new Set([join(place.commonDir, 'hooks'), place.folder]);
  if (place.workTree !== null) folders.add(join(place.workTree, '.husky'));
  if (isHusky(place.folder)) folders.add(dirname(place.folder));
  const names = [...LEFTHOOK_FILES.flat(), PRE_COMMIT_FILE];
  const { workTree } = place;
  return [
    ...[...folders].flatMap((folder) =>
      HOOKS.flatMap((hook) => [join(folder, hook), join(folder, hook + KEPT)]),
    ),
    ...(workTree === null ? [] : names.map((name) => join(workTree, name))),
  ];
}

/** husky 9 has its own scripts in `.husky/_`, which run the user's in `.husky`. */
export function isHusky(folder: string): boolean {
  return basename(folder) === '_' && basename(dirname(folder)) === '.husky';
}

/** Whether core.hooksPath was set for more than this repository: then its folder is not ours to change. */
export function isForeign({ hooksPath }: Pick<HookSurvey, 'hooksPath'>): boolean {
  return hooksPath !== null && !['local', 'worktree'].includes(hooksPath.scope);
}

/** What gives a repository a folder of its own, where core.hooksPath was set for more than this repository. */
export function ownFolderCommand({ commonDir }: Pick<HookSurvey, 'commonDir'>): string {
  return `git config core.hooksPath ${shellWord(join(commonDir, 'hooks'))} && agent-os hooks install`;
}

function foreignSnippets(survey: HookSurvey, hooks: readonly PlannedHook[]): readonly Snippet[] {
  const { hooksPath, folder, files } = survey;
  const lacking = hooks
    .filter(({ route }) => route === 'none')
    .map(({ hook }) => hook)
    .filter((hook) => findSnippet(files.get(join(folder, hook))?.text ?? '', hook) === null);
  if (lacking.length === 0) return [];
  if (hooksPath === null || !isForeign(survey)) {
    const text = lacking.map((hook) => `# ${hook}\n${hookCommand(hook)} "$@" || exit $?`).join('\n');
    return [{ where: folder, text }];
  }
  return [
    {
      where: `${folder} (core.hooksPath, ${hooksPath.scope})`,
      text: lacking.map((hook) => `# ${hook}, below #!/bin/sh\n${snippet(hook)}`).join('\n'),
      instead: ownFolderCommand(survey),
    },
  ];
}

function chooseRoute(survey: HookSurvey, hook: Hook): PlannedHook {
  const { folder, commonDir, gitVersion } = survey;
  if (isForeign(survey)) {
    return { hook, route: hasConfigHooks(gitVersion) ? 'config' : 'none', path: null };
  }
  if (isHusky(folder)) return { hook, route: 'husky', path: join(dirname(folder), hook) };
  const path = join(folder, hook);
  const file = survey.files.get(path);
  const manager = managerOf(file?.text ?? '');
  if (manager === 'lefthook')
    return { hook, route: lefthookFile(survey) === null ? 'none' : 'lefthook', path };
  if (manager === 'pre-commit') return { hook, route: 'pre-commit', path };
  const clean = cleanText(survey, path);
  const isOurs = file === undefined || (file.text !== null && clean === null);
  if (survey.files.has(path + KEPT) && isOurs) return { hook, route: 'wrapped', path };
  if (isOurs) return { hook, route: folder === join(commonDir, 'hooks') ? 'own' : 'part', path };
  if (!wasExecutable(survey, path)) return { hook, route: 'wrapped', path, isDisabled: true };
  return { hook, route: clean !== null && isShellScript(clean) ? 'part' : 'wrapped', path };
}

/** Hooks in git's configuration came with git 2.54; an older git ignores them without a word. */
function hasConfigHooks(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 54);
}

/** The personal lefthook configuration of this worktree; null where lefthook has none that can be edited. */
function lefthookFile({ workTree, files }: HookSurvey): string | null {
  if (workTree === null) return null;
  const [, own] = LEFTHOOK_FILES.find(([main]) => files.has(join(workTree, main))) ?? [];
  return own === undefined ? null : join(workTree, own);
}

function planManager(
  survey: HookSurvey,
  hooks: readonly PlannedHook[],
  manager: 'lefthook' | 'pre-commit',
  wanted: Map<string, string | null>,
  snippets: Snippet[],
): void {
  const managed = hooks.filter(({ route }) => route === manager).map(({ hook }) => hook);
  if (managed.length === 0 || survey.workTree === null) return;
  const path = manager === 'lefthook' ? lefthookFile(survey) : join(survey.workTree, PRE_COMMIT_FILE);
  if (path === null) return;
  const clean = cleanText(survey, path);
  const text =
    manager === 'lefthook'
      ? editLefthook(clean, managed)
      : clean === null
        ? null
        : editPreCommit(clean, managed);
  if (text !== null && text !== clean) wanted.set(path, text);
  else
    snippets.push({ where: path, text: managed.map((hook) => `${hook}: ${hookCommand(hook)}`).join('\n') });
}

/** What is remembered of a file; of one whose worktree was moved, by what it was made. */
function memoryOf({ remembered, files }: HookSurvey, path: string): Remembered | undefined {
  const isMoved = (one: Remembered) =>
    basename(one.path) === basename(path) && one.after === files.get(path)?.text && !files.has(one.path);
  return remembered.find((one) => one.path === path) ?? remembered.find(isMoved);
}

/** What a file would be had agent-os never been there; null: no file. */
function cleanText(survey: HookSurvey, path: string): string | null {
  const text = survey.files.get(path)?.text ?? null;
  const known = memoryOf(survey, path);
  if (known !== undefined && known.after === text) return known.before;
  if (text === null) return null;
  if (LEFTHOOK_FILES.some(([, own]) => basename(path) === own)) return editLefthook(text, []);
  return hasBlock(text) ? removeBlock(text) : text;
}

/** Whether a file was executable before agent-os changed it. */
function wasExecutable(survey: HookSurvey, path: string): boolean {
  const file = survey.files.get(path);
  const known = memoryOf(survey, path);
  return known?.after === file?.text ? (known?.wasExecutable ?? false) : (file?.isExecutable ?? false);
}

/** From what stands there to what is wanted; every other file that agent-os has changed becomes what it was. */
function settle(survey: HookSurvey, wanted: ReadonlyMap<string, string | null>) {
  const edits: HookEdit[] = [];
  const remembered: Remembered[] = [];
  for (const path of new Set([...survey.files.keys(), ...wanted.keys()])) {
    if (path.endsWith(KEPT)) continue;
    const isTheirs = isForeign(survey) && dirname(path) === survey.folder;
    if (isTheirs && memoryOf(survey, path) === undefined) continue;
    const file = survey.files.get(path);
    const after = wanted.get(path);
    const clean = cleanText(survey, path);
    const before = { text: clean, isExecutable: wasExecutable(survey, path) };
    if (after === undefined) {
      if (file !== undefined && file.text !== null && clean !== file.text) {
        edits.push({ kind: 'write', path, ...before });
      }
      continue;
    }
    if (after === null) continue;
    const isExecutable = mustBeExecutable(path) || before.isExecutable;
    const one = { path, before: clean, wasExecutable: before.isExecutable, after };
    // What is moved aside is not here any more when this file is written.
    remembered.push(after.includes(KEPT) ? { ...one, before: null, aside: path + KEPT } : one);
    if (file?.text !== after || file.isExecutable !== isExecutable)
      edits.push({ kind: 'write', path, text: after, isExecutable });
  }
  return { edits, remembered };
}

/** husky hands its scripts to a shell; every other hook git runs itself. */
function mustBeExecutable(path: string): boolean {
  return HOOKS.some((hook) => hook === basename(path)) && !isHusky(join(dirname(path), '_'));
}

/** One entry for each hook: its command is told nothing of the event. */
function configEdits({ configured }: HookSurvey, hooks: readonly Hook[]): readonly HookEdit[] {
  return HOOKS.filter((hook) => configured.includes(hook) !== hooks.includes(hook)).flatMap((hook) => {
    const values = (value: string) => (hooks.includes(hook) ? [value] : []);
    return [
      { kind: 'config', key: `hook.agent-os-${hook}.command`, values: values(hookCommand(hook)) },
      { kind: 'config', key: `hook.agent-os-${hook}.event`, values: values(hook) },
    ] as const;
  });
}
