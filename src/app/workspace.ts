import type { CodeHistory } from '../domain/code-history.ts';
import type { HookPorts } from '../domain/hook-ports.ts';
import type { AgentName, CloneId, Oid, RecordId, RefName } from '../domain/names.ts';
import type {
  Clock,
  HistoryReader,
  Ids,
  ObjectReader,
  ObjectWriter,
  Random,
  Remote,
  RepositoryPaths,
  SavedFiles,
} from '../domain/ports.ts';
import type { CodeReview } from '../domain/report/code-review.ts';
import type { Branch } from '../store/branch.ts';
import type { FencedPushOutcome, FencedPushRequest } from '../store/locks/fenced-push.ts';
import type { Locks } from '../store/locks/locks.ts';
import type { Refusal } from '../store/refusals.ts';
import type { FirstContact, FoundElsewhere } from '../store/sync/first-contact.ts';
import type { Publisher } from '../store/sync/publisher.ts';
import type { Sync } from '../store/sync/sync.ts';
import type { Audit, Capabilities, Inspection, NotesPorts, UserConfig } from './repository-ports.ts';

export type { RepositoryPaths } from '../domain/ports.ts';

/** How this clone is set up: git config `agent-os.*`, then defaults. */
export interface Settings {
  /** `agent-os.remote`; null: coordination ends at this repository's worktrees. */
  readonly remote: string | null;
  /** `agent-os.ref`, by default refs/heads/agent-os. */
  readonly branch: RefName;
  /** `agent-os.timeout`: milliseconds that one command may spend on the network. */
  readonly networkBudget: number;
  /** `agent-os.publish`: after a local operation, publish in the background, at once, or with the next sync. */
  readonly publish: 'background' | 'now' | 'manual';
  /** `agent-os.view`: whether work trees show the branch in `.agent-os/`; null: `init` has not been asked yet. */
  readonly view: boolean | null;
  /** `agent-os.notes`: whether a recap of a range is written as notes of its commits, too. */
  readonly notes: boolean;
  /** `agent-os.sign`: whether operations and records of locks are signed, as git would sign a commit. */
  readonly sign: boolean;
}

/** Sessions that are active in this worktree, as a file in its git directory knows them. */
export interface WorktreeSessions {
  list(): Promise<readonly { readonly agent: AgentName; readonly session: RecordId }[]>;
  add(entry: { readonly agent: AgentName; readonly session: RecordId }): Promise<void>;
  remove(session: RecordId): Promise<void>;
  /** Removes a session that has ended, and remembers it wherever it was marked. */
  end(session: RecordId): Promise<void>;
  /** The session that ended last in this worktree. */
  lastEnded(): Promise<{ readonly agent: AgentName; readonly session: RecordId } | null>;
}

/** Who speaks. */
export interface Speaker {
  readonly agent: AgentName;
  /** The one that the agent has active in this worktree. */
  readonly session: RecordId | null;
  /** What says so: a name that was given or configured, the one active session here, or `user.name`. */
  readonly by: 'name' | 'session' | 'person';
}

/** Everything a use case works with. A use case is a function `(workspace, input) → data`; it prints nothing. */
export interface Workspace {
  readonly paths: RepositoryPaths;
  readonly settings: Settings;
  readonly clone: CloneId;
  readonly branch: Branch;
  readonly remote: Remote | null;
  /** Loaded when first asked for. */
  locks(): Promise<Locks>;
  /** Loaded when first asked for; null without a remote. */
  sync(): Promise<Sync | null>;
  /** The one process of this clone that publishes in the background. */
  readonly publisher: Publisher;
  /**
   * Makes sure that this clone has the branch; see first-contact.ts.
   * @param options.isChosen - default: whether the configuration names a ref
   */
  firstContact(options?: { readonly isChosen: boolean }): Promise<FirstContact | FoundElsewhere>;
  /** The configuration of git and its remotes, for what sets up and examines a repository. */
  userConfig(): Promise<UserConfig>;
  /** What git's hooks look at and leave behind; loaded when first asked for. */
  hooks(): Promise<HookPorts>;
  /** What doctor looks at beside the branch. */
  inspection(): Promise<Inspection>;
  /** What a lock file on the remote kept from moving, as far as this clone was told. */
  refusals(): Promise<readonly Refusal[]>;
  /** What the configured remote lets this clone do, tried out; null without a remote. */
  probe(): Promise<Capabilities | null>;
  /** What a check asks of the repository; see src/domain/code-audit.ts. `offline`: nothing is fetched. */
  audit(options: { readonly offline: boolean }): Promise<Audit>;
  /** A push of the user's own refs that fails where a lock was lost; see fenced-push.ts. */
  pushFenced(request: FencedPushRequest): Promise<FencedPushOutcome>;
  /**
   * Removes refs from the remote, each only while it is at the given value; returns those that are gone.
   * Without a remote there are none.
   * @throws AgentOsError REMOTE_UNREACHABLE
   */
  removeRemoteRefs(
    refs: readonly { readonly ref: RefName; readonly expect: Oid }[],
  ): Promise<readonly RefName[]>;
  readonly objects: {
    readonly reader: ObjectReader;
    readonly writer: ObjectWriter;
    readonly history: HistoryReader;
  };
  /** The history of the code: src/git/code-history.ts. */
  readonly code: CodeHistory;
  /** What reports read of the history of code and locks. `offline`: nothing that a range lacks is fetched. */
  review(options: { readonly offline: boolean }): Promise<CodeReview>;
  /** The notes that show recaps beside commits; loaded when first asked for. */
  notes(): Promise<NotesPorts>;
  readonly sessions: WorktreeSessions;
  /** Files that came with messages. */
  files(): Promise<SavedFiles>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  /** SHA-256 in hexadecimal, as the branch's merges use it. */
  readonly hash: (text: string) => string;
  /**
   * Who speaks: the explicit name, else AGENT_OS_AGENT, else git config agent-os.agent, else the one session that is
   * active in this worktree, else the person of user.name.
   * @throws AgentOsError NO_IDENTITY, BAD_NAME, AMBIGUOUS
   */
  identify(explicit?: string): Promise<Speaker>;
  /** Ends the processes that reading opened. */
  close(): Promise<void>;
}
