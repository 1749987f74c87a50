import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOid, type Oid } from '../domain/names.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import { expectGit, type GitCall, runGit } from './process.ts';
import { placeOf } from './repository.ts';

/**
 * The paths that the commit under way changes, both sides of a rename and removed ones among them, by the index that
 * git made for it (GIT_INDEX_FILE, under `git commit FILE` and `-a` a temporary one). Of a merge only what differs from
 * every parent: the rest was committed by others.
 * @throws AgentOsError GIT_FAILED
 */
export async function listStagedPaths(paths: RepositoryPaths): Promise<readonly string[]> {
  const parents = await readParents(paths);
  if (parents.length === 0)
    return readNames(await expectGit(indexCall(paths, ['ls-files', '-z', '--cached'])));
  const options = ['--cached', '--no-renames', '--name-only', '-z', '--ignore-submodules=none'];
  const changed = await Promise.all(
    parents.map(async (parent) =>
      readNames(await expectGit(indexCall(paths, ['diff-index', ...options, parent, '--']))),
    ),
  );
  const [first = [], ...others] = changed;
  const sets = others.map((names) => new Set(names));
  return first.filter((path) => sets.every((names) => names.has(path)));
}

function readNames(output: Buffer): readonly string[] {
  return output
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
}

/** The commit that is checked out; null: none yet. */
export async function readHead(paths: RepositoryPaths): Promise<Oid | null> {
  const args = ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'];
  const head = (await runGit({ ...placeOf(paths), args })).stdout.toString('latin1').trim();
  return isOid(head) ? head : null;
}

/** The commit that is checked out, and those that are being merged into it. */
async function readParents(paths: RepositoryPaths): Promise<readonly Oid[]> {
  const head = await readHead(paths);
  if (head === null) return [];
  const merged = readLines(join(paths.gitDir, 'MERGE_HEAD')).filter(isOid);
  return [head, ...merged];
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'latin1').split('\n');
  } catch {
    return [];
  }
}

/** The user's environment says which index counts. */
function indexCall(paths: RepositoryPaths, args: readonly string[]): GitCall {
  return { ...placeOf(paths), args, environment: 'hook' };
}
