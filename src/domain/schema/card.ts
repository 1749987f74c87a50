import * as z from 'zod/mini';
import { agentName, describe, type Known, lazily, line } from './parts.ts';

const command = lazily(() =>
  z.looseObject({
    name: line,
    args: z.optional(describe(z.string(), 'Its arguments in words: [name] <id>.')),
    description: z.optional(z.string()),
  }),
);
const trigger = lazily(() =>
  z.looseObject({
    when: describe(z.string(), 'In words.'),
    paths: z.optional(describe(z.array(z.string()), 'Globs of changed files.')),
    commits: z.optional(describe(z.array(z.string()), 'Kinds of commits: feat, fix(api), feat!, breaking.')),
    trailers: z.optional(describe(z.array(z.string()), 'Trailers of the commit: Key, or Key: value.')),
  }),
);
const gate = lazily(() =>
  z.looseObject({
    name: line,
    require: z.optional(describe(z.string(), 'What it asks for: >= 80 %, no errors, passed.')),
  }),
);

export const cardSchema = lazily(() =>
  z.looseObject({
    name: agentName,
    description: z.optional(z.string()),
    specialization: z.optional(z.string()),
    tools: z.optional(z.array(z.string())),
    color: z.optional(z.string()),
    owns: z.optional(describe(z.array(z.string()), 'Globs of the files that this agent answers for.')),
    resources: z.optional(describe(z.array(z.string()), 'Resources that this agent locks.')),
    commands: z.optional(describe(z.array(command()), 'What others address as @agent:NAME COMMAND.')),
    triggers: z.optional(z.array(trigger())),
    coordinates_with: z.optional(describe(z.array(agentName), 'Specialists to check before making changes.')),
    gates: z.optional(z.array(gate())),
    keys: z.optional(
      describe(z.array(z.string()), 'Keys that sign for this agent: ssh-ed25519 AAAA…, openpgp:FINGERPRINT.'),
    ),
    body: z.optional(describe(z.string(), 'The Markdown of the definition.')),
  }),
);

/** An agent's definition. */
export type Card = Known<z.infer<ReturnType<typeof cardSchema>>>;
