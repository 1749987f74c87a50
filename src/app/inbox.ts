import { parseAgentName } from '../domain/names.ts';
import type { Message } from '../domain/schema/message.ts';
import { isOpenTask } from '../domain/tasks.ts';
import type { Change } from '../store/branch.ts';
import { type AttachedFile, readAttachment } from './attachments.ts';
import {
  type FoundMessage,
  findMessage,
  listRead,
  listUnread,
  planPlaced,
  readMessages,
  reportUnfollowed,
} from './mailbox.ts';
import { type MessageView, viewMessage } from './message-view.ts';
import { planMessages } from './messages.ts';
import { parseIdPrefix } from './record-ids.ts';
import { formatTime, openRecords, type Problem } from './records.ts';
import { saveAttachments } from './saved-attachments.ts';
import type { Workspace } from './workspace.ts';

export interface InboxInput {
  readonly agent?: string;
  /** Those that were read, too. */
  readonly all?: boolean;
  readonly from?: string;
  /** Id of a thread, or how it begins. */
  readonly thread?: string;
  /** Text that subject or body contain, in any case. */
  readonly search?: string;
}

/**
 * An agent's unread messages and open tasks, oldest first; without `all`, the cost grows with these only.
 * @throws AgentOsError NOT_INITIALISED, BAD_NAME, BAD_VALUE
 */
export async function listMessages(
  workspace: Workspace,
  input: InboxInput = {},
): Promise<{ readonly messages: readonly MessageView[]; readonly problems: readonly Problem[] }> {
  const { agent } = await workspace.identify(input.agent);
  const isWanted = makeFilter(input);
  const records = await openRecords(workspace);
  await reportUnfollowed(records, agent);
  const read = input.all === true ? await listRead(records.snapshot, agent) : [];
  const places = [...read, ...(await listUnread(records.snapshot, agent))].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  const messages = (await readMessages(records, places)).filter(isWanted).map(viewMessage);
  // Of what was read long ago, `read` shows the files.
  const waiting = messages.filter(({ readAt, task }) => readAt === null || isWaiting(task));
  const saved = await saveAttachments(workspace, records.snapshot, waiting);
  const known = new Map(saved.messages.map((message) => [message.id, message]));
  return {
    messages: messages.map((message) => known.get(message.id) ?? message),
    problems: [...records.problems, ...saved.problems],
  };
}

/**
 * Show messages and mark them read, all in one operation; those that were read already are only shown. Their files
 * are saved where they can be read.
 * @param input.ids - ids of one's own messages, or how they begin
 * @throws AgentOsError NOT_INITIALISED, NOT_FOUND, AMBIGUOUS, BAD_VALUE, RECORD_BROKEN
 */
export async function markRead(
  workspace: Workspace,
  input: { readonly agent?: string; readonly ids: readonly string[] },
): Promise<{ readonly messages: readonly MessageView[]; readonly problems: readonly Problem[] }> {
  const { messages } = await changeMessages(workspace, input, 'read', ({ message, folder }) => {
    if (folder === 'read' || (isOpenTask(message) && message.read_at !== undefined)) return message;
    return { ...message, read_at: formatTime(workspace.clock.now()), read_by: message.to };
  });
  return saveAttachments(workspace, await workspace.branch.snapshot(), messages);
}

/**
 * Acknowledge messages, which marks them read as well. A sender who asked for it gets a message; again is harmless.
 * @throws AgentOsError as markRead
 */
export function acknowledge(
  workspace: Workspace,
  input: { readonly agent?: string; readonly ids: readonly string[] },
): Promise<{ readonly messages: readonly MessageView[] }> {
  return changeMessages(workspace, input, 'ack', ({ message }) => {
    if (message.acked_at !== undefined) return message;
    const now = formatTime(workspace.clock.now());
    return { ...message, read_at: message.read_at ?? now, read_by: message.to, acked_at: now };
  });
}

/**
 * The files that travel with a message, to be saved under their names.
 * @throws AgentOsError NOT_INITIALISED, NOT_FOUND, AMBIGUOUS, RECORD_BROKEN
 */
export async function readAttachments(
  workspace: Workspace,
  input: { readonly agent?: string; readonly id: string },
): Promise<readonly AttachedFile[]> {
  const { agent } = await workspace.identify(input.agent);
  const { snapshot } = await openRecords(workspace);
  const { message } = await findMessage(snapshot, agent, input.id);
  return Promise.all(
    message.attachments.map((attachment) => readAttachment(snapshot, message.id, attachment)),
  );
}

/** One operation that moves the messages to where read ones lie, with what `change` makes of each. */
async function changeMessages(
  workspace: Workspace,
  input: { readonly agent?: string; readonly ids: readonly string[] },
  verb: 'read' | 'ack',
  change: (found: FoundMessage) => Message,
): Promise<{ readonly messages: readonly MessageView[] }> {
  const who = await workspace.identify(input.agent);
  const prefixes = [...new Set(input.ids.map(parseIdPrefix))];
  const receipts = prefixes.map(() => workspace.ids.record());
  const { result } = await workspace.branch.commit({
    ...who,
    async plan(context) {
      const found = await Promise.all(
        prefixes.map((prefix) => findMessage(context.snapshot, who.agent, prefix)),
      );
      const changes: Change[] = [];
      const messages = found.map((before, index) => {
        const message = change(before);
        const isInPlace = before.folder === 'read' || isOpenTask(message);
        if (message === before.message && isInPlace) return message;
        changes.push(...planPlaced(before, message));
        const id = receipts[index];
        const wantsReceipt = verb === 'ack' && message.ack_required && message.from !== who.agent;
        if (wantsReceipt && id !== undefined) {
          const receipt = planMessages(workspace, context, {
            id,
            from: who.agent,
            session: who.session,
            to: [message.from],
            subject: `Acknowledged: ${message.subject}`.slice(0, 200),
            body: `${who.agent} has acknowledged this message.`,
            priority: 'low',
            replyTo: message,
          });
          changes.push(...receipt.changes);
        }
        return message;
      });
      return { subject: describe(verb, messages), changes, result: { messages: messages.map(viewMessage) } };
    },
  });
  return result;
}

function isWaiting(task: MessageView['task']): boolean {
  return task !== null && (task.state === 'open' || task.state === 'accepted');
}

function describe(verb: string, messages: readonly Message[]): string {
  const [only] = messages;
  if (only === undefined || messages.length > 1)
    return `${verb}: ${only?.to ?? ''}: ${messages.length} messages`;
  return `${verb}: ${only.to} ← ${only.from}: ${only.subject}`;
}

function makeFilter(input: InboxInput): (message: Message) => boolean {
  const from = input.from === undefined ? undefined : parseAgentName(input.from);
  const thread = input.thread === undefined ? undefined : parseIdPrefix(input.thread);
  const search = input.search?.toLowerCase();
  return (message) =>
    (from === undefined || message.from === from) &&
    (thread === undefined || message.thread.startsWith(thread)) &&
    (search === undefined || `${message.subject}\n${message.body}`.toLowerCase().includes(search));
}
