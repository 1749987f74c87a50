import type { AgentName, Oid, RecordId } from '../names.ts';
import type { Recap } from '../schema/recap.ts';
import type { Session } from '../schema/session.ts';
import type { RangeCommit } from './code-review.ts';

/**
 * How a commit is known to be a session's: its trailers say so, the session's record or a recap lists it, it has the
 * patch of a commit that they list, or nothing but branch and time fit.
 */
export type Evidence = 'trailer' | 'record' | 'recap' | 'patch' | 'time';

export interface Maker {
  readonly agent: AgentName | null;
  readonly session: RecordId | null;
  readonly evidence: Evidence;
}

/** Who made each commit; commits that nobody is known to have made are not in it. */
export type Makers = ReadonlyMap<Oid, readonly Maker[]>;

export interface AttributionInput {
  readonly commits: readonly RangeCommit[];
  readonly sessions: readonly Session[];
  readonly recaps: readonly Recap[];
}

/** What commits say of themselves, and what sessions and recaps say of them. Survives whatever keeps message or oid. */
export function attributeByRecords({ commits, sessions, recaps }: AttributionInput): Makers {
  const makers = new Map<Oid, readonly Maker[]>();
  const bySession = new Map(sessions.map((session) => [session.id, session]));
  const listed = new Map<string, Maker[]>();
  const list = (oid: string, maker: Maker) => listed.set(oid, [...(listed.get(oid) ?? []), maker]);
  for (const { id, agent, commits: own } of sessions)
    for (const oid of own) list(oid, { agent, session: id, evidence: 'record' });
  for (const { agent, session = null, commits: own } of recaps)
    for (const oid of own) list(oid, { agent, session, evidence: 'recap' });

  for (const { oid, trailers } of commits) {
    const stated = trailers.makers.map(
      ({ agent, session }): Maker => ({
        agent: (session === null ? undefined : bySession.get(session)?.agent) ?? agent,
        session,
        evidence: 'trailer',
      }),
    );
    const found = stated.length > 0 ? stated : firstOfEach(listed.get(oid) ?? []);
    if (found.length > 0) makers.set(oid, found);
  }
  return makers;
}

/**
 * Commits that have the patch of one that a session or a recap lists under another oid: a rebase or a cherry-pick
 * without trailers. A session also keeps the patch of all its commits together, which a squash merge has.
 * @param patches - by oid: of the commits in question and of those that are listed
 */
export function attributeByPatch(
  { commits, sessions, recaps }: AttributionInput,
  patches: ReadonlyMap<Oid, string>,
): Makers {
  const owners = new Map<string, Maker>();
  const own = (patch: string | undefined, maker: Omit<Maker, 'evidence'>) => {
    if (patch !== undefined && !owners.has(patch)) owners.set(patch, { ...maker, evidence: 'patch' });
  };
  for (const { id, agent, commits: listed, patches: kept = [] } of sessions) {
    for (const patch of kept) own(patch, { agent, session: id });
    for (const oid of listed) own(patches.get(oid as Oid), { agent, session: id });
  }
  for (const { agent, session = null, commits: listed } of recaps)
    for (const oid of listed) own(patches.get(oid as Oid), { agent, session });

  const makers = new Map<Oid, readonly Maker[]>();
  for (const { oid } of commits) {
    const owner = owners.get(patches.get(oid) ?? '');
    if (owner !== undefined) makers.set(oid, [owner]);
  }
  return makers;
}

/**
 * Commits on a branch where exactly one session was at work when they were authored. Only a guess, and said to be
 * one; it serves sessions that are not finished, where nothing writes trailers.
 */
export function attributeByTime(
  { commits, sessions }: Omit<AttributionInput, 'recaps'>,
  { branch, now }: { readonly branch: string | null; readonly now: number },
): Makers {
  const makers = new Map<Oid, readonly Maker[]>();
  const candidates = sessions.filter((session) => branch !== null && session.branch === branch);
  for (const { oid, authoredAt, parents } of commits) {
    const at = authoredAt * 1000;
    const [only, second] = candidates.filter((session) => {
      const { start, end } = workingTime(session, now);
      // git keeps whole seconds
      return at >= start - 1000 && at <= end;
    });
    if (only === undefined || second !== undefined || parents.length > 1) continue;
    makers.set(oid, [{ agent: only.agent, session: only.id, evidence: 'time' }]);
  }
  return makers;
}

/** From when to when a session was at work, in milliseconds since 1970; one that goes on works until now. */
export function workingTime(session: Session, now: number): { readonly start: number; readonly end: number } {
  const { started_at, heartbeat_at, ended_at, status } = session;
  const end = status === 'active' ? now : Date.parse(ended_at ?? heartbeat_at);
  return { start: Date.parse(started_at), end };
}

/** Each agent's session once, its own record before a recap. */
function firstOfEach(makers: readonly Maker[]): readonly Maker[] {
  return makers.filter(
    (maker, index) =>
      makers.findIndex(
        ({ agent, session }) =>
          agent === maker.agent && (session ?? maker.session) === (maker.session ?? session),
      ) === index,
  );
}
