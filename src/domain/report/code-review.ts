import type { ForeignEnd } from '../locks/lock-note.ts';
/** What a report asks of git beside the branch. Types only: the git folder implements them. */
import type { Oid, RefName } from '../names.ts';
import type { CommitTrailers } from './commit-trailers.ts';

/** Two commits of the code, `A..B` as people typed it. */
export interface CommitRange {
  readonly text: string;
  /** What is reachable from it does not count. */
  readonly from: Oid;
  readonly to: Oid;
  /** The branch that `to` was named by; null for an oid, a tag or a detached HEAD. */
  readonly branch: string | null;
}

/** A commit of the code with what it touches. Times are seconds since 1970. */
export interface RangeCommit {
  readonly oid: Oid;
  readonly parents: readonly Oid[];
  readonly author: string;
  readonly authoredAt: number;
  readonly committedAt: number;
  readonly message: string;
  /** What the message says of its makers and locks. */
  readonly trailers: CommitTrailers;
  /** Relative to the repository's root; none for a merge. */
  readonly paths: readonly string[];
}

/** A branch with commits that a range does not have. */
export interface UnmergedBranch {
  /** `topic`, `origin/topic`. */
  readonly name: string;
  readonly tip: Oid;
  /** Newest first, with the commits that other branches share. */
  readonly commits: readonly RangeCommit[];
}

/** One record commit of a lock's ref, not decoded. */
export interface LockStep {
  readonly oid: Oid;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `held database-schema by go-backend until … #17`, `free database-schema #17`. */
  readonly subject: string;
  /** How leases of the record before it ended, where their holders did not do it. */
  readonly foreignEnd: ForeignEnd | null;
}

/** The story of one lock, oldest record first. */
export interface LockChain {
  readonly ref: RefName;
  readonly scope: 'remote' | 'local';
  readonly steps: readonly LockStep[];
}

/** Reads the code's history, other branches and the chains of lock records; changes nothing. */
export interface CodeReview {
  /**
   * The range that was typed; null: from the remote's main branch to HEAD. What is missing of it is fetched.
   * @throws AgentOsError BAD_VALUE (no range, a side that names no commit, no main branch to begin at), and what
   *   CodeAudit.resolveRange throws
   */
  resolve(range: string | null): Promise<CommitRange>;
  /** Newest first, at most `limit`. */
  commits(range: Pick<CommitRange, 'from' | 'to'>, limit: number): Promise<readonly RangeCommit[]>;
  /**
   * Branches of this clone and its remote that have commits of the last `days` which neither side of the range has.
   * `left` counts those that were left out for their number.
   */
  unmerged(
    range: Pick<CommitRange, 'from' | 'to'>,
    days: number,
  ): Promise<{ readonly branches: readonly UnmergedBranch[]; readonly left: number }>;
  /**
   * Patch ids (git-patch-id(1), --stable) of those commits that are here and change something, by oid.
   * @throws AgentOsError GIT_FAILED when the changes are too large to be read in ten seconds
   */
  patchIds(commits: readonly Oid[]): Promise<ReadonlyMap<Oid, string>>;
  /**
   * The patch id of everything between two commits as one change; null when nothing differs, or one is not here.
   * @throws AgentOsError as patchIds
   */
  combinedPatchId(from: Oid, to: Oid): Promise<string | null>;
  /** Every lock's records since a time in milliseconds; those without any have an empty story. */
  lockChains(since: number): Promise<readonly LockChain[]>;
}
