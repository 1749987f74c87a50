import { encode } from '../domain/codec.ts';
import { applyToCommits, type JournalEntry } from '../domain/journal.ts';
import { sessionPath } from '../domain/layout.ts';
import type { AgentName, RecordId } from '../domain/names.ts';
import { formatTime, readRecord } from './records.ts';
import type { Workspace } from './workspace.ts';

/** So many commits of a session are kept, the latest. */
const KEPT = 200;
/** A sign of life that follows another one within this time changes nothing on the branch. */
const HEARTBEAT_PAUSE = 60_000;

/**
 * A session's commits after what happened in its worktree, the branch it is on, and that it is alive. A session that
 * has ended gets its last commits all the same.
 * @param input.branch - what is checked out; null: not known, or no branch
 * @throws AgentOsError RECORD_BROKEN, SCHEMA_TOO_NEW, and what Branch.commit throws
 */
export async function joinCommits(
  workspace: Workspace,
  input: {
    readonly agent: AgentName;
    readonly session: RecordId;
    readonly events: readonly JournalEntry['event'][];
    readonly branch: string | null;
  },
): Promise<void> {
  const { agent, session: id, events, branch } = input;
  await workspace.branch.commit<null>({
    agent,
    session: id,
    async plan(context) {
      const nothing = { subject: '', changes: [], result: null };
      const before = await readRecord(context.snapshot, 'session', sessionPath(agent, id));
      if (before === null) return nothing;
      const commits = applyToCommits(before.commits, events, KEPT);
      const now = workspace.clock.now();
      const isActive = before.status === 'active';
      const isSame =
        JSON.stringify(commits) === JSON.stringify(before.commits) &&
        (!isActive || branch === null || branch === before.branch) &&
        (!isActive || now - Date.parse(before.heartbeat_at) < HEARTBEAT_PAUSE);
      if (isSame) return nothing;
      const after = {
        ...before,
        ...(isActive && branch !== null && { branch }),
        ...(isActive && { heartbeat_at: formatTime(now) }),
        commits,
        hlc: context.id,
      };
      const added = commits.filter((oid) => !before.commits.includes(oid)).length;
      const subject =
        added === 0 ? `session: ${agent}` : `commit: ${agent}: ${added} more on ${branch ?? 'no branch'}`;
      return {
        subject,
        changes: [{ path: sessionPath(agent, id), content: encode('session', after) }],
        result: null,
      };
    },
  });
}
