import { encode } from '../domain/codec.ts';
import { AgentOsError } from '../domain/errors.ts';
import { classify, inboxFolder, newMessagePath, readMessagePath } from '../domain/layout.ts';
import { type AgentName, isRecordId, quoted, type RecordId } from '../domain/names.ts';
import type { Message } from '../domain/schema/message.ts';
import { isOpenTask } from '../domain/tasks.ts';
import type { Change, Snapshot } from '../store/branch.ts';
import { pickByPrefix } from './record-ids.ts';
import { type RecordReader, readRecord } from './records.ts';

/** Where a message of an agent's mailbox lies. */
export interface MessagePlace {
  readonly agent: AgentName;
  readonly id: RecordId;
  readonly path: string;
  readonly folder: 'new' | 'read';
}

export interface FoundMessage extends MessagePlace {
  readonly message: Message;
}

/** The unread messages and open tasks of an agent, oldest first. What was read is not even listed. */
export async function listUnread(snapshot: Snapshot, agent: AgentName): Promise<readonly MessagePlace[]> {
  const folder = inboxFolder(agent);
  const entries = await snapshot.list(folder);
  return entries.flatMap(({ name, mode }) => (mode === '40000' ? [] : placeOf(`${folder}/${name}`, agent)));
}

/** What stands in an agent's inbox, or in its place, and is no file that can be read: it is named. */
export async function reportUnfollowed(records: RecordReader, agent: AgentName): Promise<void> {
  const folder = inboxFolder(agent);
  const { snapshot } = records;
  const found = (await snapshot.unfollowed(folder)).map((name) => `${folder}/${name}`);
  const obstacle = await snapshot.obstacle(`${folder}/any`);
  for (const path of obstacle === null ? found : [...found, obstacle])
    records.report({ path, message: `${quoted(path, 200)} is no file, and is not followed` });
}

/** The messages that an agent has read, oldest first. */
export async function listRead(snapshot: Snapshot, agent: AgentName): Promise<readonly MessagePlace[]> {
  const places: MessagePlace[] = [];
  for await (const { path } of snapshot.walk(`messages/${agent}/read`)) places.push(...placeOf(path, agent));
  return places;
}

/** The messages at `places` that can be read. */
export function readMessages(
  records: RecordReader,
  places: readonly MessagePlace[],
): Promise<readonly Message[]> {
  return records.readAll('message', places, belongs);
}

/**
 * A message of an agent's mailbox, unread or read.
 * @param prefix - its id, or how it begins
 * @param what - it is called where there is none
 * @throws AgentOsError BAD_VALUE, NOT_FOUND, AMBIGUOUS, RECORD_BROKEN, SCHEMA_TOO_NEW
 */
export async function findMessage(
  snapshot: Snapshot,
  agent: AgentName,
  prefix: string,
  what: 'message' | 'task' = 'message',
): Promise<FoundMessage> {
  const place = await findPlace(snapshot, agent, prefix, what);
  const message = await readRecord(snapshot, 'message', place.path);
  if (message === null) {
    throw new AgentOsError('NOT_FOUND', `there is no ${what} of ${agent} with the id ${place.id}`, {
      hint: `List them with \`agent-os ${what === 'task' ? 'task list' : 'inbox'} --all\`.`,
    });
  }
  if (belongs(message, place)) return { ...place, message };
  throw new AgentOsError('RECORD_BROKEN', `${quoted(place.path, 200)} says that it belongs elsewhere`);
}

/** A message says itself whose and which it is; its path must say the same. */
function belongs(message: Message, place: MessagePlace): boolean {
  return message.id === place.id && message.to === place.agent;
}

async function findPlace(
  snapshot: Snapshot,
  agent: AgentName,
  prefix: string,
  what: 'message' | 'task',
): Promise<MessagePlace> {
  const id = prefix.toUpperCase();
  const unread = await listUnread(snapshot, agent);
  if (isRecordId(id)) {
    return (
      unread.find((place) => place.id === id) ?? {
        agent,
        id,
        path: readMessagePath(agent, id),
        folder: 'read',
      }
    );
  }
  return pickByPrefix([...unread, ...(await listRead(snapshot, agent))], prefix, `${what} of ${agent}`);
}

/** The changes that put a message where it belongs, as `message` says: to the read ones, an open task stays. */
export function planPlaced(found: MessagePlace, message: Message): readonly Change[] {
  if (isOpenTask(message)) return [{ path: found.path, content: encode('message', message) }];
  return [
    { path: newMessagePath(message.to, message.id), content: null },
    { path: readMessagePath(message.to, message.id), content: encode('message', message) },
  ];
}

function placeOf(path: string, agent: AgentName): readonly MessagePlace[] {
  const place = classify(path);
  if (place.kind !== 'message' || place.agent !== agent) return [];
  return [{ agent, id: place.id, path, folder: place.folder }];
}
