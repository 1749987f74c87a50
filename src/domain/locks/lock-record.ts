import * as z from 'zod/mini';
import type { AgentName, CloneId, RecordId, ResourceName } from '../names.ts';
import { agentName, cloneId, recordId, time } from '../schema/parts.ts';
import { decodeDocument, encodeDocument } from './lock-yaml.ts';

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

const natural = z.int().check(z.nonnegative());

/** A holder as every document of locks writes it. */
export const holderFields = {
  agent: agentName,
  session: z.nullable(recordId),
  clone: cloneId,
  nonce: z.string().check(z.minLength(1)),
  token: natural,
  ttl: z.int().check(z.positive()),
  expires_at: time,
};

const leaseSchema = z.looseObject({ ...holderFields, acquired_at: time, renewed_at: time });

/** `lock.yaml`, as JSON Schema is generated from it. */
export const lockSchema = z.looseObject({
  schema: z.string(),
  resource: z.string(),
  state: z.enum(['held', 'free']),
  mode: z.enum(['exclusive', 'shared']),
  token: natural,
  paths: z.array(z.string()),
  reason: z.nullable(z.string()),
  holders: z.array(leaseSchema),
});

const ORDER = ['resource', 'state', 'mode', 'token', 'paths', 'reason', 'holders'];

export function encodeLockRecord(record: LockRecord): Uint8Array {
  const { resource, mode, token, paths, reason, leases, unknown } = record;
  const state = leases.length === 0 ? 'free' : 'held';
  const holders = leases.map(encodeLease);
  return encodeDocument('lock', { ...unknown, resource, state, mode, token, paths, reason, holders }, ORDER);
}

/** @throws AgentOsError RECORD_BROKEN, SCHEMA_TOO_NEW */
export function decodeLockRecord(bytes: Uint8Array, where: string): LockRecord {
  const {
    schema: _,
    state: __,
    resource,
    mode,
    token,
    paths,
    reason,
    holders,
    ...unknown
  } = decodeDocument('lock', lockSchema, bytes, where);
  return {
    resource: resource as ResourceName,
    mode,
    token,
    paths,
    reason,
    leases: holders.map(decodeLease),
    unknown,
  };
}

function encodeLease({ unknown, acquiredAt, renewedAt, expiresAt, ...fields }: Lease) {
  const times = { acquired_at: iso(acquiredAt), renewed_at: iso(renewedAt), expires_at: iso(expiresAt) };
  return { ...fields, ...times, ...unknown };
}

function decodeLease(parsed: z.infer<typeof leaseSchema>): Lease {
  const { agent, session, clone, nonce, token, ttl, acquired_at, renewed_at, expires_at, ...unknown } =
    parsed;
  return {
    ...holderOf(parsed),
    nonce,
    token,
    ttl,
    acquiredAt: Date.parse(acquired_at),
    renewedAt: Date.parse(renewed_at),
    expiresAt: Date.parse(expires_at),
    unknown,
  };
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

/** ISO 8601 in UTC, with milliseconds. */
export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
