/** What the store needs of the world. Types only: the git folder implements them, tests have them in memory. */
import type { Oid, RecordId, RefName } from './names.ts';

/** Time as this machine tells it. Wall time may be wrong or jump; uptime only grows, suspend included, until a reboot. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Milliseconds since boot. */
  uptime(): number;
  /** Changes with every boot, so that uptimes of two boots are never compared. */
  bootId(): string;
  sleep(milliseconds: number): Promise<void>;
}

export interface Ids {
  /** A new ULID; later calls in one process sort after earlier ones. */
  record(): RecordId;
  /** 80 random bits as 16 characters of `0-9a-z`: nonces and clone ids. */
  nonce(): string;
}

/** Where a repository is. Paths are absolute. */
export interface RepositoryPaths {
  /** This worktree's git directory. */
  readonly gitDir: string;
  /** The directory that all worktrees share. */
  readonly commonDir: string;
  /** null in a bare repository. */
  readonly workTree: string | null;
}

/** A uniform number in [0, 1), for jitter. */
export type Random = () => number;

export type TreeMode = '100644' | '100755' | '120000' | '160000' | '40000';

export interface TreeEntry {
  readonly name: string;
  readonly mode: TreeMode;
  readonly oid: Oid;
}

export interface CommitObject {
  readonly oid: Oid;
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  /** Seconds since 1970. */
  readonly committedAt: number;
  readonly message: string;
}

export interface Person {
  readonly name: string;
  readonly email: string;
}

export interface NewCommit {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  readonly message: string;
  readonly author: Person;
  /** Seconds since 1970, UTC. */
  readonly at: number;
  /** What a Signer made of everything above, lines that end in LF. */
  readonly signature?: string;
}

/** Signs commits with the key of whoever runs this. Nothing prompts, and every call ends within a time budget. */
export interface Signer {
  /**
   * The signature that belongs into the commit.
   * @throws AgentOsError CANNOT_SIGN
   */
  sign(commit: NewCommit): Promise<string>;
}

/** Read side of the object database. A missing object is `null`, a wrong type an AgentOsError GIT_FAILED. */
export interface ObjectReader {
  /** The commit that a revision (ref name or oid) names now. */
  commit(revision: Oid | RefName): Promise<CommitObject | null>;
  /** In git's order, as stored: entries are not checked. */
  tree(oid: Oid): Promise<readonly TreeEntry[] | null>;
  blob(oid: Oid): Promise<Uint8Array | null>;
}

/**
 * Write side. Objects that exist are freshened so that a concurrent gc keeps them.
 * @throws AgentOsError DISK_FULL, GIT_FAILED
 */
export interface ObjectWriter {
  blob(content: Uint8Array): Promise<Oid>;
  /** Entries in any order; an empty tree is allowed. */
  tree(entries: readonly TreeEntry[]): Promise<Oid>;
  commit(commit: NewCommit): Promise<Oid>;
}

/** A ref's move with its precondition: `expect: null` means that the ref must not exist. `to` differs from `expect`. */
export interface RefEdit {
  readonly ref: RefName;
  readonly expect: Oid | null;
  readonly to: Oid;
}

/**
 * What became of a transaction.
 * - `done`: every ref moved.
 * - `lost`: none moved, because the refs in `found` were not as expected; these are their present values.
 * - `refused`: none moved, although all were as expected; `reason` has the words of git or the host.
 * - `unknown`: the answer was cut off and the refs could not be read again; `reason` says how.
 */
export type TransactionOutcome =
  | { readonly status: 'done' }
  | { readonly status: 'lost'; readonly found: ReadonlyMap<RefName, Oid | null> }
  | { readonly status: 'refused'; readonly reason: string }
  | { readonly status: 'unknown'; readonly reason: string };

/**
 * All-or-nothing compare-and-swap over refs. Two implementations: `git update-ref --stdin` in this repository,
 * `git push --atomic` with leases on a remote.
 */
export interface RefStore {
  /**
   * Move every ref of `edits`, or none of them; at most one edit per ref.
   * @throws AgentOsError REMOTE_UNREACHABLE when nothing was sent, REF_LOCKED, DISK_FULL
   */
  transact(edits: readonly RefEdit[]): Promise<TransactionOutcome>;
  /**
   * The refs whose full name equals a pattern, or begins with it when it ends in `/`, read now.
   * @throws AgentOsError REMOTE_UNREACHABLE
   */
  read(patterns: readonly string[]): Promise<ReadonlyMap<RefName, Oid>>;
}

/** Questions about history that only a walk over commits answers. */
export interface HistoryReader {
  /** Whether `ancestor` is reachable from `tip`; a commit is reachable from itself. */
  isReachable(ancestor: Oid, tip: Oid): Promise<boolean>;
  /** The tips that no other of them reaches, sorted by oid, without repetition. */
  maximal(tips: readonly Oid[]): Promise<readonly Oid[]>;
  /**
   * The operation commits (neither merges of agent-os nor anything else with several parents) that are reachable
   * from `tip` and from none of `without`, oldest first.
   */
  operations(tip: Oid, without: readonly Oid[]): Promise<readonly CommitObject[]>;
}

/** What a remote had when it was last fetched, as kept in `refs/agent-os/remote/<name>/`. */
export interface Mirror {
  readonly branch: Oid | null;
  readonly claims: Oid | null;
  /** By clone id. */
  readonly outboxes: ReadonlyMap<string, Oid>;
  /** By the lock ref's name on the remote, `refs/agent-os/locks/<encoded>`. */
  readonly locks: ReadonlyMap<RefName, Oid>;
}

/** What a push said of one ref. `behind`: the ref was not as expected; `refused`: the host's words are in `reason`. */
export type OfferOutcome =
  | { readonly status: 'done' | 'behind' }
  | { readonly status: 'refused' | 'unknown'; readonly reason: string };

/**
 * One git remote. Nothing prompts, no hook of the user runs, and every call ends within the time budget.
 * @throws AgentOsError REMOTE_UNREACHABLE when it could not be asked at all
 */
export interface Remote {
  readonly name: string;
  /** The mirror as it is on disk; no network. */
  readMirror(): Promise<Mirror>;
  /** One round trip: bring branch, claims, locks and outboxes with their objects, drop what is gone, return the result. */
  fetch(): Promise<Mirror>;
  /**
   * One push that is *not* atomic: each ref for itself. `lease` given: moved only from that value (null: must not
   * exist), even if that is no fast-forward. Without it: fast-forward only. Refs that moved are moved in the mirror too.
   */
  offer(
    updates: readonly { readonly ref: RefName; readonly to: Oid; readonly lease?: Oid | null }[],
  ): Promise<ReadonlyMap<RefName, OfferOutcome>>;
  /** Compare-and-swap on the remote's own refs. Refs that moved are moved in the mirror too. */
  readonly refs: RefStore;
}

/**
 * Small JSON documents that belong to this clone and are shared by its processes. They survive a crash whole: a
 * reader sees the document before or after an update, never between.
 * @throws AgentOsError DISK_FULL
 */
export interface StateFiles {
  /** null: there is no such document, or it is not JSON. */
  read(name: string): Promise<unknown>;
  /**
   * Read, change and write as one step that no other process of the clone interrupts; `change` is called once and
   * does not wait for anything. Returning null removes the document.
   */
  update(name: string, change: (current: unknown) => unknown): Promise<void>;
}

/** A process of this machine; the start time tells it from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

export interface Processes {
  self(): ProcessIdentity;
  isAlive(process: ProcessIdentity): boolean;
}

/** Files of messages, kept where people and agents can read them. */
export interface SavedFiles {
  /**
   * The absolute path of a file; `read` is called when it is not there yet.
   * @param file - `name` is one path component, checked by the caller; `size` in bytes
   * @throws AgentOsError DISK_FULL
   */
  save(
    file: { readonly id: RecordId; readonly name: string; readonly size: number },
    read: () => Promise<Uint8Array>,
  ): Promise<string>;
  /** Remove what belongs to messages older than this one. */
  removeBefore(id: RecordId): Promise<void>;
}
