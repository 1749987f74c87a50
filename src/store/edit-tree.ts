import { AgentOsError } from '../domain/errors.ts';
import { type Oid, quoted } from '../domain/names.ts';
import type { ObjectReader, ObjectWriter, TreeEntry } from '../domain/ports.ts';
import type { Change } from './branch.ts';
import { splitPath } from './tree-path.ts';

/** A folder of changes: a file's new bytes, its removal (null), or a folder below. */
type Edits = Map<string, Edits | Uint8Array | null>;

/**
 * The tree that `changes` make of `root` (null: of an empty one). Folders that become empty vanish; entries that no
 * change names stay as they are, whatever they are.
 *
 * @throws AgentOsError RECORD_BROKEN when a file of the branch stands where a folder belongs, or the other way round
 */
export async function editTree(
  objects: { readonly reader: ObjectReader; readonly writer: ObjectWriter },
  root: Oid | null,
  changes: readonly Change[],
): Promise<Oid> {
  const edits: Edits = new Map();
  for (const { path, content } of changes) {
    const segments = splitPath(path);
    const name = segments.at(-1);
    if (name === undefined) throw new AgentOsError('BAD_NAME', 'a change needs a path');
    folderOf(edits, segments.slice(0, -1)).set(
      name,
      typeof content === 'string' ? encoder.encode(content) : content,
    );
  }
  return (await applyEdits(objects, root, edits, '')) ?? objects.writer.tree([]);
}

const encoder = new TextEncoder();

function folderOf(edits: Edits, segments: readonly string[]): Edits {
  let folder = edits;
  for (const segment of segments) {
    const known = folder.get(segment);
    const below: Edits = known instanceof Map ? known : new Map();
    folder.set(segment, below);
    folder = below;
  }
  return folder;
}

async function applyEdits(
  objects: { readonly reader: ObjectReader; readonly writer: ObjectWriter },
  tree: Oid | null,
  edits: Edits,
  path: string,
): Promise<Oid | null> {
  const before = tree === null ? [] : ((await objects.reader.tree(tree)) ?? []);
  const entries = new Map<string, TreeEntry>(before.map((entry) => [entry.name, entry]));
  for (const [name, edit] of edits) {
    const present = entries.get(name);
    if (present !== undefined && edit !== null && (present.mode === '40000') !== edit instanceof Map) {
      throw inTheWay(`${path}${name}`);
    }
    const oid =
      edit instanceof Map
        ? await applyEdits(objects, present?.oid ?? null, edit, `${path}${name}/`)
        : edit && (await objects.writer.blob(edit));
    if (oid === null) entries.delete(name);
    else entries.set(name, { name, mode: edit instanceof Map ? '40000' : '100644', oid });
  }
  return entries.size === 0 ? null : objects.writer.tree([...entries.values()]);
}

/** Something stands where the layout of the branch has something else. */
export function inTheWay(path: string): AgentOsError {
  return new AgentOsError('RECORD_BROKEN', `${quoted(path, 200)} is in the way on the agent-os branch`, {
    hint: 'Move or remove it in a commit of its own on that branch.',
    data: { path },
  });
}
