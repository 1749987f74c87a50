import type { CommitFollowers } from '../app/commit-followers.ts';

/** What commits set off: triggers of definitions, and commands in messages. Loaded where there is one to look at. */
export const followers: CommitFollowers = {
  fireTriggers: async (workspace, input) =>
    (await import('../app/triggers.ts')).fireTriggers(workspace, input),
  dispatchCommand: async (workspace, input) =>
    (await import('../app/dispatch.ts')).dispatchCommand(workspace, input),
  checkDispatch: async (workspace, input) =>
    (await import('../app/dispatch.ts')).checkDispatch(workspace, input),
};
