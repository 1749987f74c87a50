import type { ObjectWriter, RepositoryPaths } from '../domain/ports.ts';
import type { GitConfig } from './config.ts';
import { writeThroughGit } from './hash-object.ts';
import { encodeCommit, encodeTree, type WriteObject } from './object-format.ts';

interface WriterOptions {
  readonly paths: RepositoryPaths;
  readonly objectFormat: 'sha1' | 'sha256';
  readonly config: GitConfig;
}

/**
 * Writes objects in this process with isomorphic-git, which the first write imports, or through git itself where
 * isomorphic-git would do harm: in sha256 repositories, and in those that several users share.
 * @throws AgentOsError DISK_FULL, GIT_FAILED, from every method
 */
export function openObjectWriter({ paths, objectFormat, config }: WriterOptions): ObjectWriter {
  const isShared = !/^(?:|umask|false|no|off|0+)$/i.test(config.get('core.sharedrepository') ?? '');
  const sync = syncsLooseObjects(config);
  const write: WriteObject =
    objectFormat === 'sha256' || isShared
      ? writeThroughGit(paths)
      : async (type, content) => {
          const { writeInProcess } = await import('./isomorphic-objects.ts');
          return writeInProcess({ gitDir: paths.commonDir, sync, type, content });
        };
  return objectWriter(write);
}

/** The port on top of one way to write bytes. */
export function objectWriter(write: WriteObject): ObjectWriter {
  return {
    blob: (content) => write('blob', content),
    tree: (entries) => write('tree', encodeTree(entries)),
    commit: (commit) => write('commit', encodeCommit(commit)),
  };
}

/** core.fsync and the older core.fsyncObjectFiles, as git-config(1) has them: by default loose objects are not synced. */
export function syncsLooseObjects(config: GitConfig): boolean {
  let syncs = config.flag('core.fsyncobjectfiles') ?? false;
  for (const word of (config.get('core.fsync') ?? '').split(',').map((part) => part.trim())) {
    const component = word.replace(/^-/, '');
    if (component === 'none') syncs = false;
    else if (['loose-object', 'objects', 'committed', 'added', 'all'].includes(component))
      syncs = word === component;
  }
  return syncs;
}
