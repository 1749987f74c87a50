import { parseResourceName } from '../domain/names.ts';
import type { LockListing } from '../store/locks/locks.ts';
import { requireBranch } from './initialised.ts';
import type { Workspace } from './workspace.ts';

/**
 * What is held, as last seen; with `refresh`, as the remote has it now.
 * @throws AgentOsError NOT_INITIALISED, where nobody can know that nothing is held; BAD_NAME, and what Locks.list throws
 */
export async function listLocks(
  workspace: Workspace,
  input: { readonly resource?: string; readonly refresh?: boolean } = {},
): Promise<LockListing> {
  const listing = await (await workspace.locks()).list({
    ...(input.resource !== undefined && { resource: parseResourceName(input.resource) }),
    ...(input.refresh === true && { refresh: true }),
  });
  if (listing.locks.length === 0) await requireBranch(workspace);
  return listing;
}
