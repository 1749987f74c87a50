/** What the hooks need of git. Types only: src/git implements them. */
import type { Oid, RefName } from './names.ts';
import type { StateFiles } from './ports.ts';

/** A line of pre-push's standard input, see githooks(5); null: the ref does not exist on that side. */
export interface PushedRef {
  readonly local: Oid | null;
  readonly ref: RefName;
  readonly remote: Oid | null;
}

export interface PushedWork {
  /** What the commits change that the remote does not have yet; merges by combined diff. */
  readonly paths: readonly string[];
  /** Messages of those commits. */
  readonly messages: readonly string[];
}

/** The notes that hooks leave for the work in the background. */
export interface Journal {
  isPending(): boolean;
  /**
   * What was noted up to now, oldest first, as files of its own that stay until `done`: what a killed process has
   * taken is taken again by the next one.
   */
  take(): Promise<readonly { readonly text: string; done(): Promise<void> }[]>;
  /** Tells the hooks that notes from now on need another process; see agent_os_work in hooks/agent-os.sh. */
  giveUpPost(): void;
}

export interface HookPorts {
  /** What is checked out in this worktree; null: no commit yet. */
  head(): Promise<Oid | null>;
  /** See listStagedPaths. */
  stagedPaths(): Promise<readonly string[]>;
  /** @param remote - its name; null: a bare URL, of which nothing is known */
  pushedWork(refs: readonly PushedRef[], remote: string | null): Promise<PushedWork>;
  readMessage(file: string): Promise<string>;
  /** Adds those trailers that the message does not have yet, by git-interpret-trailers(1). */
  addTrailers(file: string, lines: readonly string[]): Promise<void>;
  /** Leaves trailers for the message hook of the same git process. */
  handOver(process: string, lines: readonly string[]): Promise<void>;
  /** Author and time of authorship, which survive amend, rebase and cherry-pick; null: no such commit. */
  authorship(oid: Oid): Promise<string | null>;
  /**
   * Replaces the marker of this worktree; null: there is none from now on, and every hook asks.
   * @param at - wall clock, milliseconds, from before anything was read for it: what changed since is newer
   */
  writeMarker(line: string | null, at: number): Promise<void>;
  readonly journal: Journal;
  /** Of this clone. */
  readonly files: StateFiles;
}
