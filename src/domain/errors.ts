/**
 * The one table of error codes: what each means and the exit code it ends a command with.
 *
 * Exit codes: 0 done, 1 failed, 2 usage, 3 held by another, 4 policy says no,
 * 5 remote unreachable, 6 lost the race too often. docs/cli.md lists the same table.
 */
export const ERROR_CODES = {
  USAGE: { exit: 2, meaning: 'the command line does not fit the command' },
  BAD_NAME: { exit: 2, meaning: 'a name (agent, resource, ref, remote, path) is not allowed' },
  BAD_VALUE: { exit: 2, meaning: 'a value (text, duration, YAML, glob, date) cannot be used as given' },
  TOO_LARGE: { exit: 2, meaning: 'a value is over its size limit' },
  NO_IDENTITY: { exit: 2, meaning: 'nothing says which agent is speaking' },
  NO_SESSION: { exit: 2, meaning: 'the command needs an active session and there is none' },
  NOT_FOUND: { exit: 1, meaning: 'the record, path, lock or session does not exist' },
  AMBIGUOUS: { exit: 2, meaning: 'an abbreviation or name fits more than one thing' },
  NOT_A_REPOSITORY: { exit: 1, meaning: 'the folder is in no git repository' },
  NOT_INITIALISED: { exit: 1, meaning: 'the repository has no agent-os branch yet' },
  UNSUPPORTED_REPOSITORY: { exit: 1, meaning: 'the repository uses a format that agent-os refuses' },
  NO_GIT: { exit: 1, meaning: 'there is no git on the PATH' },
  GIT_TOO_OLD: { exit: 1, meaning: 'git is older than 2.34' },
  GIT_FAILED: { exit: 1, meaning: 'git could not do what it was asked' },
  BRANCH_CHECKED_OUT: { exit: 1, meaning: 'a worktree has checked out the branch that would move under it' },
  REF_LOCKED: { exit: 1, meaning: 'a .lock file stands in the way of a ref update' },
  CANNOT_SIGN: { exit: 1, meaning: 'a commit could not be signed, so nothing was written' },
  DISK_FULL: { exit: 1, meaning: 'the disk is full or not writable' },
  RECORD_BROKEN: { exit: 1, meaning: 'a file of the branch cannot be read' },
  SCHEMA_TOO_NEW: { exit: 1, meaning: 'a record was written by a newer version of agent-os' },
  HELD: { exit: 3, meaning: 'a lock is held by another session' },
  NOT_HOLDER: { exit: 3, meaning: 'the lock is not held by this session' },
  LOCK_LOST: { exit: 3, meaning: 'a lock of this session was taken over or has run out' },
  POLICY: { exit: 4, meaning: 'the policy of the repository says no' },
  REMOTE_REFUSED: { exit: 4, meaning: 'the remote was reached and refused the update' },
  REMOTE_UNREACHABLE: { exit: 5, meaning: 'the remote could not be reached within the time budget' },
  OUTCOME_UNKNOWN: {
    exit: 5,
    meaning: 'the remote was asked to change, and whether it did cannot be known yet',
  },
  CANNOT_VERIFY: { exit: 5, meaning: 'what has to be checked is not here, and could not be fetched' },
  LOST_RACE: { exit: 6, meaning: 'others changed the same thing first, too often in a row' },
  INTERNAL: { exit: 1, meaning: 'a defect of agent-os' },
} as const satisfies Record<string, { exit: number; meaning: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

interface ErrorDetails {
  /** The next command to type, or what to change; one sentence. */
  hint?: string;
  /** For machines; printed as it is in `--json`. */
  data?: Record<string, unknown>;
  cause?: unknown;
}

/**
 * The only error that agent-os throws on purpose. The message says what happened, and to which ref, path or
 * agent; it is printed in one place. Expected outcomes are return values, anything else that is thrown is a defect.
 */
export class AgentOsError extends Error {
  override readonly name = 'AgentOsError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly data: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.data = details.data ?? {};
  }

  get exitCode(): number {
    return ERROR_CODES[this.code].exit;
  }
}
