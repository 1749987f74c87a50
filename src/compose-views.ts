import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from './app/records.ts';
import type { Workspace } from './app/workspace.ts';
import { openStateFiles } from './git/state-files.ts';
import type { Home } from './home/home.ts';
import { HOME_STATE, homePath } from './home/home-path.ts';
import { hashText } from './system/ids.ts';
import { openProcesses } from './system/processes.ts';
import { readScript } from './view/load-context.ts';
import { createView, refreshView, type ViewPorts, type ViewReport } from './view/refresh-view.ts';

const STATE_FOLDER = 'agent-os';

/**
 * Takes up what was written by hand into the views of this repository, that of this worktree and the home folder's, and
 * renders them; see src/view/refresh-view.ts and src/home/refresh-home.ts.
 */
export async function refreshViews(
  workspace: Workspace,
  { env, openHome }: { readonly env: NodeJS.ProcessEnv; readonly openHome: () => Promise<Home> },
): Promise<readonly Problem[]> {
  const path = homePath(env);
  const home = path !== null && existsSync(join(path, HOME_STATE)) ? await openHome() : null;
  const before = (await home?.refresh(workspace)) ?? [];
  if (workspace.settings.view !== true) return before;
  const { problems, ingested } = await refreshView(workspace, openViewPorts(workspace));
  const after = ingested.length > 0 ? ((await home?.refresh(workspace)) ?? []) : [];
  return [...before, ...problems, ...after];
}

/** Turns the views of this clone's work trees on or off, for good; a view that is there stays when they are off. */
export async function setView(workspace: Workspace, isOn: boolean): Promise<ViewReport | null> {
  const config = await workspace.userConfig();
  await config.set('agent-os.view', String(isOn));
  if (isOn) return createView(workspace, openViewPorts(workspace));
  const { includeView } = await import('./view/exclude.ts');
  includeView(workspace.paths.commonDir);
  return null;
}

function openViewPorts({ paths }: Workspace): ViewPorts {
  const processes = openProcesses();
  return {
    state: openStateFiles(join(paths.gitDir, STATE_FOLDER), processes),
    processes,
    script: () => readScript(hashText),
  };
}
