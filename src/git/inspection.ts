import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RefName } from '../domain/names.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import { findCheckout } from './checkouts.ts';
import type { Repository } from './repository.ts';
import { requireGit } from './version.ts';

interface LockFile {
  readonly path: string;
  /** Milliseconds since it was last written. */
  readonly age: number;
}

/**
 * What doctor looks at beside the branch.
 * @param remoteUrl - of the remote; when it is a folder of this machine, its lock files count too
 */
export async function inspectRepository(
  repository: Repository,
  { branch, remoteUrl }: { readonly branch: RefName; readonly remoteUrl: string | null },
) {
  const { paths, objectFormat, refFormat } = repository;
  const remoteFolder = remoteUrl === null ? null : folderOf(remoteUrl, paths);
  const folders = [
    ...new Set([paths.gitDir, paths.commonDir]),
    ...(remoteFolder === null ? [] : [remoteFolder]),
  ];
  return {
    gitVersion: await requireGit(paths.commonDir, process.env),
    objectFormat,
    refFormat,
    isShallow: existsSync(join(paths.commonDir, 'shallow')),
    checkout: await findCheckout(paths, branch),
    lockFiles: folders.flatMap(findLockFiles),
    isRemoteHere: remoteFolder !== null,
  };
}

/** The git directory behind a remote that is a path or a file URL; null when there is none on this machine. */
function folderOf(url: string, paths: RepositoryPaths): string | null {
  const path = url.startsWith('file://') ? fileURLToPath(url) : url;
  const folder = resolve(paths.workTree ?? paths.gitDir, path);
  return [folder, join(folder, '.git')].find((candidate) => existsSync(join(candidate, 'objects'))) ?? null;
}

/** Lock files at the top of a git directory (index, config, packed-refs, …) and beside its refs. */
function findLockFiles(gitDir: string): readonly LockFile[] {
  const top = listNames(gitDir, false);
  const refs = listNames(join(gitDir, 'refs'), true).map((name) => join('refs', name));
  return [...top, ...refs]
    .filter((name) => name.endsWith('.lock'))
    .flatMap((name) => {
      const path = join(gitDir, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat?.isFile() ? [{ path, age: Math.max(0, Date.now() - stat.mtimeMs) }] : [];
    });
}

function listNames(folder: string, recursive: boolean): readonly string[] {
  try {
    return readdirSync(folder, { recursive, encoding: 'utf8' });
  } catch {
    return []; // no such folder, or one that changes under us
  }
}
