import type { AgentName, RecordId } from '../domain/names.ts';
import type { Message } from '../domain/schema/message.ts';
import { type TaskState, taskState } from '../domain/tasks.ts';

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
  /** Of a task. */
  readonly task: {
    readonly state: TaskState;
    readonly verb: string | null;
    readonly args: readonly string[];
    readonly answer: string | null;
  } | null;
  /** The triggers that a commit matched, the commit that the message is about, and paths of it. */
  readonly trigger: string | null;
  readonly commit: string | null;
  readonly paths: readonly string[];
  readonly attachments: readonly {
    readonly name: string;
    readonly path: string;
    readonly size: number;
    readonly type: string;
    /** In a handoff: the API contract, or exported types. */
    readonly role: 'contract' | 'types' | null;
    /** Where the file can be read on this machine; null until it was asked for. */
    readonly file: string | null;
  }[];
}

export function viewMessage(message: Message): MessageView {
  const state = taskState(message);
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
    task:
      state === null
        ? null
        : {
            state,
            verb: message.command?.verb ?? null,
            args: message.command?.args ?? [],
            answer: message.answer ?? null,
          },
    trigger: message.trigger ?? null,
    commit: message.commit ?? null,
    paths: message.paths ?? [],
    attachments: message.attachments.map(({ name, path, size, type, role = null }) => ({
      name,
      path,
      size,
      type,
      role,
      file: null,
    })),
  };
}
