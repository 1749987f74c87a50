import { join } from 'node:path';
import type { Workspace } from './app/workspace.ts';
import { openWorktreeSessions } from './app/worktree-sessions.ts';
import { AgentOsError } from './domain/errors.ts';
import { openStateFiles } from './git/state-files.ts';
import { listOtherGitDirs } from './git/worktrees.ts';
import { createHome, type Home } from './home/home.ts';
import { openHomeFolder } from './home/home-folder.ts';
import { HOME_STATE, homePath } from './home/home-path.ts';
import { hashText } from './system/ids.ts';
import { openProcesses } from './system/processes.ts';
import { readScript } from './view/load-context.ts';

const STATE_FOLDER = 'agent-os';
/** What says of this repository or this command that it shall not say of another repository. */
const OF_THIS_ONE =
  /^GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|OBJECT_DIRECTORY|PREFIX)$|^AGENT_OS_(AGENT|REMOTE|REF|VIEW)$/;

/**
 * The home folder, wired to git and to this machine.
 * @param openIn - opens the repository of a folder in an environment
 * @throws AgentOsError NOT_FOUND when nothing says which folder is home
 */
export function wireHome(
  env: NodeJS.ProcessEnv,
  openIn: (folder: string, env: NodeJS.ProcessEnv) => Promise<Workspace>,
): Home {
  const path = homePath(env);
  if (path === null) throw new AgentOsError('NOT_FOUND', 'there is no home folder', { hint: 'Set HOME.' });
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !OF_THIS_ONE.test(name)));
  const processes = openProcesses();
  const openStates = (...parts: string[]) => openStateFiles(join(path, HOME_STATE, ...parts), processes);
  const home = createHome({
    folder: () => openHomeFolder(path),
    registry: openStates(),
    processes,
    stateOf: (view) => openStates(view),
    open: ({ commonDir }) => openIn(commonDir, clean),
    async activeIn(commonDir) {
      const folders = await listOtherGitDirs({ gitDir: '', commonDir, workTree: null });
      const active = await Promise.all(
        folders.map((folder) =>
          openWorktreeSessions(openStateFiles(join(folder, STATE_FOLDER), processes)).list(),
        ),
      );
      return active.flat().sort((a, b) => (a.session < b.session ? -1 : 1));
    },
    script: () => readScript(hashText),
  });
  return { ...home, bind: (...given) => home.bind(...given).catch(explain(path)) };
}

/** A folder that cannot be made or written is no defect. */
function explain(path: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new AgentOsError('DISK_FULL', `${path} cannot be used: ${error.message}`, {
      hint: 'See what stands there, and who may write there.',
      cause: error,
    });
  };
}
