import * as z from 'zod/mini';
import { agentName, commit, describe, type Known, lazily, operation, time } from './parts.ts';

export const conflictSchema = lazily(() =>
  z.looseObject({
    id: describe(
      z.string().check(z.regex(/^[0-9a-f]{16,64}$/)),
      'Hash of file, pointer and operation, or of the blob.',
    ),
    kind: describe(z.enum(['value', 'broken']), 'Two set one key, or a file could not be read.'),
    file: z.string(),
    pointer: z.optional(describe(z.string(), 'JSON pointer (RFC 6901) of the key.')),
    op: z.optional(describe(operation, 'The operation that lost.')),
    by: z.optional(describe(agentName, 'The agent that lost.')),
    value: z.optional(describe(z.unknown(), 'What it set; absent when it deleted.')),
    blob: z.optional(describe(commit, 'The unreadable bytes, as an object of this repository.')),
    reason: z.optional(z.string()),
    resolved_at: z.optional(time),
  }),
);

/** Something that a merge decided and that people should see. */
export type Conflict = Known<z.infer<ReturnType<typeof conflictSchema>>>;
