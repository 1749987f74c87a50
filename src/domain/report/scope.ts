import { recordTime } from '../layout.ts';
import type { AgentName, Oid, RecordId } from '../names.ts';
import type { Recap } from '../schema/recap.ts';
import type { Session } from '../schema/session.ts';
import { type Makers, workingTime } from './attribution.ts';
import type { RangeCommit } from './code-review.ts';

/** Whose work a range is, and when it was done. */
export interface Scope {
  /** Sorted by name. */
  readonly agents: readonly AgentName[];
  /** With a record, by their start. */
  readonly sessions: readonly Session[];
  /** Named by commits, without a record. */
  readonly lost: readonly {
    readonly id: RecordId;
    readonly agent: AgentName | null;
    /** Milliseconds since 1970, as its id says. */
    readonly startedAt: number;
  }[];
  /** Milliseconds since 1970: from the first session's start to the last one's end; null without any. */
  readonly time: { readonly start: number; readonly end: number } | null;
}

/** The sessions and agents behind the commits. @param sessions - all that are known */
export function planScope(makers: Makers, sessions: readonly Session[], now: number): Scope {
  const all = [...makers.values()].flat();
  const known = new Map(sessions.map((session) => [session.id, session]));
  const ids = new Set(all.flatMap(({ session }) => session ?? []));
  const own = [...ids].flatMap((id) => known.get(id) ?? []).sort((a, b) => (a.id < b.id ? -1 : 1));
  const lost = [...ids]
    .filter((id) => !known.has(id))
    .map((id) => ({
      id,
      agent: all.find((maker) => maker.session === id)?.agent ?? null,
      startedAt: recordTime(id),
    }));
  const times = [
    ...own.map((session) => workingTime(session, now)),
    ...lost.map(({ startedAt }) => ({ start: startedAt, end: startedAt })),
  ];
  return {
    agents: [...new Set(all.flatMap(({ agent }) => agent ?? []))].sort(),
    sessions: own,
    lost,
    time:
      times.length === 0
        ? null
        : {
            start: Math.min(...times.map(({ start }) => start)),
            end: Math.max(...times.map(({ end }) => end)),
          },
  };
}

/** Recaps of the scope's sessions, about commits of the range, or written by an agent without session meanwhile. */
export function selectRecaps(
  recaps: readonly Recap[],
  { sessions }: Scope,
  range: { readonly commits: readonly RangeCommit[]; readonly now: number },
): readonly Recap[] {
  const ids = new Set(sessions.map(({ id }) => id));
  const oids = new Set<string>(range.commits.map(({ oid }) => oid));
  return recaps
    .filter(({ session, agent, at, commits }) => {
      if (session !== undefined && ids.has(session)) return true;
      if (commits.some((oid) => oids.has(oid))) return true;
      const time = Date.parse(at);
      return (
        session === undefined &&
        sessions.some((one) => {
          const { start, end } = workingTime(one, range.now);
          return one.agent === agent && time >= start && time <= end;
        })
      );
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Commits that are listed somewhere and are not in the range: what rebases and cherry-picks were made of. */
export function listForeign(
  records: readonly Pick<Session | Recap, 'commits'>[],
  commits: readonly RangeCommit[],
): readonly Oid[] {
  const own = new Set<string>(commits.map(({ oid }) => oid));
  return [...new Set(records.flatMap((record) => record.commits))].filter((oid) => !own.has(oid)) as Oid[];
}
