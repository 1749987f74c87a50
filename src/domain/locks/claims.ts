import * as z from 'zod/mini';
import type { ResourceName } from '../names.ts';
import {
  holderFields,
  holderOf,
  iso,
  type LockHolder,
  type LockMode,
  type LockRecord,
} from './lock-record.ts';
import { decodeDocument, encodeDocument } from './lock-yaml.ts';
import { type PathPattern, parsePathPattern } from './path-pattern.ts';

/** A line of the claims table: a lease that covers paths. The table is one ref, so that overlaps are judged under a lease on it. */
export interface Claim extends LockHolder {
  readonly resource: ResourceName;
  readonly mode: LockMode;
  readonly paths: readonly string[];
  readonly nonce: string;
  readonly token: number;
  readonly ttl: number;
  /** As of the acquisition: renewals move the lock's record only. */
  readonly expiresAt: number;
  readonly unknown: Readonly<Record<string, unknown>>;
}

export interface ClaimsTable {
  readonly claims: readonly Claim[];
  readonly unknown: Readonly<Record<string, unknown>>;
}

const claimSchema = z.looseObject({
  resource: z.string(),
  mode: z.enum(['exclusive', 'shared']),
  paths: z.array(z.string()),
  ...holderFields,
});

/** `claims.yaml`, as JSON Schema is generated from it. */
export const claimsSchema = z.looseObject({ schema: z.string(), claims: z.array(claimSchema) });

export function encodeClaims({ claims, unknown }: ClaimsTable): Uint8Array {
  const sorted = [...claims].sort((a, b) => (a.resource + a.nonce < b.resource + b.nonce ? -1 : 1));
  return encodeDocument('claims', { ...unknown, claims: sorted.map(encodeClaim) }, ['claims']);
}

/** @throws AgentOsError RECORD_BROKEN, SCHEMA_TOO_NEW */
export function decodeClaims(bytes: Uint8Array, where: string): ClaimsTable {
  const { schema: _, claims, ...unknown } = decodeDocument('claims', claimsSchema, bytes, where);
  return { claims: claims.map(decodeClaim), unknown };
}

function encodeClaim({ unknown, expiresAt, ...fields }: Claim) {
  return { ...fields, expires_at: iso(expiresAt), ...unknown };
}

function decodeClaim(parsed: z.infer<typeof claimSchema>): Claim {
  const { agent, session, clone, resource, mode, paths, nonce, token, ttl, expires_at, ...unknown } = parsed;
  const expiresAt = Date.parse(expires_at);
  return {
    ...holderOf(parsed),
    resource: resource as ResourceName,
    mode,
    paths,
    nonce,
    token,
    ttl,
    expiresAt,
    unknown,
  };
}

/** When its lease began: milliseconds since 1970. */
export function acquiredAt(claim: Claim): number {
  return claim.expiresAt - claim.ttl * 1000;
}

/**
 * Whether a claim counts no more, given its lock's record as read after the claims (null: not there, or broken).
 * Tokens only grow and an acquisition moves claim and record together, so a record with a smaller token is one from
 * before the acquisition: the claim was seen first, and is live.
 */
export function isDead(claim: Claim, record: LockRecord | null): boolean {
  return (
    record !== null &&
    record.token >= claim.token &&
    !record.leases.some((lease) => lease.nonce === claim.nonce)
  );
}

/** What a claim covers; a glob that this version cannot read covers everything, so that it is respected. */
export function patternsOf(claim: Pick<Claim, 'paths'>): readonly PathPattern[] {
  return claim.paths.map((path) => {
    try {
      return parsePathPattern(path);
    } catch {
      return parsePathPattern('**');
    }
  });
}
