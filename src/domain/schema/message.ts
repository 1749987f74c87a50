import * as z from 'zod/mini';
import { agentName, describe, type Known, line, operation, recordId, time } from './parts.ts';

const attachment = z.looseObject({
  name: z.string(),
  path: describe(z.string(), 'Path on the branch, attachments/<id>/<name>.'),
  size: describe(z.int().check(z.minimum(0)), 'Bytes.'),
  type: describe(z.string(), 'Media type.'),
});

export const messageSchema = z.looseObject({
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
  attachments: z.array(attachment),
  session: z.optional(describe(recordId, "The sender's session.")),
  op: operation,
  read_at: z.optional(time),
  read_by: z.optional(agentName),
  acked_at: z.optional(time),
});

/** What one agent tells another; in new/ while unread. */
export type Message = Known<z.infer<typeof messageSchema>>;
export type Attachment = Known<z.infer<typeof attachment>>;
