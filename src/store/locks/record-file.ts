import { AgentOsError } from '../../domain/errors.ts';
import type { Oid } from '../../domain/names.ts';
import type { ObjectReader } from '../../domain/ports.ts';

/**
 * The one file of a commit that a lock's ref or the claims point to, read anew: for checks, which trust no cache.
 * @param where - what to call it in an error
 * @throws AgentOsError RECORD_BROKEN
 */
export async function readRecordFile(
  reader: ObjectReader,
  oid: Oid,
  file: string,
  where: string,
): Promise<Uint8Array> {
  const commit = await reader.commit(oid);
  const entries = commit === null ? null : await reader.tree(commit.tree);
  const entry = entries?.find(({ name, mode }) => name === file && (mode === '100644' || mode === '100755'));
  const bytes = entry === undefined ? null : await reader.blob(entry.oid);
  if (bytes !== null) return bytes;
  throw new AgentOsError('RECORD_BROKEN', `${where}: commit ${oid} has no ${file}`, {
    data: { ref: where, oid },
  });
}
