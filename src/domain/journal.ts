import { type AgentName, isAgentName, isOid, isRecordId, type Oid, type RecordId } from './names.ts';

/** What a hook noted for the work in the background. */
export interface JournalEntry {
  readonly event: /** `pick`: made while a rebase is under way, perhaps from somebody else's commit. */
    | { readonly kind: 'commit' | 'pick' | 'checkout'; readonly oid: Oid }
    | { readonly kind: 'rewrite'; readonly from: Oid; readonly to: Oid }
    | { readonly kind: 'merge' };
  /** Whose commit it is, as the hook knew it; null: whoever is active in that worktree. */
  readonly agent: AgentName | null;
  readonly session: RecordId | null;
  /** Where git ran the hook: the root of the worktree. */
  readonly folder: string;
}

/**
 * The entries of a journal in their order: `kind value value agent session folder` a line, `-` where there is nothing.
 * A line that is torn or makes no sense is left out: the rest counts all the same.
 */
export function parseJournal(text: string): readonly JournalEntry[] {
  return text.split('\n').flatMap((line) => {
    const [, kind, first = '', second = '', agent = '', session = '', folder = ''] =
      /^(\w+) (\S+) (\S+) (\S+) (\S+) (\/.*)$/.exec(line) ?? [];
    const event = parseEvent(kind, first, second);
    if (event === null) return [];
    return [
      {
        event,
        agent: isAgentName(agent) ? agent : null,
        session: isRecordId(session) ? session : null,
        folder,
      },
    ];
  });
}

function parseEvent(kind: string | undefined, first: string, second: string): JournalEntry['event'] | null {
  if (kind === 'merge') return { kind };
  if (!isOid(first)) return null;
  if (kind === 'commit' || kind === 'pick' || kind === 'checkout') return { kind, oid: first };
  return kind === 'rewrite' && isOid(second) ? { kind, from: first, to: second } : null;
}

/**
 * A session's commits after what the journal says: new ones at the end, rewritten ones in the place of what they
 * replace, each once. The same journal again changes nothing.
 * @param limit - so many of the latest are kept
 */
export function applyToCommits(
  commits: readonly string[],
  events: readonly JournalEntry['event'][],
  limit: number,
): string[] {
  let list: readonly string[] = commits;
  for (const event of events) {
    if (event.kind === 'commit' || event.kind === 'pick') list = [...list, event.oid];
    else if (event.kind === 'rewrite') list = list.map((oid) => (oid === event.from ? event.to : oid));
  }
  return [...new Set(list)].slice(-limit);
}
