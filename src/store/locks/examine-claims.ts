import { AgentOsError } from '../../domain/errors.ts';
import type { Claim } from '../../domain/locks/claims.ts';
import { rebuildClaims } from '../../domain/locks/rebuild-claims.ts';
import type { Authority } from './authority.ts';
import type { LockContext } from './lock-context.ts';
import type { ClaimsProblem } from './locks.ts';

/** See Locks.examineClaims. */
export async function examineClaims(context: LockContext): Promise<readonly ClaimsProblem[]> {
  const found = await Promise.all(context.authorities.map((authority) => examineAt(context, authority)));
  return found.flat();
}

async function examineAt(context: LockContext, authority: Authority): Promise<readonly ClaimsProblem[]> {
  const refs = await authority.glance();
  const { claimsRef: ref } = authority;
  const { claims: oid } = refs;
  const { records } = await context.boards.readAll(authority, refs);
  const due = rebuildClaims(records.values());
  const tell = (kind: ClaimsProblem['kind'], claims: readonly Claim[], problem: string | null = null) => {
    const resources = [...new Set(claims.map(({ resource }) => resource))];
    return [{ ref, oid, kind, problem, resources }];
  };
  if (oid === null) return due.length === 0 ? [] : tell('missing', due);
  try {
    const listed = await context.boards.readClaims(authority, refs);
    const isListed = ({ resource, nonce }: Claim) =>
      listed.some((claim) => claim.resource === resource && claim.nonce === nonce);
    // One who shares a lock without paths of its own has no claim.
    const left = due.filter((claim) => claim.mode === 'exclusive' && !isListed(claim));
    return left.length === 0 ? [] : tell('incomplete', left);
  } catch (error) {
    if (!(error instanceof AgentOsError)) throw error;
    return tell(error.code === 'SCHEMA_TOO_NEW' ? 'too-new' : 'broken', due, error.message);
  }
}
