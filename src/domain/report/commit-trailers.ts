import { type AgentName, isAgentName, isRecordId, type RecordId } from '../names.ts';

/** What a commit's message says about who made it, and under which locks. Claims, not proofs. */
export interface CommitTrailers {
  readonly makers: readonly { readonly agent: AgentName | null; readonly session: RecordId | null }[];
  readonly locks: readonly { readonly resource: string; readonly token: number }[];
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
  const locks = new Map<string, CommitTrailers['locks'][number]>();
  let agent: AgentName | null = null;
  for (const [, key = '', value = ''] of message.matchAll(TRAILER)) {
    if (key === 'Agent' && isAgentName(value)) {
      agent = value;
      if (!makers.some((maker) => maker.agent === value)) makers.push({ agent, session: null });
    } else if (key === 'Session' && isRecordId(value)) {
      if (!makers.some((maker) => maker.session === value)) makers.push({ agent, session: value });
    } else if (key === 'Lock') {
      const [, resource, token] = /^(.{1,3000})@(\d{1,15})$/.exec(value) ?? [];
      if (resource !== undefined) locks.set(value, { resource: decodeName(resource), token: Number(token) });
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

/** Resources are written with `%XX` for what a message might lose; one that is not stays as it is. */
function decodeName(text: string): string {
  if (!/^(?:[A-Za-z0-9._\-/~+]|%[\dA-Fa-f]{2})+$/.test(text)) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
