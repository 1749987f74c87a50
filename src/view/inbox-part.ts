import { listUnread, readMessages } from '../app/mailbox.ts';
import { readRecords } from '../app/records.ts';
import { type AgentName, isAgentName } from '../domain/names.ts';
import type { Snapshot } from '../store/branch.ts';
import { isSameStamp } from './files.ts';
import { formatMessage } from './inbox-text.ts';
import { attempt, oidOf, type Round, readText, remember, report } from './round.ts';

/** So many unread messages of an agent are rendered: the latest. */
const SHOWN = 100;
const FOLDER = 'inbox';

/** Render every unread message into `inbox/<agent>/`, read-only, and take away those that are unread no more. */
export async function renderInboxes(round: Round, snapshot: Snapshot): Promise<void> {
  const { files, memory } = round;
  const folder = await oidOf(snapshot, '', 'messages');
  if (folder === memory.folders.messages && (folder === undefined || files.stat(FOLDER) !== null)) return;
  let isComplete = true;
  const recipients = (await snapshot.list('messages')).map(({ name }) => name).filter(isAgentName);
  for (const agent of new Set([...recipients, ...files.list(FOLDER).filter(isAgentName)])) {
    const isDone = await attempt(round, `${FOLDER}/${agent}`, () => renderInbox(round, snapshot, agent));
    isComplete &&= isDone;
  }
  if (folder !== undefined && isComplete) memory.folders.messages = folder;
}

async function renderInbox(round: Round, snapshot: Snapshot, agent: AgentName): Promise<void> {
  const { files } = round;
  const unread = (await listUnread(snapshot, agent)).slice(-SHOWN);
  const fileOf = (id: string) => `${FOLDER}/${agent}/${id}.md`;
  const records = readRecords(snapshot);
  const isShown = (path: string) => round.memory.files[path] !== undefined && files.stat(path) !== null;
  for (const message of await readMessages(
    records,
    unread.filter(({ id }) => !isShown(fileOf(id))),
  )) {
    const [path, text] = [fileOf(message.id), formatMessage(message)];
    const stamp = files.create(path, text, { mode: 0o444 });
    if (stamp !== null) round.rendered.add(path);
    // One that stands there already may be what was rendered before the memory of it was lost.
    const shown = stamp === null ? readText(round, path) : { stamp, text };
    if (shown.text === text) remember(round, path, shown.stamp, text);
  }
  round.problems.push(...records.problems);
  const wanted = new Set(unread.map(({ id }) => `${id}.md`));
  for (const name of files.list(`${FOLDER}/${agent}`)) {
    if (/^[0-9A-Z]{26}\.md$/.test(name) && !wanted.has(name))
      dropMessage(round, `${FOLDER}/${agent}/${name}`);
  }
}

/** Only what agent-os has written goes; the inbox is not a place to write into, but nobody's text is thrown away. */
function dropMessage(round: Round, path: string): void {
  const { files, memory } = round;
  const found = files.stat(path);
  if (found === null) return;
  if (found.kind !== 'file' || !isSameStamp(memory.files[path]?.stamp, found.stamp)) {
    report(round, path, `${path} is read by now, but was not written by agent-os: remove it yourself`);
    return;
  }
  files.remove(path);
  delete memory.files[path];
  round.rendered.add(path);
}
