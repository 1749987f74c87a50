import type { Oid } from './names.ts';

export interface CodeCommit {
  readonly oid: Oid;
  readonly subject: string;
  readonly author: string;
  /** Seconds since 1970. */
  readonly committedAt: number;
}

/** One commit, and what it changes. */
export interface CommitDetail extends CodeCommit {
  /** Seconds since 1970; a rebase and a cherry-pick keep it. */
  readonly authoredAt: number;
  /** All of it, subject first. */
  readonly message: string;
  readonly trailers: readonly { readonly key: string; readonly value: string }[];
  /**
   * Changed paths, in both names of a rename; of a merge only what differs from all of its parents. Empty too where a
   * shallow clone does not have the parent to compare with.
   */
  readonly paths: readonly string[];
  /**
   * The same for two commits that make the same change of the same files, such as one and its amended or rebased
   * copy; null when nothing is changed.
   */
  readonly change: string | null;
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
  /** Details of commits, in their order; what names no commit of this repository is left out. */
  details(commits: readonly Oid[]): Promise<readonly CommitDetail[]>;
}
