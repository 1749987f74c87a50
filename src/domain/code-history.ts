import type { Oid } from './names.ts';

export interface CodeCommit {
  readonly oid: Oid;
  readonly subject: string;
  readonly author: string;
  /** Seconds since 1970. */
  readonly committedAt: number;
}

/** What is asked about the history of the code, which agent-os never changes. */
export interface CodeHistory {
  /** What is checked out in this worktree: no branch when HEAD is detached, no commit before the first one. */
  head(): Promise<{ readonly branch: string | null; readonly commit: Oid | null }>;
  /**
   * The commits of `A..B`, without merges, newest first, at most `limit`; an empty side is HEAD.
   * @throws AgentOsError BAD_VALUE (no range, or a side that names no commit)
   */
  range(range: string, limit: number): Promise<readonly CodeCommit[]>;
}
