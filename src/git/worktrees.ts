import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositoryPaths } from '../domain/ports.ts';

/** The git directories of the other worktrees of this clone; of those that git has not pruned yet, too. */
export async function listOtherGitDirs({ gitDir, commonDir }: RepositoryPaths): Promise<readonly string[]> {
  const folder = join(commonDir, 'worktrees');
  const names = await readdir(folder).catch(() => []);
  return [commonDir, ...names.map((name) => join(folder, name))].filter((other) => other !== gitDir);
}
