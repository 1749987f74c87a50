import * as z from 'zod/mini';
import type { ResourceName } from '../names.ts';
import { agentName, cloneId, recordId, time } from '../schema/parts.ts';
import { holderOf, iso, type Lease, type LockRecord } from './lock-record.ts';
import { decodeDocument, encodeDocument } from './lock-yaml.ts';

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
