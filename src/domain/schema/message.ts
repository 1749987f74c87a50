import * as z from 'zod/mini';
import { agentName, commit, describe, type Known, lazily, line, operation, recordId, time } from './parts.ts';

const attachment = lazily(() =>
  z.looseObject({
    name: z.string(),
    path: describe(z.string(), 'Path on the branch, attachments/<id>/<name>.'),
    size: describe(z.int().check(z.minimum(0)), 'Bytes.'),
    type: describe(z.string(), 'Media type.'),
    role: z.optional(
      describe(z.enum(['contract', 'types']), 'In a handoff: the API contract, or exported types.'),
    ),
  }),
);

const command = lazily(() =>
  z.looseObject({
    verb: line,
    args: z.array(z.string()),
  }),
);

export const messageSchema = lazily(() =>
  z.looseObject({
    id: recordId,
    thread: describe(recordId, 'Id of the first message of the conversation.'),
    kind: z.enum(['message', 'handoff', 'task']),
    from: agentName,
    to: agentName,
    subject: line,
    body: z.string(),
    priority: z.enum(['low', 'normal', 'high', 'urgent']),
    ack_required: z.boolean(),
    reply_to: z.optional(recordId),
    sent_at: time,
    attachments: z.array(attachment()),
    session: z.optional(describe(recordId, "The sender's session.")),
    command: z.optional(describe(command(), 'Of a task: the command that was addressed to the agent.')),
    trigger: z.optional(
      describe(z.string(), 'The triggers of the card that a commit matched, with "; " between them.'),
    ),
    commit: z.optional(describe(commit, 'The commit of the code that the message is about.')),
    paths: z.optional(describe(z.array(z.string()), 'Paths of that commit.')),
    op: operation,
    read_at: z.optional(time),
    read_by: z.optional(agentName),
    acked_at: z.optional(time),
    accepted_at: z.optional(describe(time, 'Of a task: when its receiver took it on.')),
    closed_at: z.optional(
      describe(time, 'Of a task: when it was done or declined; until then it stays in new/.'),
    ),
    outcome: z.optional(z.enum(['done', 'declined'])),
    answer: z.optional(describe(z.string(), 'What the receiver said when it closed the task.')),
  }),
);

/** What one agent tells another; in new/ while unread. */
export type Message = Known<z.infer<ReturnType<typeof messageSchema>>>;
export type Attachment = Known<z.infer<ReturnType<typeof attachment>>>;
