import * as z from 'zod/mini';
import { agentName, day, describe, type Known, lazily, recordId } from './parts.ts';

export const retentionSchema = lazily(() =>
  z.looseObject({
    messages: z.optional(describe(z.record(agentName, recordId), 'By recipient: older messages are gone.')),
    logs: z.optional(describe(z.record(agentName, day), 'By agent: older log days are gone.')),
    sessions: z.optional(describe(z.record(agentName, recordId), 'By agent: older sessions are gone.')),
    attachments: z.optional(describe(recordId, 'Older attachments are gone.')),
  }),
);

/** What gc has removed, as watermarks: a merge drops what is smaller, and keeps the larger watermark. */
export type Retention = Omit<
  Known<z.infer<ReturnType<typeof retentionSchema>>>,
  'messages' | 'logs' | 'sessions'
> & {
  messages?: Record<string, string>;
  logs?: Record<string, string>;
  sessions?: Record<string, string>;
};
