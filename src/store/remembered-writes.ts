import type { Oid } from '../domain/names.ts';
import type { ObjectReader, ObjectWriter } from '../domain/ports.ts';

/**
 * A writer that keeps in memory what it wrote until the ref that needs it has moved. Before that nothing refers to
 * the objects, and a concurrent `git gc --prune=now` may take them.
 */
export function rememberWrites(reader: ObjectReader, writer: ObjectWriter) {
  const written: { readonly exists: () => Promise<boolean>; readonly again: () => Promise<Oid> }[] = [];
  const remember = async (again: () => Promise<Oid>, read: (oid: Oid) => Promise<unknown>): Promise<Oid> => {
    const oid = await again();
    written.push({ exists: async () => (await read(oid)) !== null, again });
    return oid;
  };
  return {
    writer: {
      blob: (content) => remember(() => writer.blob(content), reader.blob),
      tree: (entries) => remember(() => writer.tree(entries), reader.tree),
      commit: (commit) => remember(() => writer.commit(commit), reader.commit),
    } satisfies ObjectWriter,
    /** Once the ref has moved: write again what is gone. */
    async ensure(): Promise<void> {
      for (const { exists, again } of written) if (!(await exists())) await again();
    },
  };
}
