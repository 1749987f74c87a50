import * as z from 'zod/mini';
import { agentName, day, describe, type Known, lazily, operation, recordId, time } from './parts.ts';

const entry = lazily(() =>
  z.looseObject({
    at: time,
    text: z.string(),
    session: z.optional(recordId),
  }),
);

export const logSchema = lazily(() =>
  z.looseObject({
    agent: agentName,
    day,
    entries: describe(
      z.record(operation, entry()),
      'By the operation that wrote them; a merge is the union.',
    ),
  }),
);

/** The log entries of one agent and one UTC day. */
export type Log = Omit<Known<z.infer<ReturnType<typeof logSchema>>>, 'entries'> & {
  entries: Record<string, LogEntry>;
};
type LogEntry = Known<z.infer<ReturnType<typeof entry>>>;
