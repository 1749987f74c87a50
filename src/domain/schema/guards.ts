import * as z from 'zod/mini';
import { describe, type Known, lazily, line } from './parts.ts';

const severity = lazily(() => z.enum(['block', 'warn', 'off']));
const globs = lazily(() => z.array(line));

/** `guards` of config.yaml: what the hooks refuse, warn of, or leave alone. */
export const guardsSchema = lazily(() =>
  z.looseObject({
    locks: z.optional(
      describe(severity(), 'A commit that touches what another session has locked. Default block.'),
    ),
    push: z.optional(
      describe(severity(), 'The same for a push, and for locks that were lost. Default block.'),
    ),
    offline: z.optional(
      describe(severity(), 'A check that goes by what was last seen of the remote. Default warn.'),
    ),
    identity: z.optional(describe(severity(), 'A commit outside of any session. Default off.')),
    dispatch: z.optional(
      describe(severity(), 'A line @agent:NAME COMMAND that no definition knows. Default block.'),
    ),
    trailers: z.optional(
      describe(z.enum(['on', 'off']), 'Whether commits name agent, session and locks. Default on.'),
    ),
    exempt_paths: z.optional(describe(globs(), 'Globs of files that no guard looks at.')),
    exempt_agents: z.optional(describe(z.array(line), 'Agents and people whom no guard stops.')),
    require_lock: z.optional(
      describe(globs(), 'Resources or globs that change only under an own lock, as `locks` says.'),
    ),
    fenced_push: z.optional(
      describe(
        z.enum(['off', 'suggest', 'require']),
        'What pre-push says of a push under own locks that is not `agent-os push`. Default suggest.',
      ),
    ),
  }),
);

export type GuardsConfig = Known<z.infer<ReturnType<typeof guardsSchema>>>;

export type Severity = z.infer<ReturnType<typeof severity>>;
