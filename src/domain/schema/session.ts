import * as z from 'zod/mini';
import {
  agentName,
  cloneId,
  commit,
  describe,
  type Known,
  lazily,
  operation,
  recordId,
  time,
} from './parts.ts';

export const sessionSchema = lazily(() =>
  z.looseObject({
    id: recordId,
    agent: agentName,
    status: z.enum(['active', 'done', 'abandoned']),
    task: z.string(),
    branch: z.optional(describe(z.string(), 'The code branch that is checked out.')),
    worktree: z.optional(describe(z.string(), 'Name of the worktree.')),
    base: z.optional(describe(commit, 'The commit that was checked out when the session began.')),
    clone: cloneId,
    started_at: time,
    heartbeat_at: time,
    ended_at: z.optional(time),
    summary: z.optional(z.string()),
    commits: z.array(commit),
    patches: z.optional(
      describe(
        z.array(commit),
        'Patch ids of the commits, and of all of them as one change: what is left of them after a rebase or a squash.',
      ),
    ),
    hlc: describe(operation, 'The operation that wrote this last; in a merge the larger wins.'),
  }),
);

/** One announced task of an agent in one worktree; written by that session only. */
export type Session = Known<z.infer<ReturnType<typeof sessionSchema>>>;
