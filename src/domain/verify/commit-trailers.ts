import { type AgentName, isAgentName, isRecordId, quoted, type RecordId } from '../names.ts';
import { type LockTrailer, parseLockTrailer, parseTrailers } from '../trailers.ts';

/** What a commit's message says of who made it. A squashed commit may name several. */
export interface CommitTrailers {
  readonly agents: ReadonlySet<AgentName>;
  readonly sessions: ReadonlySet<RecordId>;
  readonly locks: readonly LockTrailer[];
  /** Trailers that cannot be read, in words. */
  readonly problems: readonly string[];
}

/** Words a line of agent-os at the beginning of a line must fit, by its key. */
const LINE = /^Agent-OS-(Agent|Session|Lock):[ \t]*(.*?)[ \t\r]*$/gm;
const SHOWN = 5;

export function readCommitTrailers(message: string): CommitTrailers {
  const { agents, sessions, locks } = parseTrailers(message);
  const problems: string[] = [];
  for (const [, key = '', value = ''] of message.matchAll(LINE)) {
    if (isReadable(key, value)) continue;
    if (problems.length < SHOWN)
      problems.push(`has the trailer ${quoted(`Agent-OS-${key}: ${value}`)}, which cannot be read`);
  }
  return { agents: new Set(agents), sessions: new Set(sessions), locks, problems };
}

function isReadable(key: string, value: string): boolean {
  if (key === 'Agent') return isAgentName(value);
  if (key === 'Session') return isRecordId(value);
  return parseLockTrailer(value) !== null;
}
