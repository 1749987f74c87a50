import { formatRecord } from '../codec.ts';
import { conflictPath } from '../layout.ts';
import type { Oid } from '../names.ts';
import { schemaId } from '../schema/kinds.ts';

/**
 * The record in conflicts/ that names bytes which nobody could read, and which are not shown any more: whoever puts
 * them aside, a merge or a writer, makes the same one.
 * @param hash - at least 40 lower-case hexadecimal digits
 */
export function unreadableRecord(
  hash: (text: string) => string,
  { file, blob, reason }: { readonly file: string; readonly blob: Oid; readonly reason: string },
): { readonly path: string; readonly content: string } {
  const id = hash(['unreadable', file, blob].join('\n')).slice(0, 40);
  const record = { schema: schemaId('conflict'), id, kind: 'broken', file, blob, reason };
  return { path: conflictPath(id), content: formatRecord('conflict', record) };
}
