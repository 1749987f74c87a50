import type { CommitDetail } from '../domain/code-history.ts';
import { derivedId } from '../domain/derived-id.ts';
import { isBelowWatermark, readWatermarks } from '../domain/join/watermarks.ts';
import { newMessagePath, RETENTION_PATH, readMessagePath } from '../domain/layout.ts';
import type { AgentName, RecordId } from '../domain/names.ts';
import type { Snapshot } from '../store/branch.ts';

/** A commit that was rebased or picked within this time, in seconds, is taken for the one that it was made of. */
const SAME_WORK = 7 * 86_400;

/**
 * The id of a message that follows from a commit: the same in every clone, and for an amended or rebased copy.
 * @param parts - what else makes it this message: who is told, and of what
 */
export function messageIdOf(
  { authoredAt, committedAt, change, oid }: CommitDetail,
  parts: readonly string[],
  hash: (text: string) => string,
): RecordId {
  const isRecent = authoredAt <= committedAt && committedAt - authoredAt <= SAME_WORK;
  return derivedId(
    1000 * (isRecent ? authoredAt : committedAt),
    hash(JSON.stringify([...parts, change ?? oid])),
  );
}

/** Whether an agent has, or had, a message of this id: unread, read, or so old that gc has removed it. */
export async function wasDelivered(snapshot: Snapshot, agent: AgentName, id: RecordId): Promise<boolean> {
  const path = newMessagePath(agent, id);
  if (isBelowWatermark(path, readWatermarks(await snapshot.read(RETENTION_PATH)))) return true;
  return (await snapshot.read(path)) !== null || (await snapshot.read(readMessagePath(agent, id))) !== null;
}
