import { CONFIG_PATH } from '../domain/layout.ts';
import type { Oid } from '../domain/names.ts';
import { isOwnMerge, readOperationId } from '../store/commit-message.ts';
import { writeRoot } from '../store/sync/first-contact.ts';
import type { Workspace } from './workspace.ts';

/** So many commits made by hand may follow one another. */
const BY_HAND = 20;

/**
 * Whether a commit is one of the agent-os branch, wherever it is checked out: what is committed on top of it is no
 * code. Of code, a tree is read, or a few commits: only what comes after an operation has its history walked.
 */
export async function isOfBranch(workspace: Workspace, oid: Oid): Promise<boolean> {
  const { reader, history } = workspace.objects;
  const commit = await reader.commit(oid);
  const entries = commit === null ? null : await reader.tree(commit.tree);
  if (entries?.some(({ name }) => name === CONFIG_PATH) !== true) return false;
  if (!(await followsOperation(workspace, oid))) return false;
  const { scratch } = await workspace.audit({ offline: true });
  return history.isReachable(await writeRoot(scratch.writer), oid);
}

async function followsOperation({ objects: { reader } }: Workspace, oid: Oid): Promise<boolean> {
  let commit = await reader.commit(oid);
  for (let count = 0; commit !== null && count <= BY_HAND; count += 1) {
    if (readOperationId(commit.message) !== null || isOwnMerge(commit)) return true;
    const [parent] = commit.parents;
    commit = parent === undefined ? null : await reader.commit(parent);
  }
  return false;
}
