import * as z from 'zod/mini';
import type { ResourceName } from '../names.ts';
import type { Claim, ClaimsTable } from './claims.ts';
import { holderOf, iso } from './lock-record.ts';
import { holderFields } from './lock-record-codec.ts';
import { decodeDocument, encodeDocument } from './lock-yaml.ts';

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
