import type { Oid } from '../domain/names.ts';
import type { ObjectReader, TreeEntry } from '../domain/ports.ts';

/** Notes by the commit that they are of, and what else lies in their tree. */
export interface NotesTree {
  readonly notes: ReadonlyMap<string, Oid>;
  /** Entries that are no notes: they stay where they are. */
  readonly others: readonly TreeEntry[];
}

const WHOLE = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** git fans the oids out over folders of two digits as notes grow, at most so deep. */
const DEEPEST = 32;

/** The tree of a notes ref as git writes it (git-notes(1)): the oid of a commit is the path of its note. */
export async function readNotes(reader: ObjectReader, tip: Oid): Promise<NotesTree> {
  const notes = new Map<string, Oid>();
  const others: TreeEntry[] = [];
  const walk = async (tree: Oid, above: string, depth: number): Promise<void> => {
    for (const entry of (await reader.tree(tree)) ?? []) {
      const name = `${above}${entry.name}`;
      const isFanned = entry.mode === '40000' && /^[0-9a-f]{2}$/.test(entry.name) && depth < DEEPEST;
      if (isFanned) await walk(entry.oid, name, depth + 1);
      else if (WHOLE.test(name) && entry.mode === '100644') notes.set(name, entry.oid);
      else if (depth === 0) others.push(entry);
    }
  };
  const commit = await reader.commit(tip);
  if (commit !== null) await walk(commit.tree, '', 0);
  return { notes, others };
}

/** A flat tree; git reads every fan-out, and fans out again when it writes. */
export function noteTree(
  notes: ReadonlyMap<string, Oid>,
  others: readonly TreeEntry[],
): readonly TreeEntry[] {
  const entries = new Map(others.map((entry) => [entry.name, entry]));
  for (const [name, oid] of notes) entries.set(name, { name, mode: '100644', oid });
  return [...entries.values()];
}
