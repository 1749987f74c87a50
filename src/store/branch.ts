import type { AgentName, Oid, RecordId } from '../domain/names.ts';
import type { OperationId } from '../domain/operation.ts';
import type { TreeEntry } from '../domain/ports.ts';

/**
 * One consistent view of the branch: everything is read from the commit that was the tip when it was taken.
 * Paths are `/`-separated, relative to the branch's root, never beginning with `/`; the root is ''.
 */
export interface Snapshot {
  /** null: the branch does not exist here yet; then everything is absent. */
  readonly tip: Oid | null;
  /** The largest hybrid logical clock among the tip and its ancestors; 0 for an empty branch. */
  readonly clock: number;
  /** The bytes of a regular file; null when there is none (or a symlink, submodule or folder stands there). */
  read(path: string): Promise<Uint8Array | null>;
  /** Safe entries of a folder by name (no `.git`, `..`, symlinks, submodules); empty when there is none. */
  list(path: string): Promise<readonly TreeEntry[]>;
  /** The names of a folder that are as if they were not there: symlinks, submodules, what could lead out of the tree. */
  unfollowed(path: string): Promise<readonly string[]>;
  /**
   * What keeps a regular file from standing at `path`: the first part of it at which something else stands, a file or
   * symlink in place of a folder among it; null: nothing does.
   */
  obstacle(path: string): Promise<string | null>;
  /** Every regular file below a folder, in path order, without reading its bytes. */
  walk(path: string): AsyncIterable<{ readonly path: string; readonly oid: Oid }>;
}

/** A file to write (text is UTF-8) or, with null, to remove. */
export interface Change {
  readonly path: string;
  readonly content: string | Uint8Array | null;
}

export interface OperationContext {
  readonly snapshot: Snapshot;
  readonly id: OperationId;
  /** The clock of `id`, as milliseconds since 1970. */
  readonly clock: number;
}

/** What an operation does to the snapshot it was given. No changes: nothing is committed. */
export interface OperationPlan<T> {
  /** The commit's subject, for people; control characters are removed and it is cut at 100 characters. */
  readonly subject: string;
  readonly changes: readonly Change[];
  readonly result: T;
}

export interface Operation<T> {
  readonly agent: AgentName;
  readonly session: RecordId | null;
  /** Runs again, on a newer snapshot and with a later clock, when another writer was first; the id's ULID stays. */
  plan(context: OperationContext): Promise<OperationPlan<T>>;
}

export interface Committed<T> {
  readonly id: OperationId;
  /** The commit of this operation, or the unchanged tip when the plan had no changes. */
  readonly commit: Oid | null;
  readonly changed: boolean;
  readonly result: T;
}

/** The branch as a database. */
export interface Branch {
  snapshot(): Promise<Snapshot>;
  /**
   * One operation, one commit. When this returns, the commit is on the local branch: the ref moved by
   * compare-and-swap, and its objects were there afterwards.
   * @throws AgentOsError LOST_RACE, DISK_FULL, REF_LOCKED, CANNOT_SIGN, GIT_FAILED, and whatever `plan` throws
   */
  commit<T>(operation: Operation<T>): Promise<Committed<T>>;
  /**
   * Make the local branch contain `tips` too: replace it by a tip that has all its operations, or join (see
   * join-trees.ts) and commit the merge that every clone would make of the same tips.
   * @returns the new tip, and how it came about
   */
  join(
    tips: readonly Oid[],
  ): Promise<{ readonly tip: Oid | null; readonly how: 'same' | 'replaced' | 'merged' }>;
}
