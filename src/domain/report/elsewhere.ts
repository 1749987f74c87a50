import { patternsOf } from '../locks/path-pattern.ts';
import type { AgentName, Oid, RecordId } from '../names.ts';
import type { Session } from '../schema/session.ts';
import type { UnmergedBranch } from './code-review.ts';

/** A branch that is not merged and touches paths of the range. */
export interface OtherBranch {
  readonly name: string;
  readonly tip: Oid;
  /** Those at work on it now, then those that its commits name. */
  readonly agents: readonly AgentName[];
  readonly tasks: readonly string[];
  readonly commits: number;
  /** ISO 8601. */
  readonly lastCommitAt: string;
  /** Touched here and there. */
  readonly paths: readonly string[];
}

/** A lock that somebody outside of the range holds on its paths. */
export interface OtherLock {
  readonly resource: string;
  readonly agents: readonly AgentName[];
  readonly token: number;
  /** ISO 8601. */
  readonly expiresAt: string;
  /** Paths of the range that it covers. */
  readonly paths: readonly string[];
}

interface HeldNow {
  readonly resource: string;
  readonly holders: readonly { readonly agent: AgentName; readonly session: RecordId | null }[];
  readonly token: number;
  readonly expiresAt: string;
  readonly paths: readonly string[];
}

/**
 * The branches on which something of the range is worked on at the same time, the latest first.
 * @param active - sessions that are at work now
 */
export function findOtherBranches(
  branches: readonly UnmergedBranch[],
  paths: ReadonlySet<string>,
  active: readonly Pick<Session, 'agent' | 'branch' | 'task'>[],
): readonly OtherBranch[] {
  return branches
    .flatMap(({ name, tip, commits }): readonly OtherBranch[] => {
      const shared = new Set(commits.flatMap((commit) => commit.paths.filter((path) => paths.has(path))));
      const touching = commits.filter((commit) => commit.paths.some((path) => paths.has(path)));
      if (shared.size === 0) return [];
      const working = active.filter(({ branch }) => branch !== undefined && isBranch(name, branch));
      const named = touching.flatMap(({ trailers }) => trailers.makers.map(({ agent }) => agent));
      const agents = [...working.map(({ agent }) => agent), ...named].filter((agent) => agent !== null);
      const latest = Math.max(...touching.map(({ committedAt }) => committedAt));
      return [
        {
          ...{ name, tip, agents: [...new Set(agents)], commits: touching.length },
          tasks: working.map(({ task }) => task),
          lastCommitAt: new Date(latest * 1000).toISOString(),
          paths: [...shared].sort(),
        },
      ];
    })
    .sort((a, b) => (a.lastCommitAt < b.lastCommitAt ? 1 : -1));
}

/** Locks that cover a path of the range, of which no holder is one of its sessions (or, without session, its agents). */
export function findOtherLocks(
  locks: readonly HeldNow[],
  paths: readonly string[],
  own: { readonly sessions: ReadonlySet<RecordId>; readonly agents: ReadonlySet<AgentName> },
): readonly OtherLock[] {
  return locks.flatMap(({ resource, holders, token, expiresAt, paths: globs }): readonly OtherLock[] => {
    const isOwn = holders.some(({ agent, session }) =>
      session === null ? own.agents.has(agent) : own.sessions.has(session),
    );
    if (isOwn || globs.length === 0) return [];
    const patterns = patternsOf({ paths: globs });
    const covered = paths.filter((path) => patterns.some((pattern) => pattern.matches(path)));
    const agents = [...new Set(holders.map(({ agent }) => agent))];
    return covered.length === 0 ? [] : [{ resource, agents, token, expiresAt, paths: covered }];
  });
}

/** `origin/topic` is the branch `topic` of a session. */
function isBranch(name: string, branch: string): boolean {
  return name === branch || name.endsWith(`/${branch}`);
}
