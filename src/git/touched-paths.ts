import type { RepositoryPaths } from '../domain/ports.ts';
import { expectGit } from './process.ts';
import { placeOf } from './repository.ts';

/**
 * What commits change, merges by combined diff, both sides of a rename.
 * @param commits - oids, one a line
 * @throws AgentOsError GIT_FAILED
 */
export async function listTouchedPaths(
  paths: RepositoryPaths,
  commits: string | Uint8Array,
): Promise<readonly string[]> {
  const options = ['--stdin', '-r', '-c', '--root', '--name-only', '-z', '--no-commit-id', '--no-renames'];
  const changed = await expectGit({ ...placeOf(paths), args: ['diff-tree', ...options], input: commits });
  return [...new Set(changed.toString('utf8').split('\0'))].filter((path) => path !== '');
}
