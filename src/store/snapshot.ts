import type { Oid } from '../domain/names.ts';
import type { CommitObject, ObjectReader, TreeEntry } from '../domain/ports.ts';
import type { Snapshot } from './branch.ts';
import { readClock } from './commit-message.ts';
import { isSafeName, splitPath } from './tree-path.ts';

/** A snapshot of a commit; null stands for a branch that does not exist. Trees are read once. */
export async function takeSnapshot(reader: ObjectReader, commit: CommitObject | null): Promise<Snapshot> {
  const trees = new Map<Oid, Promise<readonly TreeEntry[]>>();
  const entries = (oid: Oid): Promise<readonly TreeEntry[]> => {
    const known = trees.get(oid);
    if (known !== undefined) return known;
    const read = reader.tree(oid).then((all) => (all ?? []).filter(isFollowed));
    trees.set(oid, read);
    return read;
  };
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
    walk,
  };
}

/** Symlinks, submodules and names that could lead out of the tree are as if they were not there. */
function isFollowed(entry: TreeEntry): boolean {
  return entry.mode !== '120000' && entry.mode !== '160000' && isSafeName(entry.name);
}
