import * as z from 'zod/mini';
import { guardsSchema } from './guards.ts';
import { describe, duration, type Known, lazily, lease, line } from './parts.ts';
import { serverSchema } from './server-policy.ts';
import { verifySchema } from './verify-policy.ts';

const resource = lazily(() =>
  z.looseObject({
    paths: describe(z.array(z.string()), 'Globs of the files that a lock on the resource covers.'),
    description: z.optional(line),
  }),
);

const locks = lazily(() =>
  z.looseObject({
    ttl: z.optional(describe(lease, 'How long a lock lives without renewal. Default 2h.')),
    grace: z.optional(
      describe(duration, 'Added to the lifetime before anyone takes a lock over. Default 10s.'),
    ),
    max_skew: z.optional(describe(duration, 'How far clocks are assumed to differ at most. Default 10m.')),
    max_unvouched_skew: z.optional(
      describe(duration, 'The same for a record whose age nothing vouches for. Default 24h.'),
    ),
  }),
);

const retention = lazily(() =>
  z.looseObject({
    messages: z.optional(describe(duration, 'How long read messages are kept. Default 30d.')),
    logs: z.optional(describe(duration, 'How long log entries are kept. Default 90d.')),
    sessions: z.optional(describe(duration, 'How long ended sessions are kept. Default 30d.')),
    tombstones: z.optional(describe(duration, 'How long released locks are kept. Default 30d.')),
  }),
);

export const configSchema = lazily(() =>
  z.looseObject({
    resources: z.optional(describe(z.record(z.string(), resource()), 'What can be locked by name.')),
    groups: z.optional(
      describe(z.record(z.string(), z.array(z.string())), 'Agents by group: send to @group.'),
    ),
    locks: z.optional(locks()),
    retention: z.optional(retention()),
    guards: z.optional(describe(guardsSchema(), 'What hooks refuse, or warn of.')),
    verify: z.optional(describe(verifySchema(), 'How bad is what `agent-os verify` finds.')),
    server: z.optional(describe(serverSchema(), "What the hook of a server of one's own knows.")),
  }),
);

/** The team's policy as written in config.yaml. */
export type Config = Known<z.infer<ReturnType<typeof configSchema>>>;
