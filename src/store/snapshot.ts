import type { Oid } from '../domain/names.ts';
import type { CommitObject, ObjectReader, TreeEntry } from '../domain/ports.ts';
import type { Snapshot } from './branch.ts';
import { readClock } from './commit-message.ts';
import { isSafeName, splitPath } from './tree-path.ts';

/** A snapshot of a commit; null stands for a branch that does not exist. Trees are read once. */
export async function takeSnapshot(reader: ObjectReader, commit: CommitObject | null): Promise<Snapshot> {
  const trees = new Map<Oid, Promise<Folder>>();
  const open = (oid: Oid): Promise<Folder> => {
    const known = trees.get(oid);
    if (known !== undefined) return known;
    const read = reader.tree(oid).then((found) => ({
      all: found ?? [],
      followed: (found ?? []).filter(isFollowed),
    }));
    trees.set(oid, read);
    return read;
  };
  const entries = async (oid: Oid) => (await open(oid)).followed;
  const find = async (path: string): Promise<TreeEntry | null> => {
    let entry: TreeEntry | null = commit === null ? null : { name: '', mode: '40000', oid: commit.tree };
    for (const segment of splitPath(path)) {
      if (entry === null || entry.mode !== '40000') return null;
      entry = (await entries(entry.oid)).find(({ name }) => name === segment) ?? null;
    }
    return entry;
  };
  const list = async (path: string): Promise<readonly TreeEntry[]> => {
    const folder = await find(path);
    return folder?.mode === '40000' ? entries(folder.oid) : [];
  };
  const unfollowed = async (path: string): Promise<readonly string[]> => {
    const folder = await find(path);
    if (folder?.mode !== '40000') return [];
    return (await open(folder.oid)).all.filter((entry) => !isFollowed(entry)).map(({ name }) => name);
  };
  const obstacle = async (path: string): Promise<string | null> => {
    const segments = splitPath(path);
    let tree = commit?.tree ?? null;
    for (const [depth, segment] of segments.entries()) {
      const entry: TreeEntry | undefined =
        tree === null ? undefined : (await open(tree)).all.find(({ name }) => name === segment);
      if (entry === undefined) return null;
      const isFile = entry.mode === '100644' || entry.mode === '100755';
      const isLast = depth === segments.length - 1;
      if (isLast ? !isFile : entry.mode !== '40000') return segments.slice(0, depth + 1).join('/');
      tree = entry.oid;
    }
    return null;
  };
  async function* walk(path: string): AsyncIterable<{ path: string; oid: Oid }> {
    for (const entry of await list(path)) {
      const child = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.mode === '40000') yield* walk(child);
      else yield { path: child, oid: entry.oid };
    }
  }
  return {
    tip: commit?.oid ?? null,
    clock: commit === null ? 0 : await readClock(reader, commit),
    async read(path) {
      const file = await find(path);
      return file === null || file.mode === '40000' ? null : reader.blob(file.oid);
    },
    list,
    unfollowed,
    obstacle,
    walk,
  };
}

interface Folder {
  readonly all: readonly TreeEntry[];
  readonly followed: readonly TreeEntry[];
}

/** Symlinks, submodules and names that could lead out of the tree are as if they were not there. */
function isFollowed(entry: TreeEntry): boolean {
  return entry.mode !== '120000' && entry.mode !== '160000' && isSafeName(entry.name);
}
