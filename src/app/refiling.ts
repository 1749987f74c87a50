import { encode } from '../domain/codec.ts';
import { CONFIG_PATH, newMessagePath, recordTime } from '../domain/layout.ts';
import { isAgentName, parseAgentName, type RecordId } from '../domain/names.ts';
import type { Clock, CommitObject, Ids } from '../domain/ports.ts';
import { resolveConfig } from '../domain/schema/resolve-config.ts';
import type { Branch, Change, Snapshot } from '../store/branch.ts';
import { readOperationId } from '../store/commit-message.ts';
import { listUnread, type MessagePlace } from './mailbox.ts';
import { readRecord } from './records.ts';

interface RefilingDependencies {
  readonly branch: Branch;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Pick<Ids, 'record'>;
}

/**
 * Give messages that waited for more than half of the retention time a new id before they are published. Else they
 * could arrive below the watermark that a gc has set meanwhile, and be taken for what it removed.
 * @param unpublished - the operations that no other clone has seen
 */
export async function refileOldMessages(
  { branch, clock, ids }: RefilingDependencies,
  unpublished: readonly CommitObject[],
): Promise<void> {
  const { retention } = resolveConfig(await readRecord(await branch.snapshot(), 'config', CONFIG_PATH));
  const limit = clock.now() - (retention.messages * 1000) / 2;
  const old = unpublished.filter(({ committedAt }) => committedAt * 1000 < limit);
  const operations = new Set<string>(old.flatMap(({ message }) => readOperationId(message) ?? []));
  if (operations.size === 0) return;

  await branch.commit({
    agent: parseAgentName('agent-os'),
    session: null,
    async plan({ snapshot }) {
      const changes: Change[] = [];
      for (const place of await listOld(snapshot, limit)) {
        const message = await readRecord(snapshot, 'message', place.path);
        if (message === null || !operations.has(message.op)) continue;
        const id: RecordId = ids.record();
        changes.push(
          { path: place.path, content: null },
          { path: newMessagePath(place.agent, id), content: encode('message', { ...message, id }) },
        );
      }
      const subject = `message: ${changes.length / 2} that waited long to be published, under new ids`;
      return { subject, changes, result: null };
    },
  });
}

async function listOld(snapshot: Snapshot, limit: number): Promise<readonly MessagePlace[]> {
  const agents = (await snapshot.list('messages')).map(({ name }) => name).filter(isAgentName);
  const unread = await Promise.all(agents.map((agent) => listUnread(snapshot, agent)));
  return unread.flat().filter(({ id }) => recordTime(id) < limit);
}
