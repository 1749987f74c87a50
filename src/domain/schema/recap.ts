import * as z from 'zod/mini';
import { agentName, commit, describe, type Known, lazily, line, operation, recordId, time } from './parts.ts';

const section = lazily(() => z.looseObject({ heading: line, text: z.string() }));
const gate = lazily(() =>
  z.looseObject({
    name: line,
    passed: z.boolean(),
    detail: z.optional(describe(z.string(), 'What was measured: 84 %, no findings.')),
  }),
);

export const recapSchema = lazily(() =>
  z.looseObject({
    id: recordId,
    agent: agentName,
    at: time,
    title: line,
    sections: describe(z.array(section()), 'The headings of the body and their text, in order.'),
    body: describe(z.string(), 'The whole recap as Markdown.'),
    commits: z.array(commit),
    session: z.optional(recordId),
    gates: z.optional(describe(z.array(gate()), 'Quality gates and how they came out.')),
    op: operation,
  }),
);

/** What an agent did and decided. */
export type Recap = Known<z.infer<ReturnType<typeof recapSchema>>>;
