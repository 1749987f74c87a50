import type { Oid } from '../domain/names.ts';
import type { Workspace } from './workspace.ts';

/** What commits set off: rules of agents' definitions, and commands that a message addresses to an agent. */
export interface CommitFollowers {
  fireTriggers(workspace: Workspace, input: { readonly commits: readonly Oid[] }): Promise<unknown>;
  dispatchCommand(
    workspace: Workspace,
    input: {
      readonly agent?: string;
      readonly text: string;
      /** So that another clone that has the commit sends it no second time. */
      readonly source: { readonly commit: Oid };
    },
  ): Promise<unknown>;
  /** @throws AgentOsError BAD_VALUE, NOT_FOUND when no definition knows the command */
  checkDispatch(workspace: Workspace, input: { readonly text: string }): Promise<unknown>;
}
