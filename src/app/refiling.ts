import { encode } from '../domain/codec.ts';
import { AgentOsError } from '../domain/errors.ts';
import { attachmentPath, CONFIG_PATH, newMessagePath, recordTime } from '../domain/layout.ts';
import { isAgentName, parseAgentName, type RecordId } from '../domain/names.ts';
import type { Clock, CommitObject, Ids } from '../domain/ports.ts';
import type { Message } from '../domain/schema/message.ts';
import { type ResolvedConfig, resolveConfig } from '../domain/schema/resolve-config.ts';
import type { Branch, Change, Snapshot } from '../store/branch.ts';
import { readOperationId } from '../store/commit-message.ts';
import { listUnread, type MessagePlace } from './mailbox.ts';
import { readRecord } from './records.ts';

interface RefilingDependencies {
  readonly branch: Branch;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Pick<Ids, 'record'>;
}

/** A policy that cannot be read keeps nothing from being published. */
async function readRetention(snapshot: Snapshot): Promise<ResolvedConfig['retention']> {
  try {
    return resolveConfig(await readRecord(snapshot, 'config', CONFIG_PATH)).retention;
  } catch (error) {
    if (error instanceof AgentOsError && /^(RECORD_BROKEN|SCHEMA_TOO_NEW)$/.test(error.code))
      return resolveConfig(null).retention;
    throw error;
  }
}

/**
 * Give messages that waited for more than half of the retention time a new id, and their files with them, before they
 * are published. Else they could arrive below the watermark that a gc has set meanwhile, and be taken for what it removed.
 * @param unpublished - the operations that no other clone has seen
 */
export async function refileOldMessages(
  { branch, clock, ids }: RefilingDependencies,
  unpublished: readonly CommitObject[],
): Promise<void> {
  const retention = await readRetention(await branch.snapshot());
  const limit = clock.now() - (retention.messages * 1000) / 2;
  const old = unpublished.filter(({ committedAt }) => committedAt * 1000 < limit);
  const operations = new Set<string>(old.flatMap(({ message }) => readOperationId(message) ?? []));
  if (operations.size === 0) return;

  await branch.commit({
    agent: parseAgentName('agent-os'),
    session: null,
    async plan({ snapshot }) {
      const old = await readOld(snapshot, limit, operations);
      // One new id for all recipients of a message.
      const newIds = new Map<RecordId, RecordId>();
      for (const { place } of old) if (!newIds.has(place.id)) newIds.set(place.id, ids.record());
      const changes: Change[] = [];
      const copied = new Set<string>();
      for (const { place, message } of old) {
        const { record, files } = renamed(message, newIds);
        changes.push(
          { path: place.path, content: null },
          { path: newMessagePath(place.agent, record.id), content: encode('message', record) },
        );
        for (const { from, to } of files) {
          if (copied.has(to)) continue;
          copied.add(to);
          const content = await snapshot.read(from);
          if (content !== null) changes.push({ path: to, content });
        }
      }
      const subject = `message: ${old.length} that waited long to be published, under new ids`;
      return { subject, changes, result: null };
    },
  });
}

/**
 * The message under its new id, and the files to copy with it: a recipient who has read the message still finds them
 * where they were, until gc takes them. The thread keeps its name, which messages elsewhere may carry.
 */
function renamed(message: Message, newIds: ReadonlyMap<RecordId, RecordId>) {
  const id = newIds.get(message.id) ?? message.id;
  const replyTo = message.reply_to && (newIds.get(message.reply_to) ?? message.reply_to);
  const attachments = message.attachments.map((attachment) =>
    attachment.path === attachmentPath(message.id, attachment.name)
      ? { ...attachment, path: attachmentPath(id, attachment.name) }
      : attachment,
  );
  const record: Message = { ...message, id, ...(replyTo && { reply_to: replyTo }), attachments };
  const files = message.attachments.flatMap(({ path }, index) => {
    const to = attachments[index]?.path;
    return to === undefined || to === path ? [] : [{ from: path, to }];
  });
  return { record, files };
}

/** The unread messages that are older than `limit` and of these operations. */
async function readOld(snapshot: Snapshot, limit: number, operations: ReadonlySet<string>) {
  const places = await listOld(snapshot, limit);
  const found = await Promise.all(
    places.map(async (place) => ({ place, message: await readRecord(snapshot, 'message', place.path) })),
  );
  return found.flatMap(({ place, message }) =>
    message !== null && operations.has(message.op) ? [{ place, message }] : [],
  );
}

async function listOld(snapshot: Snapshot, limit: number): Promise<readonly MessagePlace[]> {
  const agents = (await snapshot.list('messages')).map(({ name }) => name).filter(isAgentName);
  const unread = await Promise.all(agents.map((agent) => listUnread(snapshot, agent)));
  return unread.flat().filter(({ id }) => recordTime(id) < limit);
}
