import type { LockRecord } from '../locks/lock-record.ts';
import type { ResourceName } from '../names.ts';
import type { LockTrailer } from '../trailers.ts';
import {
  type CodeCommitFacts,
  isMadeBy,
  isRunning,
  type LockFacts,
  type LockStory,
  namePaths,
  type TimeFacts,
} from './facts.ts';
import type { Draft } from './finding.ts';

export interface TokenFacts {
  readonly commits: readonly CodeCommitFacts[];
  /** Commits of the base that the range's tip does not have, as far as they name locks. */
  readonly base: readonly CodeCommitFacts[];
  readonly records: LockFacts['records'];
  /** Of every resource that a commit names. */
  readonly stories: ReadonlyMap<string, LockStory>;
  readonly time: TimeFacts;
}

/**
 * Commits whose fencing token is not, or no longer, good:
 * 1. the lock's history does not have the token, or has it for another session;
 * 2. another session holds the resource exclusively now, with a higher token;
 * 3. the base has a commit on the same paths with a higher token that the range's tip does not have.
 * An honest branch whose lock was released and taken again later is none of these, nor is one that has merged or was
 * rebased onto what the later holder landed.
 */
export function findStaleTokens(facts: TokenFacts): readonly Draft[] {
  return facts.commits.flatMap((commit) =>
    commit.trailers.locks.flatMap((lock) => judge(commit, lock, facts) ?? []),
  );
}

/** No token is older than the format: each is at least the time in seconds at which it was given. */
const EARLIEST = Date.UTC(2026, 0, 1) / 1000;

function judge(commit: CodeCommitFacts, lock: LockTrailer, facts: TokenFacts): Draft | null {
  const { resource, token } = lock;
  const draft = (message: string, hint: string): Draft => ({
    rule: 'stale-token',
    commit: commit.oid,
    ...(commit.paths[0] !== undefined && { path: commit.paths[0] }),
    message: `${resource}@${token} ${message}`,
    hint,
  });
  const story = facts.stories.get(resource);
  const grants = story?.grants.get(token) ?? [];
  if (grants.length === 0) {
    const isForgotten =
      token >= EARLIEST &&
      token < (story?.firstToken ?? Number.POSITIVE_INFINITY) &&
      token * 1000 < facts.time.now - facts.time.tombstones * 1000;
    if (isForgotten) {
      const message = 'is older than the history of the lock that is kept, so nobody can say whose it was';
      return { ...draft(message, 'See who made the commit, and what was locked then.'), atMost: 'warn' };
    }
    return draft('was never given', `Lock it: \`agent-os lock ${resource}\`, and commit again.`);
  }
  if (!grants.some((grant) => isMadeBy(commit, grant))) {
    const owners = [...new Set(grants.map(({ agent }) => agent))].join(', ');
    return draft(
      `was given to another session, of ${owners}`,
      'Lock it in the session that makes the commit.',
    );
  }
  const holder = successor(commit, facts.records.get(resource as ResourceName), token, facts.time);
  if (holder !== null) {
    return draft(
      `was taken over: ${holder.agent} holds it now with #${holder.token}`,
      `Wait until ${holder.agent} has released ${resource}, bring your branch up to date, then check again.`,
    );
  }
  return landed(commit, lock, facts, draft);
}

function successor(
  commit: CodeCommitFacts,
  record: LockRecord | undefined,
  token: number,
  time: TimeFacts,
): LockRecord['leases'][number] | null {
  if (record === undefined || record.mode !== 'exclusive') return null;
  const later = record.leases.filter((lease) => lease.token > token && isRunning(lease, time));
  return later.find((lease) => !isMadeBy(commit, lease)) ?? null;
}

function landed(
  commit: CodeCommitFacts,
  { resource, token }: LockTrailer,
  { base }: TokenFacts,
  draft: (message: string, hint: string) => Draft,
): Draft | null {
  for (const other of base) {
    const later = other.trailers.locks.find((lock) => lock.resource === resource && lock.token > token);
    if (later === undefined) continue;
    const changed = new Set(other.paths);
    const common = commit.paths.filter((path) => changed.has(path));
    if (common.length === 0) continue;
    return draft(
      `is behind the base: ${other.oid.slice(0, 12)} has changed ${namePaths(common)} under #${later.token}`,
      'Rebase onto the base, or merge it, then check again.',
    );
  }
  return null;
}
