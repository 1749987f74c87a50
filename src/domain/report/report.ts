import type { LockMode } from '../locks/lock-record.ts';
import type { AgentName, Oid, RecordId } from '../names.ts';
import type { Recap } from '../schema/recap.ts';
import type { Session } from '../schema/session.ts';
import type { Evidence, Maker } from './attribution.ts';
import type { CommitRange } from './code-review.ts';
import type { ReportMessage } from './conversation.ts';
import type { OtherBranch, OtherLock } from './elsewhere.ts';
import type { ReportGate } from './gates.ts';
import type { LockEnd } from './held-locks.ts';

/** What a reviewer wants to know of a range of commits before its diff. Times are ISO 8601. */
export interface Report {
  readonly range: CommitRange;
  readonly generatedAt: string;
  /** The range has more commits than these, which are the latest. */
  readonly truncated: boolean;
  readonly agents: readonly ReportAgent[];
  /** By their start. */
  readonly sessions: readonly ReportSession[];
  /** Newest first. */
  readonly commits: readonly ReportCommit[];
  /** What the commits touch, sorted. */
  readonly paths: readonly string[];
  /** Oldest first. */
  readonly recaps: readonly ReportRecap[];
  /** Oldest first. */
  readonly messages: readonly ReportMessage[];
  readonly locks: readonly ReportLock[];
  readonly gates: readonly ReportGate[];
  readonly open: readonly OpenItem[];
  readonly others: {
    readonly branches: readonly OtherBranch[];
    readonly locks: readonly OtherLock[];
    /** Branches that could have touched the same paths and were looked at, and those that were too many. */
    readonly examined: number;
    readonly left: number;
  };
  readonly problems: readonly { readonly path: string; readonly message: string; readonly hint?: string }[];
}

export interface ReportAgent {
  readonly name: AgentName;
  /** From its card. */
  readonly description: string | null;
  readonly sessions: readonly RecordId[];
  readonly commits: number;
}

export interface ReportSession {
  readonly id: RecordId;
  /** null: the commits name the session only, and its record is gone. */
  readonly agent: AgentName | null;
  readonly task: string | null;
  /** `unknown`: there is no record of it (any more). */
  readonly status: Session['status'] | 'unknown';
  readonly stale: boolean;
  readonly branch: string | null;
  readonly worktree: string | null;
  readonly startedAt: string;
  /** When it ended, or was last heard of. */
  readonly lastSeenAt: string | null;
  readonly endedAt: string | null;
  readonly summary: string | null;
  /** Of the range, newest first. */
  readonly commits: readonly Oid[];
  /** How these are known to be its. */
  readonly evidence: readonly Evidence[];
}

export interface ReportCommit {
  readonly oid: Oid;
  readonly subject: string;
  readonly author: string;
  readonly authoredAt: string;
  readonly isMerge: boolean;
  /** Empty: nobody is known to have made it under agent-os. */
  readonly makers: readonly Maker[];
  /** As its trailers say. */
  readonly locks: readonly { readonly resource: string; readonly token: number }[];
}

export interface ReportRecap {
  readonly id: RecordId;
  readonly agent: AgentName;
  readonly session: RecordId | null;
  readonly at: string;
  readonly title: string;
  readonly body: string;
  /** Texts of its sections on decisions. */
  readonly decisions: readonly string[];
  /** Of the range. */
  readonly commits: readonly string[];
  readonly gates: NonNullable<Recap['gates']>;
}

export interface ReportLock {
  readonly resource: string;
  readonly token: number;
  /** null: only trailers of commits tell of it, the lock's own history does not (any more). */
  readonly mode: LockMode | null;
  readonly scope: 'remote' | 'local' | null;
  readonly agent: AgentName | null;
  readonly session: RecordId | null;
  readonly paths: readonly string[];
  readonly reason: string | null;
  readonly acquiredAt: string | null;
  readonly endedAt: string | null;
  readonly end: LockEnd | 'unknown';
  /** Milliseconds; until now for one that is held. */
  readonly heldFor: number | null;
  /** Of the range, that name it in a trailer. */
  readonly commits: readonly Oid[];
}

/** What somebody still has to see to. */
export type OpenItem =
  | {
      readonly kind: 'acknowledgement';
      readonly message: RecordId;
      readonly from: AgentName;
      readonly waitingFor: readonly AgentName[];
      readonly subject: string;
      readonly sentAt: string;
    }
  | {
      readonly kind: 'task';
      readonly message: RecordId;
      readonly from: AgentName;
      /** Who has neither done nor declined it. */
      readonly waitingFor: readonly AgentName[];
      readonly subject: string;
      readonly sentAt: string;
    }
  | {
      readonly kind: 'session';
      readonly session: RecordId;
      readonly agent: AgentName;
      readonly task: string;
      readonly stale: boolean;
      readonly lastSeenAt: string;
    }
  | {
      readonly kind: 'lock';
      readonly resource: string;
      readonly token: number;
      readonly agent: AgentName;
      /** `expired`: its lease ran out and nobody has taken it yet; `left behind`: its session is finished. */
      readonly why: 'expired' | 'left behind';
      readonly since: string;
    }
  | {
      readonly kind: 'gate';
      readonly agent: AgentName;
      readonly name: string;
      readonly outcome: 'failed' | 'not reported';
    }
  | {
      readonly kind: 'conflict';
      readonly file: string;
      readonly pointer: string | null;
      /** Who lost. */
      readonly agent: string | null;
      readonly reason: string | null;
    }
  | { readonly kind: 'commits'; readonly commits: readonly Oid[] };
