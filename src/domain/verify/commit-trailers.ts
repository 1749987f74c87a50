import { type AgentName, isAgentName, isRecordId, quoted, type RecordId } from '../names.ts';

/** A lock under which a commit was made, as `Agent-OS-Lock: resource@token` says. */
export interface LockTrailer {
  readonly resource: string;
  readonly token: number;
}

/** What a commit's message says of who made it. A squashed commit may name several. */
export interface CommitTrailers {
  readonly agents: ReadonlySet<AgentName>;
  readonly sessions: ReadonlySet<RecordId>;
  readonly locks: readonly LockTrailer[];
  /** Trailers that cannot be read, in words. */
  readonly problems: readonly string[];
}

const TRAILER = /^Agent-OS-(Agent|Session|Lock):[ \t]*(.*?)[ \t\r]*$/gm;
const MAX_TRAILERS = 1000;

/**
 * The `Agent-OS-…` lines of a message, wherever they stand: a squash merge leaves those of its commits in the middle.
 * Resource names are percent-decoded.
 */
export function readCommitTrailers(message: string): CommitTrailers {
  const agents = new Set<AgentName>();
  const sessions = new Set<RecordId>();
  const locks: LockTrailer[] = [];
  const problems: string[] = [];
  let count = 0;
  for (const [, key = '', value = ''] of message.matchAll(TRAILER)) {
    count += 1;
    if (count > MAX_TRAILERS) {
      problems.push(`has more than ${MAX_TRAILERS} trailers of agent-os`);
      break;
    }
    if (key === 'Agent') {
      if (isAgentName(value)) agents.add(value);
      else problems.push(`names ${quoted(value)} as its agent, which is no agent name`);
    } else if (key === 'Session') {
      if (isRecordId(value)) sessions.add(value);
      else problems.push(`names ${quoted(value)} as its session, which is no session id`);
    } else {
      const lock = parseLock(value);
      if (lock === null) problems.push(`names the lock ${quoted(value)}, which is not resource@token`);
      else locks.push(lock);
    }
  }
  return { agents, sessions, locks, problems };
}

function parseLock(value: string): LockTrailer | null {
  const [, encoded, digits] = /^(.+)@(\d{1,15})$/.exec(value) ?? [];
  if (encoded === undefined) return null;
  try {
    return { resource: decodeURIComponent(encoded), token: Number(digits) };
  } catch {
    return null;
  }
}
