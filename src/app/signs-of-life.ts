import { isRecordId, type Oid, type RecordId } from '../domain/names.ts';
import { parseOperationId } from '../domain/operation.ts';
import type { ObjectReader } from '../domain/ports.ts';
import { readOperationId } from '../store/commit-message.ts';

/**
 * The sessions that have written to the branch since a moment: a session that works gives a sign of life, heartbeat or
 * not. Reads the commits since then and no others.
 * @param since - milliseconds since 1970
 */
export async function findSignsOfLife(
  reader: Pick<ObjectReader, 'commit'>,
  tip: Oid | null,
  since: number,
): Promise<ReadonlySet<RecordId>> {
  const found = new Set<RecordId>();
  const seen = new Set<Oid>();
  const queue = tip === null ? [] : [tip];
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (seen.has(oid)) continue;
    seen.add(oid);
    const commit = await reader.commit(oid);
    // Committer dates are whole seconds.
    if (commit === null || commit.committedAt * 1000 < since - 1000) continue;
    queue.push(...commit.parents);
    const operation = readOperationId(commit.message);
    if (operation === null || parseOperationId(operation).clock < since) continue;
    const session = /^Agent-OS-Session: (\S+)$/m.exec(commit.message)?.[1];
    if (session !== undefined && isRecordId(session)) found.add(session);
  }
  return found;
}
