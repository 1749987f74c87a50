import { type AgentName, isAgentName, isRecordId, type RecordId } from '../names.ts';
import { type LockTrailer, parseLockTrailer } from '../trailers.ts';

/** What a commit's message says about who made it, and under which locks. Claims, not proofs. */
export interface CommitTrailers {
  readonly makers: readonly { readonly agent: AgentName | null; readonly session: RecordId | null }[];
  readonly locks: readonly LockTrailer[];
}

const NONE: CommitTrailers = { makers: [], locks: [] };

/**
 * The `Agent-OS-…` trailers of a message, wherever they stand: a squash merge writes the messages of several commits
 * one below the other, so that the trailers of all but the last are in the middle. Malformed ones are as if they were
 * not there.
 */
export function readTrailers(message: string): CommitTrailers {
  if (!message.includes('Agent-OS-')) return NONE;
  const makers: { agent: AgentName | null; session: RecordId | null }[] = [];
  const locks = new Map<string, LockTrailer>();
  let agent: AgentName | null = null;
  for (const [, key = '', value = ''] of message.matchAll(TRAILER)) {
    if (key === 'Agent' && isAgentName(value)) {
      agent = value;
      if (!makers.some((maker) => maker.agent === value)) makers.push({ agent, session: null });
    } else if (key === 'Session' && isRecordId(value)) {
      if (!makers.some((maker) => maker.session === value)) makers.push({ agent, session: value });
    } else if (key === 'Lock') {
      const lock = parseLockTrailer(value);
      if (lock !== null) locks.set(value, lock);
    }
  }
  const named = makers.filter(
    (maker) =>
      maker.session !== null ||
      !makers.some((other) => other.session !== null && other.agent === maker.agent),
  );
  return { makers: named, locks: [...locks.values()] };
}

const TRAILER = /^[ \t]*Agent-OS-(Agent|Session|Lock):[ \t]*(\S.*?)[ \t]*\r?$/gm;
