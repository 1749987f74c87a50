/** The words that every format uses, so that they say the same. Plain text: whoever prints it escapes it. */
import type { Evidence } from '../domain/report/attribution.ts';
import type { OpenItem, Report, ReportLock, ReportSession } from '../domain/report/report.ts';
import { formatMoment, formatSpan } from '../domain/time.ts';

/** `1 commit`, `2 commits`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** What the range is, in one sentence. */
export function headline({ agents, sessions, commits, paths, truncated }: Report): string {
  const known = commits.filter(({ makers }) => makers.length > 0).length;
  const all = `${truncated ? 'the latest ' : ''}${count(commits.length, 'commit')}`;
  if (commits.length === 0) return 'There is no commit in this range.';
  if (known === 0) return `Nothing ties ${all} on ${count(paths.length, 'file')} to an agent.`;
  const whose = known === commits.length ? all : `${known} of ${all}`;
  return `${count(agents.length, 'agent')} in ${count(sessions.length, 'session')} made ${whose} on ${count(paths.length, 'file')}.`;
}

/** One sentence without its full stop. */
export function describeOpen(item: OpenItem): string {
  switch (item.kind) {
    case 'acknowledgement':
      return `${item.waitingFor.join(', ')} has not acknowledged “${item.subject}”, which ${item.from} sent on ${formatMoment(item.sentAt)}`;
    case 'task':
      return `${item.waitingFor.join(', ')} has not done “${item.subject}”, which ${item.from} asked for on ${formatMoment(item.sentAt)}`;
    case 'gate':
      return item.outcome === 'failed'
        ? `The quality gate “${item.name}” of ${item.agent} failed`
        : `The quality gate “${item.name}” of ${item.agent} is required and not reported`;
    case 'conflict':
      return `${item.file}${item.pointer ?? ''} is in conflict: ${item.reason ?? `${item.agent ?? 'somebody'} had set another value at the same time`}`;
    case 'lock':
      return item.why === 'expired'
        ? `The lock ${item.resource} #${item.token} of ${item.agent} ran out on ${formatMoment(item.since)}`
        : `The lock ${item.resource} #${item.token} outlived the session in which ${item.agent} took it`;
    case 'session':
      return item.stale
        ? `${item.agent} has not finished “${item.task}” and was last heard of on ${formatMoment(item.lastSeenAt)}`
        : `${item.agent} is still at work on “${item.task}”`;
    case 'commits':
      return `${count(item.commits.length, 'commit names', 'commits name')} no agent or session: ${item.commits
        .slice(0, 5)
        .map((oid) => oid.slice(0, 10))
        .join(', ')}${item.commits.length > 5 ? ', …' : ''}`;
  }
}

const EVIDENCE: Readonly<Record<Evidence, string>> = {
  trailer: 'commit trailers',
  record: 'the session’s record',
  recap: 'a recap',
  patch: 'equal patches',
  time: 'branch and time alone',
};

/** How a session's commits are known to be its; empty for a session without commits here. */
export function describeEvidence(evidence: readonly Evidence[]): string {
  return evidence.length === 0 ? '' : `known by ${evidence.map((one) => EVIDENCE[one]).join(' and ')}`;
}

export function describeStatus({ status, stale }: ReportSession): string {
  if (stale) return 'stale';
  return status === 'unknown' ? 'no record' : status;
}

/** `2026-11-23 05:00 UTC, for 1 h 20 min`; `since …` for a session that goes on. */
export function describeTime({ startedAt, lastSeenAt, status }: ReportSession): string {
  if (status === 'active') return `since ${formatMoment(startedAt)}`;
  const span = lastSeenAt === null ? null : Date.parse(lastSeenAt) - Date.parse(startedAt);
  return `${formatMoment(startedAt)}${span === null ? '' : `, for ${formatSpan(span)}`}`;
}

export function describeHolding({ heldFor, end }: ReportLock): string {
  if (heldFor === null) return 'only the commits tell of it';
  const span = formatSpan(heldFor);
  if (end === 'held') return `${span}, and still held`;
  if (end === 'expired') return `${span}, until it ran out`;
  if (end === 'forced') return `${span}, until it was released by force`;
  if (end === 'reaped') return `${span}, until it was reaped`;
  if (end === 'taken') return `${span}, until another took it`;
  return span;
}

/** Why there may be more than what is shown of others. */
export function describeExamined({ others }: Report): string {
  const more = others.left === 0 ? '' : `; ${others.left} older ones were not looked at`;
  return `${count(others.examined, 'unmerged branch', 'unmerged branches')} with recent commits looked at, as last fetched${more}`;
}
