import { AgentOsError } from './errors.ts';
import type { RefName } from './names.ts';

/** Where a branch is checked out. */
export interface Checkout {
  readonly folder: string;
  /** Whether the folder still exists; where not, git keeps only a note of it. */
  readonly isThere: boolean;
}

/** What stops a branch from moving, and how to let it: BRANCH_CHECKED_OUT. */
export function branchCheckedOut(branch: RefName, { folder, isThere }: Checkout): AgentOsError {
  const short = branch.replace(/^refs\/heads\//, '');
  return new AgentOsError(
    'BRANCH_CHECKED_OUT',
    `${short} is checked out in ${folder}${isThere ? '' : ', which is gone'}, and cannot move there`,
    {
      hint: isThere
        ? `Detach it (git -C ${folder} switch --detach) and publish commits of it by \`git push . HEAD:${short}\`, which never takes anything back.`
        : 'Let git forget that worktree: git worktree prune',
      data: { branch: short, folder },
    },
  );
}
