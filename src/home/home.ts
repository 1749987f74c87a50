import { openRecords, type Problem } from '../app/records.ts';
import type { Workspace } from '../app/workspace.ts';
import { AgentOsError } from '../domain/errors.ts';
import type { AgentName } from '../domain/names.ts';
import { placeScript } from '../view/script-part.ts';
import { openViewFiles } from '../view/view-files.ts';
import { fileUnfiled } from './file-unfiled.ts';
import { type HomePorts, REGISTRY } from './home-ports.ts';
import { readLiveAgents } from './live-agents.ts';
import { refreshHome } from './refresh-home.ts';
import { findRepository, type HomeRepository, parseRegistry, register } from './registry.ts';

export interface HomeReport {
  readonly path: string;
  /** The work tree of the repository that the folder shows; null: none. */
  readonly repository: string | null;
  /** Whether that is this one. */
  readonly isHere: boolean;
  /** Files that belong to no repository for certain. */
  readonly unfiled: readonly string[];
}

export type BindOutcome =
  | { readonly status: 'bound'; readonly previous: string | null; readonly moved: readonly string[] }
  | { readonly status: 'already'; readonly previous: string | null; readonly moved: readonly string[] }
  /** Another repository is shown, and agents are at work there. */
  | { readonly status: 'occupied'; readonly by: string; readonly agents: readonly AgentName[] };

/** `failed`: the folder cannot be used, which is no reason not to show a context. */
export type VisitOutcome = BindOutcome | { readonly status: 'failed'; readonly why: string };

/** `~/.agent-os`, for documents that name it: bound to one repository at a time. */
export interface Home {
  /** null: there is no home folder that agent-os has made. */
  describe(workspace: Workspace): Promise<HomeReport | null>;
  /**
   * Bind the folder to this repository, making it if need be. Where agents are at work in the repository that it shows,
   * only if `isForced`. What was written for that one is taken up before.
   * @throws AgentOsError NOT_INITIALISED, BAD_VALUE (no work tree, or the folder is this repository's own view)
   */
  bind(workspace: Workspace, options: { readonly isForced: boolean }): Promise<BindOutcome>;
  /** As `bind`, for who loads a context here; null where there is no home folder. Nothing is forced. */
  visit(workspace: Workspace): Promise<VisitOutcome | null>;
  /** See refresh-home.ts. What is wrong with the folder is a problem, and stops nothing. */
  refresh(workspace: Workspace): Promise<readonly Problem[]>;
  /** See file-unfiled.ts. */
  file(workspace: Workspace, names: readonly string[], agent?: string): Promise<readonly string[]>;
}

export function createHome(ports: HomePorts): Home {
  const readKnown = async () => parseRegistry(await ports.registry.read(REGISTRY));

  async function bind(
    workspace: Workspace,
    { isForced }: { readonly isForced: boolean },
  ): Promise<BindOutcome> {
    await openRecords(workspace);
    checkPlace(ports, workspace);
    const moved = ports.folder().prepare();
    let known: readonly HomeRepository[] = [];
    let here: HomeRepository | undefined;
    await ports.registry.update(REGISTRY, (current) => {
      const next = register(parseRegistry(current), workspace);
      known = next.repositories;
      here = next.here;
      return { version: 1, repositories: next.repositories };
    });
    if (here === undefined) throw new Error('a repository was not registered');
    const folder = ports.folder(); // which is there by now
    writeScript(ports, workspace);
    const bound = known.find((repository) => repository.folder === folder.bound()) ?? null;
    if (bound?.folder === here.folder) {
      await refreshHome(ports, workspace);
      return { status: 'already', previous: here.workTree, moved };
    }
    const agents = bound === null ? [] : await readLiveAgents(ports, bound);
    if (bound !== null && agents.length > 0 && !isForced) {
      await refreshHome(ports, workspace);
      return { status: 'occupied', by: bound.workTree, agents };
    }
    if (bound !== null) await refreshPrevious(ports, bound);
    folder.bind(here.folder);
    await refreshHome(ports, workspace);
    return { status: 'bound', previous: bound?.workTree ?? null, moved };
  }

  return {
    bind,
    async visit(workspace) {
      const isMade = (await ports.registry.read(REGISTRY)) !== null;
      if (!isMade || workspace.paths.workTree === null) return null;
      try {
        return await bind(workspace, { isForced: false });
      } catch (error) {
        if (error instanceof AgentOsError && error.code === 'NOT_INITIALISED') throw error;
        return { status: 'failed', why: troubleOf(error) };
      }
    },
    async describe(workspace) {
      if ((await ports.registry.read(REGISTRY)) === null) return null;
      const [known, folder] = [await readKnown(), ports.folder()];
      const bound = known.find((repository) => repository.folder === folder.bound()) ?? null;
      return {
        path: folder.root,
        repository: bound?.workTree ?? null,
        isHere: bound !== null && bound === findRepository(known, workspace),
        unfiled: folder.unfiled(),
      };
    },
    async refresh(workspace) {
      try {
        const report = await refreshHome(ports, workspace);
        return (report?.problems ?? []).map(({ path, ...rest }) => ({
          ...rest,
          path: `~/.agent-os/${path}`,
        }));
      } catch (error) {
        return [{ path: '~/.agent-os', message: troubleOf(error) }];
      }
    },
    file: (workspace, names, agent) => fileUnfiled(ports.folder(), workspace, { names, agent }),
  };
}

/** What a person is told of an error of the folder. @throws any other error: that is a defect */
function troubleOf(error: unknown): string {
  if (error instanceof AgentOsError || (error instanceof Error && 'syscall' in error)) return error.message;
  throw error;
}

function checkPlace(ports: HomePorts, { paths }: Workspace): void {
  const { workTree } = paths;
  if (workTree === null) {
    throw new AgentOsError('BAD_VALUE', 'a bare repository has no work tree to be at work in', {
      hint: 'Bind the home folder to a clone of it.',
    });
  }
  const folder = ports.folder();
  if (!folder.isView()) return;
  throw new AgentOsError(
    'BAD_VALUE',
    `${folder.root} is the view of the repository in your home folder itself`,
    {
      hint: 'Documents that name it find that repository there; for others, type `agent-os init --no-view` in it first.',
    },
  );
}

/** What was written for a repository before another one is shown. One that is gone or broken stands in nobody's way. */
async function refreshPrevious(ports: HomePorts, previous: HomeRepository): Promise<void> {
  try {
    const workspace = await ports.open(previous);
    try {
      await refreshHome(ports, workspace);
    } finally {
      await workspace.close();
    }
  } catch (error) {
    troubleOf(error);
  }
}

function writeScript(ports: HomePorts, workspace: Workspace): void {
  const wanted = ports.script();
  if (wanted === null) return;
  placeScript(
    openViewFiles(ports.folder().root, () => workspace.ids.nonce()),
    wanted,
    workspace,
  );
}
