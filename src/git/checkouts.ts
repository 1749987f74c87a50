import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { branchCheckedOut, type Checkout } from '../domain/checkout.ts';
import type { RefName } from '../domain/names.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import { ifThere } from './loose-object.ts';
import { expectGit } from './process.ts';

/** The worktree of this clone that has a branch checked out; null when none has. */
export async function findCheckout(paths: RepositoryPaths, branch: RefName): Promise<Checkout | null> {
  const reads = (gitDir: string) => readLine(join(gitDir, 'HEAD')) === `ref: ${branch}`;
  if (reads(paths.commonDir)) {
    const main = await findMainWorktree(paths);
    if (main !== null) return { folder: main, isThere: true };
  }
  const worktrees = join(paths.commonDir, 'worktrees');
  const names = ifThere(() => readdirSync(worktrees)) ?? [];
  const linked = names.map((name) => join(worktrees, name)).find(reads);
  if (linked === undefined) return null;
  const folder = dirname(resolve(linked, readLine(join(linked, 'gitdir')) ?? '.'));
  return { folder, isThere: existsSync(folder) };
}

/** null for a bare repository, whose HEAD is no checkout. Seen from a linked worktree, only git can tell. */
async function findMainWorktree({ gitDir, commonDir, workTree }: RepositoryPaths): Promise<string | null> {
  if (gitDir === commonDir) return workTree;
  const place = { cwd: commonDir, gitDir: commonDir };
  const bare = await expectGit({ ...place, args: ['rev-parse', '--is-bare-repository'] });
  return bare.toString('utf8').trim() === 'true' ? null : dirname(commonDir);
}

/**
 * git does not move a branch under a checkout either: the next commit there would take back what has come in.
 * @throws AgentOsError BRANCH_CHECKED_OUT
 */
export async function assertNotCheckedOut(paths: RepositoryPaths, branch: RefName): Promise<void> {
  const checkout = await findCheckout(paths, branch);
  if (checkout !== null) throw branchCheckedOut(branch, checkout);
}

function readLine(file: string): string | null {
  return ifThere(() => readFileSync(file, 'utf8').trimEnd());
}
