import type { AgentName, CloneId, RecordId, ResourceName } from '../names.ts';

/** Who asks: an agent's session in this clone. A lock taken without a session belongs to the agent in its clone. */
export interface LockOwner {
  readonly agent: AgentName;
  readonly session: RecordId | null;
}

/** Who holds: an owner, and the clone it works in. */
export interface LockHolder extends LockOwner {
  readonly clone: CloneId;
}

export type LockMode = 'exclusive' | 'shared';

/** What a holder has of a lock, and until when. Times are milliseconds since 1970, `ttl` is in seconds. */
export interface Lease extends LockHolder {
  /** Random, of one acquisition: without it two clones could build byte-identical records and both believe. */
  readonly nonce: string;
  /** The fencing token of that acquisition. */
  readonly token: number;
  readonly ttl: number;
  readonly acquiredAt: number;
  /** Grows with every renewal, so that a lease that was renewed never looks like the one before. */
  readonly renewedAt: number;
  readonly expiresAt: number;
  readonly unknown: Readonly<Record<string, unknown>>;
}

/** The content of a lock ref; without holders it is a tombstone, which keeps the token. */
export interface LockRecord {
  readonly resource: ResourceName;
  readonly mode: LockMode;
  /** The largest token that was ever given for this resource. */
  readonly token: number;
  readonly paths: readonly string[];
  readonly reason: string | null;
  readonly leases: readonly Lease[];
  readonly unknown: Readonly<Record<string, unknown>>;
}

/** Who holds, without what is held. */
export function holderOf({ agent, session, clone }: LockHolder): LockHolder {
  return { agent, session, clone };
}

/**
 * Whether a lease is the asker's: the same session of the same agent in the same clone; a lease without a session is
 * that of every session of its agent in its clone.
 */
export function isHeldBy(lease: LockHolder, asker: LockHolder): boolean {
  return (
    lease.agent === asker.agent &&
    lease.clone === asker.clone &&
    (lease.session === asker.session || lease.session === null)
  );
}

/** The subject of the record's commit: all that a shell needs. */
export function describeLockRecord(record: LockRecord): string {
  const { resource, token, leases } = record;
  if (leases.length === 0) return `free ${resource} #${token}`;
  const agents = [...new Set(leases.map((lease) => lease.agent))].join(', ');
  const until = iso(Math.max(...leases.map((lease) => lease.expiresAt))).replace(/\.\d+Z$/, 'Z');
  return `held ${resource} by ${agents} until ${until} #${token}`;
}

/** Whether the message of a record's commit says what the record says: shells and people read the subject alone. */
export function isDescribedBy(record: LockRecord, message: string): boolean {
  return readSubject(message) === describeLockRecord(record);
}

/** The first paragraph, which git shows as one line. */
export function readSubject(message: string): string {
  return (message.split('\n\n', 1)[0] ?? '').trimEnd();
}

/** ISO 8601 in UTC, with milliseconds. */
export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
