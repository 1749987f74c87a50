import { parseResourceName } from '../domain/names.ts';
import type { LockListing } from '../store/locks/locks.ts';
import type { Workspace } from './workspace.ts';

/** What is held, as last seen; with `refresh`, as the remote has it now. */
export async function listLocks(
  workspace: Workspace,
  input: { readonly resource?: string; readonly refresh?: boolean } = {},
): Promise<LockListing> {
  return (await workspace.locks()).list({
    ...(input.resource !== undefined && { resource: parseResourceName(input.resource) }),
    ...(input.refresh === true && { refresh: true }),
  });
}
