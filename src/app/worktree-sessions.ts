import { isAgentName, isRecordId } from '../domain/names.ts';
import type { StateFiles } from '../domain/ports.ts';
import type { WorktreeSessions } from './workspace.ts';

const DOCUMENT = 'session';
/** Apart, because hooks go by the time of the other one. */
const ENDED = 'ended-session';

type Entry = Awaited<ReturnType<WorktreeSessions['list']>>[number];

/**
 * The active sessions of one worktree as a document among its state files; entries that make no sense are ignored. A
 * session is removed wherever it is marked: it may have ended in another worktree than it began in.
 * @param others - the state files of the clone's other worktrees
 */
export function openWorktreeSessions(
  files: StateFiles,
  others: () => Promise<readonly StateFiles[]> = async () => [],
): WorktreeSessions {
  const remove = async (session: Entry['session'], hasEnded: boolean) => {
    for (const place of [files, ...(await others())]) {
      const marked = parseEntries(await place.read(DOCUMENT)).find((entry) => entry.session === session);
      if (marked === undefined) continue;
      if (hasEnded) await place.update(ENDED, () => marked);
      await change(place, (entries) => entries.filter((entry) => entry.session !== session));
    }
  };
  return {
    list: async () => parseEntries(await files.read(DOCUMENT)),
    add: (entry) =>
      change(files, (entries) => [...entries.filter(({ session }) => session !== entry.session), entry]),
    remove: (session) => remove(session, false),
    end: (session) => remove(session, true),
    lastEnded: async () => parseEntry(await files.read(ENDED))[0] ?? null,
  };
}

function change(files: StateFiles, edit: (entries: readonly Entry[]) => readonly Entry[]): Promise<void> {
  return files.update(DOCUMENT, (current) => {
    const active = edit(parseEntries(current));
    return active.length === 0 ? null : { active };
  });
}

function parseEntries(document: unknown): readonly Entry[] {
  const active =
    typeof document === 'object' && document !== null && 'active' in document ? document.active : [];
  return Array.isArray(active) ? active.flatMap(parseEntry) : [];
}

function parseEntry(value: unknown): readonly Entry[] {
  if (typeof value !== 'object' || value === null || !('agent' in value) || !('session' in value)) return [];
  const { agent, session } = value;
  const valid =
    typeof agent === 'string' && isAgentName(agent) && typeof session === 'string' && isRecordId(session);
  return valid ? [{ agent, session }] : [];
}
