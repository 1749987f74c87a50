/** Where things stand on the timeline: pure geometry, in percent of its width, so that it fits every screen. */
import type { Report, ReportLock, ReportSession } from '../domain/report/report.ts';

export interface Timeline {
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  readonly lanes: readonly Lane[];
  /** Sessions and locked resources that are not drawn, for their number. */
  readonly left: number;
}

export type Lane =
  | {
      readonly kind: 'session';
      readonly session: ReportSession;
      readonly bar: Bar;
      readonly marks: readonly Mark[];
    }
  | {
      readonly kind: 'lock';
      readonly resource: string;
      readonly agent: string | null;
      /** Each time that the session held it. */
      readonly holdings: readonly { readonly lock: ReportLock; readonly bar: Bar }[];
    };

/** From and to, in percent. */
export interface Bar {
  readonly from: number;
  readonly to: number;
}

export interface Mark {
  readonly kind: 'commit' | 'message' | 'handoff' | 'recap';
  readonly at: number;
  readonly text: string;
  /** ISO 8601. */
  readonly time: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 30, 90, 365].map((days) => days * DAY),
];
const TICKS = 5;
const SESSIONS = 60;
const RESOURCES_EACH = 12;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The timeline of a report; null when nothing in it has a time. */
export function planTimeline(report: Report): Timeline | null {
  const now = Date.parse(report.generatedAt);
  const drawn = report.sessions.slice(0, SESSIONS);
  if (drawn.length === 0) return null;
  const locksOf = ({ id }: ReportSession) =>
    report.locks.filter(({ session, acquiredAt }) => session === id && acquiredAt !== null);
  const resourcesOf = (session: ReportSession) => [
    ...new Set(locksOf(session).map(({ resource }) => resource)),
  ];
  const spans = drawn.flatMap((session) => [
    spanOf(session, now),
    ...locksOf(session).map((lock) => spanOf(asSpan(lock), now)),
  ]);
  const start = Math.min(...spans.map(({ from }) => from));
  const end = Math.max(start + MINUTE, ...spans.map(({ to }) => to));
  const place = (time: number) => Math.round((10_000 * (time - start)) / (end - start)) / 100;
  const bar = (span: ReturnType<typeof spanOf>): Bar => ({
    from: place(span.from),
    to: place(span.to),
  });
  const lanes = drawn.flatMap((session): readonly Lane[] => [
    {
      kind: 'session',
      session,
      bar: bar(spanOf(session, now)),
      marks: marksOf(session, report)
        .map((mark) => ({ ...mark, at: place(Date.parse(mark.time)) }))
        .filter(({ at }) => at >= 0 && at <= 100),
    },
    ...resourcesOf(session)
      .slice(0, RESOURCES_EACH)
      .map((resource): Lane => {
        const locks = locksOf(session).filter((lock) => lock.resource === resource);
        const holdings = locks.map((lock) => ({ lock, bar: bar(spanOf(asSpan(lock), now)) }));
        return { kind: 'lock', resource, agent: session.agent, holdings };
      }),
  ]);
  const hidden = drawn.flatMap((session) => resourcesOf(session).slice(RESOURCES_EACH));
  const left = report.sessions.length - drawn.length + hidden.length;
  return { start, end, ticks: planTicks(start, end, place), lanes, left };
}

function asSpan({ acquiredAt, endedAt }: ReportLock) {
  return { startedAt: acquiredAt ?? '', endedAt };
}

/** What has ended ends there; what goes on ends now, or where it was last heard of when it is stale. */
function spanOf(
  one: {
    readonly startedAt: string;
    readonly endedAt: string | null;
    readonly lastSeenAt?: string | null;
    readonly status?: string;
    readonly stale?: boolean;
  },
  now: number,
): { readonly from: number; readonly to: number } {
  const from = Date.parse(one.startedAt);
  const isOver = one.endedAt !== null || one.stale === true || (one.status ?? 'active') !== 'active';
  const to = isOver ? Date.parse(one.endedAt ?? one.lastSeenAt ?? one.startedAt) : now;
  return { from, to: Math.max(from, to) };
}

function marksOf(session: ReportSession, report: Report): readonly Omit<Mark, 'at'>[] {
  const commits = report.commits.filter(({ oid }) => session.commits.includes(oid));
  return [
    ...commits.map(({ oid, subject, authoredAt }) => ({
      kind: 'commit' as const,
      text: `${oid.slice(0, 10)} ${subject}`,
      time: authoredAt,
    })),
    ...report.messages
      .filter((message) => message.session === session.id)
      .map(({ kind, to, subject, sentAt }) => ({
        kind: kind === 'handoff' ? ('handoff' as const) : ('message' as const),
        text: `to ${to.join(', ')}: ${subject}`,
        time: sentAt,
      })),
    ...report.recaps
      .filter((recap) => recap.session === session.id)
      .map(({ title, at }) => ({ kind: 'recap' as const, text: title, time: at })),
  ];
}

function planTicks(start: number, end: number, place: (time: number) => number): Timeline['ticks'] {
  const step = STEPS.find((candidate) => (end - start) / candidate <= TICKS) ?? 365 * DAY;
  const first = Math.ceil(start / step) * step;
  const ticks: { at: number; label: string }[] = [];
  for (let time = first; time <= end && ticks.length <= TICKS; time += step)
    ticks.push({ at: place(time), label: labelOf(time, step) });
  return ticks;
}

/** `05:30`, `Nov 23` for a day, `Nov 2026` where the ticks are months apart. */
function labelOf(time: number, step: number): string {
  const date = new Date(time);
  const month = MONTHS[date.getUTCMonth()] ?? '';
  if (step >= 90 * DAY) return `${month} ${date.getUTCFullYear()}`;
  const isDay = step >= DAY || time % DAY === 0;
  return isDay ? `${month} ${date.getUTCDate()}` : date.toISOString().slice(11, 16);
}
