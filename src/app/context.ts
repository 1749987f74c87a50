import { getAt } from '../domain/document/edit.ts';
import { PROJECT_STATE_PATH } from '../domain/layout.ts';
import { readPathPattern } from '../domain/locks/path-pattern.ts';
import { overlaps } from '../domain/locks/pattern-overlap.ts';
import { type AgentName, parseAgentName } from '../domain/names.ts';
import { isOpenTask } from '../domain/tasks.ts';
import type { YamlValue } from '../domain/yaml.ts';
import type { LockView } from '../store/locks/locks.ts';
import { type ActiveSession, readActiveSessions } from './active-sessions.ts';
import { readAgent } from './agents.ts';
import type { AgentView } from './card-view.ts';
import { readSpecialists, type Specialist } from './coordination.ts';
import { type ConflictView, readConflicts, readKnown } from './documents.ts';
import { type LogEntryView, readLogEntries } from './log.ts';
import { listUnread, readMessages, reportUnfollowed } from './mailbox.ts';
import { type MessageView, viewMessage } from './message-view.ts';
import { type RecapView, readRecaps } from './recaps.ts';
import { openRecords, type Problem } from './records.ts';
import { type TaskView, viewTask } from './tasks.ts';
import type { Workspace } from './workspace.ts';

const RECAPS = 5;
const CHANGES = 20;
const CHANGES_SINCE = 24 * 3_600_000;

/** Somebody else has locked what this agent owns. */
export interface Intrusion {
  readonly kind: 'lock';
  readonly resource: string;
  readonly agents: readonly AgentName[];
  /** Globs of the lock that overlap with what the agent owns. */
  readonly paths: readonly string[];
}

/** What an agent reads before it begins. */
export interface ContextReport {
  readonly agent: AgentName;
  /** Its card. */
  readonly card: AgentView;
  /** The project state, all of it. */
  readonly state: YamlValue;
  readonly sessions: readonly ActiveSession[];
  readonly locks: readonly LockView[];
  readonly unread: readonly MessageView[];
  /** Tasks that wait for the agent. */
  readonly tasks: readonly TaskView[];
  readonly recaps: readonly RecapView[];
  /** Whom the agent's definition says to check before changes. */
  readonly specialists: readonly Specialist[];
  /** What others logged within a day, oldest first. */
  readonly changes: readonly LogEntryView[];
  /** Values that lost, files that could not be read, and locks of others on what the agent owns. */
  readonly conflicts: readonly (ConflictView | Intrusion)[];
  readonly problems: readonly Problem[];
}

/**
 * State, active sessions, locks, unread messages, recent recaps and changes by others, conflicts with what the agent
 * owns: as this clone knows them, without asking the remote.
 * @throws AgentOsError NOT_INITIALISED, BAD_NAME, NO_IDENTITY
 */
export async function readContext(
  workspace: Workspace,
  input: { readonly agent?: string } = {},
): Promise<ContextReport> {
  const agent = input.agent === undefined ? (await workspace.identify()).agent : parseAgentName(input.agent);
  const records = await openRecords(workspace);
  const { locks, broken } = await (await workspace.locks()).list();
  for (const { ref, problem } of broken) records.report({ path: ref, message: problem });
  const state = await readKnown(workspace, records, PROJECT_STATE_PATH);
  const card = await readAgent(workspace, records, agent);
  const since = workspace.clock.now() - CHANGES_SINCE;
  await reportUnfollowed(records, agent);
  const waiting = await readMessages(records, await listUnread(records.snapshot, agent));
  return {
    agent,
    card,
    state: (state && getAt(state, [])) ?? {},
    sessions: await readActiveSessions(workspace, records, { locks }),
    locks,
    unread: waiting.filter(({ read_at }) => read_at === undefined).map(viewMessage),
    tasks: waiting.filter(isOpenTask).flatMap((message) => viewTask(message) ?? []),
    recaps: await readRecaps(records, RECAPS),
    specialists: await readSpecialists(workspace, records, { card, locks }),
    changes: (await readLogEntries(records, { since }))
      .filter((entry) => entry.agent !== agent)
      .slice(-CHANGES),
    conflicts: [...(await readConflicts(workspace, records)), ...findIntrusions(card, locks)],
    problems: records.problems,
  };
}

/** Locks of others that cover something the agent owns. */
export function findIntrusions(
  { name, owns }: Pick<AgentView, 'name' | 'owns'>,
  locks: readonly Pick<LockView, 'resource' | 'holders' | 'paths'>[],
): readonly Intrusion[] {
  const owned = owns.flatMap(readPathPattern);
  return locks.flatMap(({ resource, holders, paths }): readonly Intrusion[] => {
    const agents = [...new Set(holders.map((holder) => holder.agent))].filter((agent) => agent !== name);
    const touched = paths.filter((path) => overlaps(owned, readPathPattern(path)));
    return agents.length === 0 || touched.length === 0
      ? []
      : [{ kind: 'lock', resource, agents, paths: touched }];
  });
}
