/** What the rules judge: plain data, gathered by src/app/verify. Times are milliseconds since 1970, durations seconds. */
import type { Claim } from '../locks/claims.ts';
import type { LockMode, LockRecord } from '../locks/lock-record.ts';
import type { PathPattern } from '../locks/path-pattern.ts';
import type { AgentName, Oid, RecordId, ResourceName } from '../names.ts';
import type { CommitTrailers } from './commit-trailers.ts';

/** One commit of the code. */
export interface CodeCommitFacts {
  readonly oid: Oid;
  /** Seconds since 1970. */
  readonly committedAt: number;
  /** Paths that it changes, both names of a rename; for a merge those that differ from every parent. */
  readonly paths: readonly string[];
  readonly trailers: CommitTrailers;
}

/** Locks as they stand on the refs. */
export interface LockFacts {
  /** By resource; tombstones included, broken records not. */
  readonly records: ReadonlyMap<ResourceName, LockRecord>;
  readonly claims: readonly Claim[];
  readonly broken: readonly { readonly ref: string; readonly oid: Oid; readonly problem: string }[];
  /** Records whose commit has a subject that says something else. */
  readonly mislabelled: readonly {
    readonly ref: string;
    readonly subject: string;
    readonly record: LockRecord;
  }[];
}

/** One token that was given, as the record that gave it says. */
export interface Grant {
  readonly agent: AgentName;
  readonly session: RecordId | null;
  readonly mode: LockMode;
  readonly paths: readonly string[];
}

/** What the chain of a lock's records tells. */
export interface LockStory {
  /** By token; several sessions may share one resource, but no token. */
  readonly grants: ReadonlyMap<number, readonly Grant[]>;
  /** The smallest token in the chain; Infinity where there is no chain. Older records were removed by gc, if they existed. */
  readonly firstToken: number;
}

/** The clock of the check, and what config.yaml says about time. */
export interface TimeFacts {
  readonly now: number;
  /** How far two clocks may differ. */
  readonly maxSkew: number;
  /** How long released locks are kept. */
  readonly tombstones: number;
}

/** A path or resource that may be changed under a lock only. */
export interface Requirement {
  /** As config.yaml has it. */
  readonly text: string;
  /** When `text` is a resource: a lock on it is enough. */
  readonly resource: string | null;
  readonly patterns: readonly PathPattern[];
}

/** Whether a lease still binds others: until two clocks that differ as much as policy allows agree that it has ended. */
export function isRunning(lease: { readonly expiresAt: number }, { now, maxSkew }: TimeFacts): boolean {
  return now <= lease.expiresAt + maxSkew * 1000;
}

/** Whether a commit was made by the holder's session; a lease without a session is that of its agent. */
export function isMadeBy(
  commit: CodeCommitFacts,
  holder: { readonly agent: AgentName; readonly session: RecordId | null },
): boolean {
  const { agents, sessions } = commit.trailers;
  return holder.session === null ? agents.has(holder.agent) : sessions.has(holder.session);
}

/** Some paths in one phrase: the first three, and how many more there are. */
export function namePaths(paths: readonly string[]): string {
  const rest = paths.length - 3;
  return `${paths.slice(0, 3).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
