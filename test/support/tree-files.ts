import type { Oid } from '../../src/domain/names.ts';
import type { TreeEntry } from '../../src/domain/ports.ts';
import type { MemoryObjects } from './memory.ts';

/** The files of a tree by path, as text. */
export type Files = ReadonlyMap<string, string>;

export async function writeFiles(objects: MemoryObjects, files: Files): Promise<Oid> {
  const entries: TreeEntry[] = [];
  const folders = new Map<string, Map<string, string>>();
  for (const [path, text] of files) {
    const [name = '', ...rest] = path.split('/');
    if (rest.length === 0)
      entries.push({ name, mode: '100644', oid: await objects.writer.blob(Buffer.from(text)) });
    else folders.set(name, (folders.get(name) ?? new Map()).set(rest.join('/'), text));
  }
  for (const [name, below] of folders)
    entries.push({ name, mode: '40000', oid: await writeFiles(objects, below) });
  return objects.writer.tree(entries);
}

export async function readFiles(
  objects: MemoryObjects,
  tree: Oid,
  prefix = '',
): Promise<Map<string, string>> {
  const reader = objects.reader();
  const files = new Map<string, string>();
  for (const { name, mode, oid } of (await reader.tree(tree)) ?? []) {
    if (mode === '40000')
      for (const file of await readFiles(objects, oid, `${prefix}${name}/`)) files.set(...file);
    else files.set(`${prefix}${name}`, Buffer.from((await reader.blob(oid)) ?? []).toString());
  }
  return files;
}
