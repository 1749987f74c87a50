import * as z from 'zod/mini';
import { agentName, describe, type Known, lazily, operation } from './parts.ts';

const write = lazily(() =>
  z.looseObject({
    op: operation,
    by: z.optional(agentName),
    value: z.optional(describe(z.unknown(), 'A scalar, {} or []; absent: deleted.')),
  }),
);

export const stampsSchema = lazily(() =>
  z.looseObject({
    version: z.optional(describe(z.int(), 'Format version of the plain file, where it is not 1.')),
    seen: describe(
      z.record(z.string(), z.int()),
      'By clone: the clock of its last operation that this document has taken in.',
    ),
    registers: describe(
      z.record(z.string(), z.array(write())),
      'By JSON pointer: who wrote the value, the winner first, then those who lost and were not yet seen by a writer.',
    ),
  }),
);

/** One write of a register: who wrote what. */
export type Write = Known<z.infer<ReturnType<typeof write>>>;
/** All registers of a document, as kept beside it. */
export type Stamps = Known<z.infer<ReturnType<typeof stampsSchema>>>;
