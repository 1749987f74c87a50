import type { Workspace } from '../app/workspace.ts';
import { AgentOsError } from '../domain/errors.ts';
import { refreshView, type ViewReport } from '../view/refresh-view.ts';
import { openViewFiles } from '../view/view-files.ts';
import { openFiling } from './home-filing.ts';
import { type HomePorts, REGISTRY } from './home-ports.ts';
import { readLiveAgents } from './live-agents.ts';
import { findRepository, type HomeRepository, parseRegistry } from './registry.ts';

/**
 * Take up and render this repository's view in the home folder, whether the folder is bound to it or not: somebody may
 * have begun to write when it was. What belongs to another repository is handed to it, and taken up there at once if
 * it can be opened, else by its next command.
 * @returns null when the home folder does not know this repository
 * @throws AgentOsError what refreshView throws
 */
export async function refreshHome(ports: HomePorts, workspace: Workspace): Promise<ViewReport | null> {
  const known = parseRegistry(await ports.registry.read(REGISTRY));
  const here = findRepository(known, workspace);
  return here === null ? null : refreshOne(ports, { known, here, workspace, isAlone: false });
}

interface One {
  readonly known: readonly HomeRepository[];
  readonly here: HomeRepository;
  readonly workspace: Workspace;
  /** What is handed on waits for the other's next command. */
  readonly isAlone: boolean;
}

async function refreshOne(ports: HomePorts, { known, here, workspace, isAlone }: One): Promise<ViewReport> {
  const folder = ports.folder();
  const root = folder.viewOf(here.folder);
  const handed = new Set<HomeRepository>();
  const filing = openFiling({
    folder,
    here,
    others: known.filter((repository) => repository !== here),
    workspace,
    live: (repository) => readLiveAgents(ports, repository, repository === here ? workspace : undefined),
    handed: (repository) => handed.add(repository),
  });
  // The same whichever worktree the command runs in: what is taken up again after a crash has the same ids.
  const home: Workspace = {
    ...workspace,
    paths: { gitDir: root, commonDir: root, workTree: root },
    sessions: { ...workspace.sessions, list: () => ports.activeIn(here.commonDir) },
  };
  const report = await refreshView(home, {
    state: ports.stateOf(here.folder),
    processes: ports.processes,
    files: openViewFiles(root, () => workspace.ids.nonce()),
    filing,
  });
  for (const owner of isAlone ? [] : handed) await refreshOwner(ports, known, owner);
  return report;
}

async function refreshOwner(
  ports: HomePorts,
  known: readonly HomeRepository[],
  here: HomeRepository,
): Promise<void> {
  try {
    const workspace = await ports.open(here);
    try {
      await refreshOne(ports, { known, here, workspace, isAlone: true });
    } finally {
      await workspace.close();
    }
  } catch (error) {
    if (!(error instanceof AgentOsError)) throw error; // it waits in the other's view
  }
}
