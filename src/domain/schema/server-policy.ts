import * as z from 'zod/mini';
import { agentName, describe, lazily } from './parts.ts';

/** `server` of config.yaml: what the pre-receive hook of a server of one's own knows of who pushes. */
export const serverSchema = lazily(() =>
  z.looseObject({
    users: z.optional(
      describe(
        z.record(z.string(), z.array(agentName)),
        'The agents that each user of the server may act for; a user who is not named may act for none.',
      ),
    ),
    admins: z.optional(
      describe(
        z.array(z.string()),
        'The users who may change `server`, `verify` and `guards` of config.yaml.',
      ),
    ),
  }),
);
