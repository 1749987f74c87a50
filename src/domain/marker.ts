import type { AgentName, RecordId, RefName } from './names.ts';

/** What the shell part of the hooks goes by; see hooks/agent-os.sh. */
export interface Marker {
  /** Whom trailers name; null: nobody but the person whose name git has. */
  readonly agent: AgentName | null;
  readonly session: RecordId | null;
  /** Whether a commit has to be looked at: others hold locks on paths, or policy asks for more. */
  readonly guards: boolean;
  /** Whether own locks cover paths, so that messages may name them. */
  readonly ownLocks: boolean;
  readonly trailers: boolean;
  /** Until when what it says of other clones counts; null: for ever, because there are none. */
  readonly until: { readonly seconds: number; readonly boot: string } | null;
  readonly remote: string | null;
  readonly branch: RefName;
  /** AGENT_OS_AGENT under which it was made. */
  readonly asked: string | null;
}

/**
 * One line of words; null when something in it is no word, so that no marker is better. It begins with the version and
 * ends with `ok`: a torn one is none.
 */
export function formatMarker(marker: Marker): string | null {
  const { agent, session, guards, ownLocks, trailers, until, remote, branch, asked } = marker;
  const flag = (value: boolean) => (value ? '1' : '0');
  const words = [
    '1',
    agent ?? '-',
    session ?? '-',
    flag(guards),
    flag(ownLocks),
    flag(trailers),
    until === null ? '-' : String(Math.floor(until.seconds)),
    until?.boot ?? '-',
    remote ?? '-',
    branch,
    asked || '-',
    'ok',
  ];
  return words.every((word) => /^[\w./@%+-]+$/.test(word)) ? `${words.join(' ')}\n` : null;
}
