import { unite } from '../../domain/locks/lock-changes.ts';
import type { LockHolder } from '../../domain/locks/lock-record.ts';
import type { AcquireInput } from '../../domain/locks/lock-rules.ts';
import type { ResourceName } from '../../domain/names.ts';
import type { Authority, LockRefs } from './authority.ts';
import { assertReadable, type StoredBoard } from './board-reader.ts';
import type { LockContext } from './lock-context.ts';
import type { AcquireRequest } from './locks.ts';

/** One request to acquire, through all of its tries. */
export interface Attempt {
  readonly authority: Authority;
  readonly asker: LockHolder;
  readonly nonce: string;
  readonly request: AcquireRequest;
  readonly resources: readonly ResourceName[];
}

/**
 * What a plan needs to know, as `refs` have it: the policy on the branch that came with them, the wanted records, and
 * the claims if paths are at stake.
 * @throws AgentOsError as assertReadable does
 */
export async function lookAt(
  context: LockContext,
  authority: Authority,
  refs: LockRefs,
  { asker, nonce, request, resources }: Attempt,
): Promise<{ readonly board: StoredBoard; readonly input: AcquireInput }> {
  const policy = await context.dependencies.policyAt(refs.branch);
  const wanted = resources.map((resource) => ({
    resource,
    paths: unite(request.paths ?? [], policy.pathsOf(resource)),
  }));
  const read = (withClaims: boolean) => context.boards.read(authority, refs, { resources, withClaims });
  const isCovering = wanted.some(({ paths }) => paths.length > 0);
  const records = await read(isCovering);
  const isCovered = [...records.records.values()].some((record) => record.paths.length > 0);
  const board = isCovered && !isCovering ? await read(true) : records;
  assertReadable(board, resources);
  const { mode = 'exclusive', ttl = policy.ttl, reason = null } = request;
  const now = context.dependencies.clock.now();
  const judge = await context.judge(authority, refs, policy);
  return { board, input: { board, asker, nonce, wanted, mode, ttl, reason, now, judge } };
}
