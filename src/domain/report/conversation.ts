import type { AgentName, RecordId } from '../names.ts';
import type { Message } from '../schema/message.ts';
import type { Session } from '../schema/session.ts';
import { isOpenTask } from '../tasks.ts';
import { workingTime } from './attribution.ts';

/** A message, whoever received it. Times are ISO 8601. */
export interface ReportMessage {
  readonly id: RecordId;
  readonly thread: RecordId;
  readonly kind: Message['kind'];
  readonly from: AgentName;
  readonly to: readonly AgentName[];
  readonly subject: string;
  readonly body: string;
  readonly priority: Message['priority'];
  readonly sentAt: string;
  /** Of the range, that sent it; null for what others wrote to them. */
  readonly session: RecordId | null;
  readonly replyTo: RecordId | null;
  readonly attachments: readonly { readonly name: string; readonly size: number }[];
  readonly ackRequired: boolean;
  /** Those of the receivers who owe an acknowledgement. */
  readonly waitingFor: readonly AgentName[];
  /** Those of a task's receivers who have neither done nor declined it. */
  readonly openFor: readonly AgentName[];
}

/** Answers may come this much later than a session's end, in milliseconds. */
export const ANSWERS_WITHIN = 7 * 86_400_000;

/**
 * What the sessions said, what was answered in those threads, and what asked their agents for an acknowledgement that
 * it never got, or for work that is not done. A message of an agent that names no session is tied by time.
 * @param now - milliseconds since 1970
 * @returns oldest first; one entry for each message, however many received it
 */
export function selectMessages(
  messages: readonly Message[],
  sessions: readonly Session[],
  now: number,
): readonly ReportMessage[] {
  const times = sessions.map((session) => ({ session, ...workingTime(session, now) }));
  const senderOf = ({ session, from, sent_at }: Message): RecordId | null => {
    if (session !== undefined) return times.some((one) => one.session.id === session) ? session : null;
    const at = Date.parse(sent_at);
    const fitting = times.filter((one) => one.session.agent === from && at >= one.start && at <= one.end);
    return fitting[0]?.session.id ?? null;
  };
  const own = new Map(messages.map((message) => [message, senderOf(message)]));
  const threads = new Set([...own].filter(([, session]) => session !== null).map(([{ thread }]) => thread));
  const owes = (message: Message): boolean => {
    const at = Date.parse(message.sent_at);
    const isTheirs = times.some(
      ({ session, start, end }) => session.agent === message.to && at >= start && at <= end,
    );
    return isTheirs && (isUnacknowledged(message) || isOpenTask(message));
  };

  const byId = new Map<RecordId, Message[]>();
  for (const message of messages) {
    if (own.get(message) === null && !threads.has(message.thread) && !owes(message)) continue;
    byId.set(message.id, [...(byId.get(message.id) ?? []), message]);
  }
  return [...byId.values()].flatMap((copies) => describe(copies, own)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

function describe(
  copies: readonly Message[],
  own: ReadonlyMap<Message, RecordId | null>,
): readonly ReportMessage[] {
  const [first] = copies;
  if (first === undefined) return [];
  const { id, thread, kind, from, subject, body, priority, sent_at, reply_to, attachments } = first;
  const waiting = copies.filter(isUnacknowledged);
  return [
    {
      ...{ id, thread, kind, from, subject, body, priority },
      to: copies.map((copy) => copy.to).sort(),
      sentAt: sent_at,
      session: own.get(first) ?? null,
      replyTo: reply_to ?? null,
      attachments: attachments.map(({ name, size }) => ({ name, size })),
      ackRequired: first.ack_required,
      waitingFor: waiting.map((copy) => copy.to).sort(),
      openFor: copies
        .filter(isOpenTask)
        .map((copy) => copy.to)
        .sort(),
    },
  ];
}

function isUnacknowledged({ ack_required, acked_at }: Message): boolean {
  return ack_required && acked_at === undefined;
}
