import type { Oid, RefName } from './names.ts';
import type { TreeMode } from './ports.ts';
import type { SignedCommit } from './verify/signatures.ts';

/** A commit as it is audited: with everything that it changes. */
export interface AuditedCommit {
  readonly oid: Oid;
  /** Seconds since 1970. */
  readonly committedAt: number;
  readonly message: string;
  /** Paths that it changes, both names of a rename; for a merge those that differ from every parent. */
  readonly paths: readonly string[];
}

/** Two ends of a range of commits, all of which is here. */
export interface AuditRange {
  readonly from: Oid;
  readonly to: Oid;
}

/** One commit of a chain of records: of a lock's ref. */
export interface ChainLink {
  readonly oid: Oid;
  readonly parents: readonly Oid[];
  readonly subject: string;
}

export interface ListedEntry {
  readonly path: string;
  readonly mode: TreeMode;
  readonly oid: Oid;
  /** Bytes; 0 for a submodule. */
  readonly size: number;
}

/**
 * Questions that a check asks of the repository. What is not here is fetched from the configured remote; where that
 * cannot be done, the answer is an error: not knowing is never an answer.
 * @throws AgentOsError CANNOT_VERIFY, REMOTE_UNREACHABLE
 */
export interface CodeAudit {
  /**
   * The commits of `A..B`, or without a range of the upstream (else the remote's default branch) to HEAD; fetched with
   * all that lies between them when the clone is shallow.
   * @throws AgentOsError BAD_VALUE (no range)
   */
  resolveRange(range: string | null): Promise<AuditRange>;
  /** What `to` has and `from` does not, oldest first. */
  commits(range: AuditRange): Promise<readonly AuditedCommit[]>;
  /** Of those, the ones whose message has a line that begins with `Agent-OS-Lock`, in either case. */
  lockedCommits(range: AuditRange): Promise<readonly AuditedCommit[]>;
  /** What the tips reach and no ref of this repository does, or none of `known`, oldest first; `locked`: as lockedCommits. */
  arrived(
    tips: readonly Oid[],
    options: { readonly locked: boolean; readonly known?: readonly Oid[] },
  ): Promise<readonly AuditedCommit[]>;
  /** Every commit that one of the tips reaches, children before parents. */
  chains(tips: readonly Oid[]): Promise<readonly ChainLink[]>;
  /** Every entry below a commit's tree that is no folder. */
  entries(commit: Oid): Promise<readonly ListedEntry[]>;
  /** Paths that differ between two commits. */
  changedPaths(from: Oid, to: Oid): Promise<readonly string[]>;
  /** The commits without parents that the branch's tip reaches, whose history is fetched first where it is cut off. */
  roots(branch: RefName, tip: Oid): Promise<readonly Oid[]>;
  /** Merges that the tip reaches and `without` does not, the latest first; at most `limit`, null: all of them. */
  merges(
    commits: { readonly tip: Oid; readonly without: readonly Oid[] },
    limit: number | null,
  ): Promise<readonly Oid[]>;
  /**
   * The signatures of what the tips reach and `without` does not, oldest first; without `walk`, of the tips alone.
   * @param allowedSigners - the ssh keys to check them with, as ssh-keygen(1) has that file
   */
  signatures(
    commits: { readonly tips: readonly Oid[]; readonly without: readonly Oid[]; readonly walk: boolean },
    allowedSigners: string,
  ): Promise<readonly SignedCommit[]>;
  /** Refs of this repository that equal a pattern, or begin with it when it ends in `/`. */
  refs(patterns: readonly string[]): Promise<ReadonlyMap<RefName, Oid>>;
}
