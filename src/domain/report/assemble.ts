import { iso } from '../locks/lock-record.ts';
import type { AgentName, RecordId } from '../names.ts';
import type { Card } from '../schema/card.ts';
import type { Message } from '../schema/message.ts';
import type { Recap } from '../schema/recap.ts';
import type { Session } from '../schema/session.ts';
import type { Makers } from './attribution.ts';
import type { CommitRange, RangeCommit, UnmergedBranch } from './code-review.ts';
import { selectMessages } from './conversation.ts';
import { findOtherBranches, findOtherLocks } from './elsewhere.ts';
import { reportGates } from './gates.ts';
import type { HeldLock } from './held-locks.ts';
import { type CurrentLock, listOpen, type OpenConflict } from './open-items.ts';
import type { Report, ReportCommit, ReportLock, ReportRecap, ReportSession } from './report.ts';
import { type Scope, selectRecaps } from './scope.ts';

/** Everything that was read for a report. */
export interface Material {
  readonly range: CommitRange;
  readonly truncated: boolean;
  readonly commits: readonly RangeCommit[];
  readonly makers: Makers;
  readonly scope: Scope;
  /** All that are active now. */
  readonly active: readonly Session[];
  /** Of the time; others may be among them. */
  readonly recaps: readonly Recap[];
  readonly messages: readonly Message[];
  readonly cards: ReadonlyMap<AgentName, Card>;
  readonly held: readonly HeldLock[];
  readonly locksNow: readonly CurrentLock[];
  readonly conflicts: readonly OpenConflict[];
  readonly unmerged: { readonly branches: readonly UnmergedBranch[]; readonly left: number };
  readonly problems: Report['problems'];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Milliseconds of silence after which an active session is stale. */
  readonly staleAfter: number;
}

/** The report; depends on nothing but what was read. */
export function assembleReport(material: Material): Report {
  const { range, truncated, makers, scope, cards, unmerged, problems, now } = material;
  const commits = material.commits.map((commit) => describeCommit(commit, makers));
  const recaps = selectRecaps(material.recaps, scope, material);
  const sessions = describeSessions(material, commits);
  const paths = [...new Set(material.commits.flatMap((commit) => commit.paths))].sort();
  const messages = selectMessages(material.messages, scope.sessions, now);
  const locks = describeLocks(material, commits);
  const agents = [...new Set([...scope.agents, ...recaps.map(({ agent }) => agent)])].sort();
  const gates = reportGates(agents, cards, recaps);
  const own = { sessions: new Set(scope.sessions.map(({ id }) => id)), agents: new Set(scope.agents) };
  return {
    range,
    generatedAt: iso(now),
    truncated,
    agents: agents.map((name) => ({
      name,
      description: cards.get(name)?.description ?? null,
      sessions: sessions.filter(({ agent }) => agent === name).map(({ id }) => id),
      commits: commits.filter((commit) => commit.makers.some(({ agent }) => agent === name)).length,
    })),
    sessions,
    commits,
    paths,
    recaps: recaps.map((recap) => describeRecap(recap, new Set(commits.map(({ oid }) => oid)))),
    messages,
    locks,
    gates,
    open: listOpen({ ...material, sessions, messages, gates, commits, own }),
    others: {
      branches: findOtherBranches(
        unmerged.branches,
        new Set(paths),
        material.active.filter(({ id }) => !own.sessions.has(id)),
      ),
      locks: findOtherLocks(material.locksNow, paths, own),
      examined: unmerged.branches.length,
      left: unmerged.left,
    },
    problems,
  };
}

function describeCommit(
  { oid, message, trailers, author, authoredAt, parents }: RangeCommit,
  makers: Makers,
): ReportCommit {
  return {
    oid,
    subject: message.split('\n', 1)[0] ?? '',
    author,
    authoredAt: iso(authoredAt * 1000),
    isMerge: parents.length > 1,
    makers: makers.get(oid) ?? [],
    locks: trailers.locks,
  };
}

function describeSessions(
  { scope, now, staleAfter }: Material,
  commits: readonly ReportCommit[],
): readonly ReportSession[] {
  const workOf = (id: RecordId) => {
    const own = commits.filter(({ makers }) => makers.some(({ session }) => session === id));
    const evidence = own.flatMap(({ makers }) => makers.filter(({ session }) => session === id));
    return {
      commits: own.map(({ oid }) => oid),
      evidence: [...new Set(evidence.map((one) => one.evidence))],
    };
  };
  const known = scope.sessions.map((session): ReportSession => {
    const { id, agent, task, status, branch = null, worktree = null, summary = null } = session;
    const silence = now - Date.parse(session.heartbeat_at);
    return {
      ...{ id, agent, task, status, branch, worktree, summary, ...workOf(id) },
      stale: status === 'active' && silence > staleAfter,
      startedAt: session.started_at,
      lastSeenAt: session.ended_at ?? session.heartbeat_at,
      endedAt: session.ended_at ?? null,
    };
  });
  const lost = scope.lost.map(
    ({ id, agent, startedAt }): ReportSession => ({
      ...{ id, agent, task: null, status: 'unknown', stale: false, branch: null, worktree: null },
      ...{ startedAt: iso(startedAt), lastSeenAt: null, endedAt: null, summary: null, ...workOf(id) },
    }),
  );
  return [...known, ...lost].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function describeRecap(recap: Recap, range: ReadonlySet<string>): ReportRecap {
  const { id, agent, session = null, at, title, body, sections, commits, gates = [] } = recap;
  const decisions = sections.filter(({ heading }) => /\bdeci(?:sions?|ded)\b/i.test(heading));
  return {
    ...{ id, agent, session, at, title, body, gates },
    decisions: decisions.map(({ text }) => text).filter((text) => text !== ''),
    commits: commits.filter((oid) => range.has(oid)),
  };
}

/** Locks of the scope by the time they were taken, then those of which only trailers tell. */
function describeLocks(
  { held, scope, now }: Material,
  commits: readonly ReportCommit[],
): readonly ReportLock[] {
  const sessions = new Set(scope.sessions.map(({ id }) => id));
  const own = held.filter(({ agent, session }) =>
    session === null ? scope.agents.includes(agent) : sessions.has(session),
  );
  const namedIn = (resource: string, token: number) =>
    commits
      .filter(({ locks }) => locks.some((lock) => lock.resource === resource && lock.token === token))
      .map(({ oid }) => oid);
  const known = own.map(
    ({ acquiredAt, endedAt, expiresAt: _, ...lock }): ReportLock => ({
      ...lock,
      acquiredAt: iso(acquiredAt),
      endedAt: endedAt === null ? null : iso(endedAt),
      heldFor: Math.max(0, (endedAt ?? now) - acquiredAt),
      commits: namedIn(lock.resource, lock.token),
    }),
  );
  const stated = new Map(
    commits.flatMap(({ locks }) => locks.map((lock) => [`${lock.token}@${lock.resource}`, lock])),
  );
  const untold = [...stated.values()].filter(
    ({ resource, token }) => !known.some((lock) => lock.resource === resource && lock.token === token),
  );
  return [
    ...known.sort((a, b) => ((a.acquiredAt ?? '') < (b.acquiredAt ?? '') ? -1 : 1)),
    ...untold.map(
      ({ resource, token }): ReportLock => ({
        ...{ resource, token, mode: null, scope: null, agent: null, session: null, paths: [], reason: null },
        ...{
          acquiredAt: null,
          endedAt: null,
          end: 'unknown',
          heldFor: null,
          commits: namedIn(resource, token),
        },
      }),
    ),
  ];
}
