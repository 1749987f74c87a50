/** What use cases ask of the user's repository itself. Types only: the git folder implements them. */
import type { Checkout } from '../domain/checkout.ts';
import type { CodeAudit } from '../domain/code-audit.ts';
import type { Oid } from '../domain/names.ts';
import type { ObjectReader, ObjectWriter, RefStore } from '../domain/ports.ts';

/** Git's configuration of this repository, and its remotes. */
export interface UserConfig {
  set(key: string, value: string): Promise<void>;
  /** Removes every value of the key; nothing happens when it is not set. */
  unset(key: string): Promise<void>;
  remotes(): Promise<readonly { readonly name: string; readonly fetchUrl: string }[]>;
}

/** What a remote lets this clone do. */
export interface Capabilities {
  /** Refs outside of heads and tags: locks and outboxes. */
  readonly customRefs: boolean;
  /** Several refs in one push, all or none: locks on paths or on several resources. */
  readonly atomic: boolean;
  /** A push that names a wrong old value is rejected: every lock. */
  readonly lease: boolean;
  /** Refs can be removed again: what gc does. */
  readonly delete: boolean;
  /** The host's words for what it refused. */
  readonly reasons: readonly string[];
}

/** A file that git leaves behind when it is killed, and that blocks what comes after. */
export interface LockFile {
  /** Absolute. */
  readonly path: string;
  /** Milliseconds since it was last written. */
  readonly age: number;
}

export interface Inspection {
  /** `2.39.5` */
  readonly gitVersion: string;
  readonly objectFormat: 'sha1' | 'sha256';
  readonly refFormat: 'files' | 'reftable';
  readonly isShallow: boolean;
  /** Of the agent-os branch. */
  readonly checkout: Checkout | null;
  /** Every `*.lock` of this repository's refs, index and configuration, and of a remote that is a folder. */
  readonly lockFiles: readonly LockFile[];
  /** Whether the remote is a folder of this machine, whose lock files are among them. */
  readonly isRemoteHere: boolean;
}

/** The notes ref of this repository, and what the remote has of it. */
export interface NotesPorts {
  readonly refs: RefStore;
  /**
   * The remote's notes with their objects; null when it has none, or there is no remote.
   * @throws AgentOsError REMOTE_UNREACHABLE
   */
  fetch(): Promise<Oid | null>;
}

/** What a check works with. */
export interface Audit {
  readonly code: CodeAudit;
  /** Writes to memory only, and reads from there and from the repository. */
  readonly scratch: { readonly reader: ObjectReader; readonly writer: ObjectWriter };
}
