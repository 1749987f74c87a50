import type { AgentName, RecordId } from '../names.ts';
import type { ReportMessage } from './conversation.ts';
import type { ReportGate } from './gates.ts';
import type { OpenItem, ReportCommit, ReportSession } from './report.ts';

/** A lock as it is held now. */
export interface CurrentLock {
  readonly resource: string;
  readonly holders: readonly { readonly agent: AgentName; readonly session: RecordId | null }[];
  readonly token: number;
  readonly acquiredAt: string;
  readonly expiresAt: string;
  readonly paths: readonly string[];
}

export type OpenConflict = Omit<Extract<OpenItem, { kind: 'conflict' }>, 'kind'>;

interface Situation {
  readonly sessions: readonly ReportSession[];
  readonly messages: readonly ReportMessage[];
  readonly gates: readonly ReportGate[];
  readonly commits: readonly ReportCommit[];
  readonly locksNow: readonly CurrentLock[];
  readonly conflicts: readonly OpenConflict[];
  readonly own: { readonly sessions: ReadonlySet<RecordId>; readonly agents: ReadonlySet<AgentName> };
  readonly now: number;
}

/** What is still open, the most pressing kinds first. */
export function listOpen(situation: Situation): readonly OpenItem[] {
  const { messages, gates, conflicts, sessions, commits } = situation;
  const unknown = commits.filter(({ makers, isMerge }) => makers.length === 0 && !isMerge);
  return [
    ...messages.flatMap(({ id, from, waitingFor, subject, sentAt }): readonly OpenItem[] =>
      waitingFor.length === 0
        ? []
        : [{ kind: 'acknowledgement', message: id, from, waitingFor, subject, sentAt }],
    ),
    ...messages.flatMap(({ id, from, openFor, subject, sentAt }): readonly OpenItem[] =>
      openFor.length === 0 ? [] : [{ kind: 'task', message: id, from, waitingFor: openFor, subject, sentAt }],
    ),
    ...gates.flatMap(({ agent, name, outcome, required }): readonly OpenItem[] =>
      outcome === 'failed' || (required && outcome === 'not reported')
        ? [{ kind: 'gate', agent, name, outcome }]
        : [],
    ),
    ...conflicts.map((conflict): OpenItem => ({ kind: 'conflict', ...conflict })),
    ...staleLocks(situation),
    ...sessions.flatMap(({ id, agent, task, status, stale, lastSeenAt }): readonly OpenItem[] =>
      status !== 'active' || agent === null || task === null || lastSeenAt === null
        ? []
        : [{ kind: 'session', session: id, agent, task, stale, lastSeenAt }],
    ),
    ...(unknown.length === 0
      ? []
      : [{ kind: 'commits', commits: unknown.map(({ oid }) => oid) } satisfies OpenItem]),
  ];
}

/** Locks of the range's sessions that ran out, or outlived their session. */
function staleLocks({ locksNow, sessions, own, now }: Situation): readonly OpenItem[] {
  const active = new Set(sessions.filter(({ status }) => status === 'active').map(({ id }) => id));
  return locksNow.flatMap(({ resource, holders, token, expiresAt }): readonly OpenItem[] => {
    const holder = holders.find(({ agent, session }) =>
      session === null ? own.agents.has(agent) : own.sessions.has(session),
    );
    if (holder === undefined) return [];
    const isExpired = Date.parse(expiresAt) < now;
    const isLeft = holder.session !== null && !active.has(holder.session);
    if (!isExpired && !isLeft) return [];
    const why = isLeft ? 'left behind' : 'expired';
    const end = sessions.find(({ id }) => id === holder.session)?.endedAt;
    return [
      {
        kind: 'lock',
        resource,
        token,
        agent: holder.agent,
        why,
        since: isLeft ? (end ?? expiresAt) : expiresAt,
      },
    ];
  });
}
