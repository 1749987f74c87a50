import { encode } from '../domain/codec.ts';
import { AgentOsError } from '../domain/errors.ts';
import { newMessagePath } from '../domain/layout.ts';
import type { AgentName, RecordId } from '../domain/names.ts';
import type { Message } from '../domain/schema/message.ts';
import type { Change, OperationContext } from '../store/branch.ts';
import { type AttachedFile, planAttachments } from './attachments.ts';
import { findMessage } from './mailbox.ts';
import { type MessageView, viewMessage } from './message-view.ts';
import { listAgentNames, resolveRecipients } from './recipients.ts';
import { formatTime } from './records.ts';
import { checkText, firstLine } from './text-input.ts';
import type { Workspace } from './workspace.ts';

const SUBJECT_LIMIT = 200;

export interface SendInput {
  readonly agent?: string;
  /** Agents, `@all`, `@group`; empty only in a reply, which then goes to the sender of that message. */
  readonly to: readonly string[];
  readonly text: string;
  /** Default: the first line of the text. */
  readonly subject?: string;
  /** Id of a message of one's own inbox, or how it begins; its thread goes on. */
  readonly replyTo?: string;
  readonly priority?: Message['priority'];
  readonly ackRequired?: boolean;
  readonly attachments?: readonly AttachedFile[];
}

export interface SendResult {
  /** One for each recipient; they share the id. */
  readonly messages: readonly MessageView[];
  /** Recipients that have neither card nor session yet; the message waits for them. */
  readonly unknown: readonly AgentName[];
}

/**
 * Send one message, as one operation, whatever the number of recipients.
 * @throws AgentOsError BAD_NAME, BAD_VALUE, TOO_LARGE, NOT_FOUND, AMBIGUOUS, NOT_INITIALISED, and what Branch.commit throws
 */
export async function sendMessage(workspace: Workspace, input: SendInput): Promise<SendResult> {
  const body = checkText(input.text, 'the message');
  const subject = input.subject === undefined ? defaultSubject(body) : parseSubject(input.subject);
  const id = workspace.ids.record();
  const who = await workspace.identify(input.agent);
  const { result } = await workspace.branch.commit<SendResult>({
    ...who,
    async plan(context) {
      const { snapshot } = context;
      const parent =
        input.replyTo === undefined ? null : await findMessage(snapshot, who.agent, input.replyTo);
      const wanted = parent !== null && input.to.length === 0 ? [parent.message.from] : input.to;
      const to = await resolveRecipients(snapshot, wanted, who.agent);
      const known = await listAgentNames(snapshot);
      const { messages, changes } = planMessages(workspace, context, {
        id,
        from: who.agent,
        session: who.session,
        to,
        subject,
        body,
        ...(parent !== null && { replyTo: parent.message }),
        ...(input.priority !== undefined && { priority: input.priority }),
        ...(input.ackRequired !== undefined && { ackRequired: input.ackRequired }),
        ...(input.attachments !== undefined && { attachments: input.attachments }),
      });
      return {
        subject: `message: ${who.agent} → ${describeRecipients(to)}: ${subject}`,
        changes,
        result: {
          messages: messages.map(viewMessage),
          unknown: to.filter((agent) => agent !== who.agent && !known.includes(agent)),
        },
      };
    },
  });
  return result;
}

/** A message before it is written. */
export interface Draft {
  readonly id: RecordId;
  readonly from: AgentName;
  readonly session: RecordId | null;
  readonly to: readonly AgentName[];
  readonly subject: string;
  readonly body: string;
  readonly kind?: Message['kind'];
  readonly replyTo?: Message;
  readonly priority?: Message['priority'];
  readonly ackRequired?: boolean;
  readonly attachments?: readonly AttachedFile[];
  /** What the message says beside its text. */
  readonly more?: Partial<Pick<Message, 'command' | 'trigger' | 'commit' | 'paths'>>;
  /** ISO 8601; default: now. */
  readonly sentAt?: string;
}

/**
 * The records of a message, one for each recipient, as changes for an operation that may change more than this.
 * @throws AgentOsError BAD_NAME, TOO_LARGE (attachments)
 */
export function planMessages(
  workspace: Workspace,
  context: OperationContext,
  draft: Draft,
): { readonly messages: readonly Message[]; readonly changes: readonly Change[] } {
  const { attachments, changes } = planAttachments(draft.id, draft.attachments ?? []);
  const messages = draft.to.map(
    (to): Message => ({
      id: draft.id,
      thread: draft.replyTo?.thread ?? draft.id,
      kind: draft.kind ?? 'message',
      from: draft.from,
      to,
      subject: draft.subject,
      body: draft.body,
      priority: draft.priority ?? 'normal',
      ack_required: draft.ackRequired ?? false,
      ...(draft.replyTo !== undefined && { reply_to: draft.replyTo.id }),
      sent_at: draft.sentAt ?? formatTime(workspace.clock.now()),
      attachments,
      ...draft.more,
      ...(draft.session !== null && { session: draft.session }),
      op: context.id,
    }),
  );
  const files = messages.map((message) => ({
    path: newMessagePath(message.to, message.id),
    content: encode('message', message),
  }));
  return { messages, changes: [...changes, ...files] };
}

/** For a commit's subject: the one recipient, or how many there are. */
export function describeRecipients(to: readonly AgentName[]): string {
  return to.length > 3 ? `${to.length} agents` : to.join(', ');
}

export function defaultSubject(body: string): string {
  return firstLine(body, 100) || '(no text)';
}

/** @throws AgentOsError BAD_VALUE, TOO_LARGE */
export function parseSubject(text: string): string {
  const subject = checkText(text, 'the subject', SUBJECT_LIMIT);
  if (!/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(subject)) return subject;
  throw new AgentOsError('BAD_VALUE', 'the subject has line ends or other control characters', {
    hint: 'Give one line; the rest belongs into the text.',
  });
}
