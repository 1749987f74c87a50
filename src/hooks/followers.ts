import type { CommitFollowers } from '../app/commit-followers.ts';

/** The one place that says what commits set off: rules of definitions and commands in messages, where there are any. */
export async function loadFollowers(): Promise<CommitFollowers> {
  return { fireTriggers: nothing, dispatchCommand: nothing, checkDispatch: nothing };
}

async function nothing(): Promise<void> {}
