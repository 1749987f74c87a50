import type { CommitDetail } from '../domain/code-history.ts';
import { type PathPattern, readPathPattern } from '../domain/locks/path-pattern.ts';
import { overlaps } from '../domain/locks/pattern-overlap.ts';
import { type AgentName, isAgentName, isOid, type Oid, parseAgentName } from '../domain/names.ts';
import type { Session } from '../domain/schema/session.ts';
import type { LockView } from '../store/locks/locks.ts';
import { readAgent } from './agents.ts';
import type { AgentView } from './card-view.ts';
import { type LogEntryView, readLogEntries } from './log.ts';
import { formatTime, openRecords, type RecordReader } from './records.ts';
import { readSessions, readStaleAfter, type SessionView, viewSession } from './session-records.ts';
import type { Workspace } from './workspace.ts';

/** What a specialist did within this time counts as recent, in milliseconds. */
const RECENT = 7 * 86_400_000;
const COMMITS = 200;
const SHOWN = 10;

/** A lock of a specialist on something that the agent owns. */
export interface TouchingLock {
  readonly resource: string;
  readonly paths: readonly string[];
  readonly expiresAt: string;
}

/** Something that a specialist did lately to what the agent owns. */
export interface TouchingChange {
  readonly kind: 'commit' | 'log';
  readonly at: string;
  /** The commit's subject, or the log entry. */
  readonly text: string;
  readonly commit: Oid | null;
  /** Paths that the agent owns; of a log entry those, and resources, that it names. */
  readonly paths: readonly string[];
}

/** A specialist that the agent's definition wants to be checked before changes. */
export interface Specialist {
  readonly agent: AgentName;
  /** Sessions that are active; none: nobody works in this role right now. */
  readonly sessions: readonly SessionView[];
  readonly locks: readonly TouchingLock[];
  /** The latest last. */
  readonly changes: readonly TouchingChange[];
}

/**
 * The specialists that an agent's definition says to check, and what they hold and did that touches what the agent
 * owns: as this clone knows it. Commits that this clone does not have tell no paths and are left out.
 * @throws AgentOsError NOT_INITIALISED, BAD_NAME
 */
export async function checkSpecialists(
  workspace: Workspace,
  input: { readonly agent: string },
): Promise<{ readonly specialists: readonly Specialist[] }> {
  const records = await openRecords(workspace);
  const card = await readAgent(workspace, records, parseAgentName(input.agent));
  if (card.coordinatesWith.length === 0) return { specialists: [] };
  const { locks } = await (await workspace.locks()).list();
  return { specialists: await readSpecialists(workspace, records, { card, locks }) };
}

/** As checkSpecialists, for who has read card and locks already. */
export async function readSpecialists(
  workspace: Workspace,
  records: RecordReader,
  { card, locks }: { readonly card: AgentView; readonly locks: readonly LockView[] },
): Promise<readonly Specialist[]> {
  const agents = card.coordinatesWith.filter(isAgentName).filter((agent) => agent !== card.name);
  if (agents.length === 0) return [];
  const now = workspace.clock.now();
  const times = { now, staleAfter: await readStaleAfter(records) };
  const owned = card.owns.flatMap(readPathPattern);
  return Promise.all(
    agents.map(async (agent): Promise<Specialist> => {
      const sessions = await readSessions(records, agent);
      const entries = await readLogEntries(records, { agent, since: now - RECENT });
      const recent = sessions.filter((session) => isRecent(session, now));
      const changes = [
        ...findCommits(await workspace.code.details(commitsOf(recent)), owned),
        ...findEntries(entries, { owned, resources: card.resources }),
      ];
      return {
        agent,
        sessions: sessions
          .filter(({ status }) => status === 'active')
          .map((session) => viewSession(session, times)),
        locks: findLocks(locks, { agent, owned, resources: card.resources }),
        changes: changes.sort((a, b) => (a.at < b.at ? -1 : 1)).slice(-SHOWN),
      };
    }),
  );
}

function isRecent(session: Session, now: number): boolean {
  return session.status === 'active' || now - Date.parse(session.ended_at ?? session.heartbeat_at) <= RECENT;
}

/** The commits that sessions have recorded, the latest sessions first. */
function commitsOf(sessions: readonly Session[]): readonly Oid[] {
  return sessions
    .toReversed()
    .flatMap(({ commits }) => commits)
    .filter(isOid)
    .slice(0, COMMITS);
}

function findCommits(details: readonly CommitDetail[], owned: readonly PathPattern[]): TouchingChange[] {
  return details.flatMap(({ oid, subject, committedAt, paths }): TouchingChange[] => {
    const touched = paths.filter((path) => owned.some((pattern) => pattern.matches(path)));
    if (touched.length === 0) return [];
    return [
      { kind: 'commit', at: formatTime(committedAt * 1000), text: subject, commit: oid, paths: touched },
    ];
  });
}

/** Log entries are prose: one touches what it names, a path that is owned or a resource that is locked. */
function findEntries(
  entries: readonly LogEntryView[],
  { owned, resources }: { readonly owned: readonly PathPattern[]; readonly resources: readonly string[] },
): TouchingChange[] {
  return entries.flatMap(({ at, text }): TouchingChange[] => {
    const words = text.slice(0, 4000).split(/[\s`'",;()]+/);
    const paths = words
      .map((word) => word.replace(/^\.\//, '').replace(/[.:]+$/, ''))
      .filter((word) => /[./]/.test(word) && owned.some((pattern) => pattern.matches(word)));
    const named = resources.filter((resource) => resource !== '' && words.includes(resource));
    const touched = [...new Set([...paths, ...named])];
    return touched.length === 0 ? [] : [{ kind: 'log', at, text, commit: null, paths: touched }];
  });
}

function findLocks(
  locks: readonly LockView[],
  mine: {
    readonly agent: AgentName;
    readonly owned: readonly PathPattern[];
    readonly resources: readonly string[];
  },
): TouchingLock[] {
  return locks.flatMap(({ resource, holders, paths, expiresAt }): TouchingLock[] => {
    if (!holders.some(({ agent }) => agent === mine.agent)) return [];
    const touched = paths.filter((path) => overlaps(mine.owned, readPathPattern(path)));
    if (touched.length === 0 && !mine.resources.includes(resource)) return [];
    return [{ resource, paths: touched, expiresAt }];
  });
}
