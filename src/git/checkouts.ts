import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AgentOsError } from '../domain/errors.ts';
import type { RefName } from '../domain/names.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import { ifThere } from './loose-object.ts';

/** The folder of a worktree of this clone that has a branch checked out; null when none has. */
export function findCheckout({ commonDir, workTree }: RepositoryPaths, branch: RefName): string | null {
  const reads = (gitDir: string) => readLine(join(gitDir, 'HEAD')) === `ref: ${branch}`;
  // In a bare repository HEAD is no checkout.
  if (workTree !== null && reads(commonDir)) return dirname(commonDir);
  const folder = join(commonDir, 'worktrees');
  const linked = (ifThere(() => readdirSync(folder)) ?? []).map((name) => join(folder, name)).find(reads);
  return linked === undefined ? null : dirname(readLine(join(linked, 'gitdir')) ?? linked);
}

/**
 * git does not move a branch under a checkout either: the next commit there would take back what has come in.
 * @throws AgentOsError BRANCH_CHECKED_OUT
 */
export function assertNotCheckedOut(paths: RepositoryPaths, branch: RefName): void {
  const folder = findCheckout(paths, branch);
  if (folder === null) return;
  const short = branch.replace(/^refs\/heads\//, '');
  throw new AgentOsError(
    'BRANCH_CHECKED_OUT',
    `${short} is checked out in ${folder}, and cannot move there`,
    {
      hint: `Detach it (git -C ${folder} switch --detach) and publish commits of it by \`git push . HEAD:${short}\`, which never takes anything back.`,
      data: { branch: short, folder },
    },
  );
}

function readLine(file: string): string | null {
  return ifThere(() => readFileSync(file, 'utf8').trimEnd());
}
