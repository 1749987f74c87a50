import type { Workspace, WorktreeSessions } from '../app/workspace.ts';
import type { Processes, StateFiles } from '../domain/ports.ts';
import type { HomeFolder } from './home-folder.ts';
import type { HomeRepository } from './registry.ts';

/** What the home folder needs of the world. */
export interface HomePorts {
  /** The folder as it is now: it may be made, or replaced, between two calls. */
  folder(): HomeFolder;
  /** The document `home` lists the repositories. */
  readonly registry: StateFiles;
  readonly processes: Processes;
  /** What is remembered of a view of the home folder. */
  stateOf(view: string): StateFiles;
  /** Another repository of this machine; the caller closes it. @throws AgentOsError when it is gone or broken */
  open(repository: HomeRepository): Promise<Workspace>;
  /** The sessions that are marked as active in any worktree of a clone, oldest first. */
  activeIn(commonDir: string): ReturnType<WorktreeSessions['list']>;
  /** The text of bin/load-context.sh; null when the package is incomplete. */
  script(): string | null;
}

export const REGISTRY = 'home';
