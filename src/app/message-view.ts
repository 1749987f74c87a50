import type { AgentName, RecordId } from '../domain/names.ts';
import type { Message } from '../domain/schema/message.ts';

/** A message as `--json` shows it. */
export interface MessageView {
  readonly id: RecordId;
  readonly thread: RecordId;
  readonly kind: Message['kind'];
  readonly from: AgentName;
  readonly to: AgentName;
  readonly subject: string;
  readonly body: string;
  readonly priority: Message['priority'];
  readonly replyTo: RecordId | null;
  readonly ackRequired: boolean;
  readonly ackedAt: string | null;
  readonly sentAt: string;
  readonly readAt: string | null;
  readonly attachments: readonly {
    readonly name: string;
    readonly path: string;
    readonly size: number;
    readonly type: string;
  }[];
}

export function viewMessage(message: Message): MessageView {
  return {
    id: message.id,
    thread: message.thread,
    kind: message.kind,
    from: message.from,
    to: message.to,
    subject: message.subject,
    body: message.body,
    priority: message.priority,
    replyTo: message.reply_to ?? null,
    ackRequired: message.ack_required,
    ackedAt: message.acked_at ?? null,
    sentAt: message.sent_at,
    readAt: message.read_at ?? null,
    attachments: message.attachments.map(({ name, path, size, type }) => ({ name, path, size, type })),
  };
}
