import { AgentOsError } from '../domain/errors.ts';
import { decodeClaims } from '../domain/locks/claims-codec.ts';
import { decodeLockRecord } from '../domain/locks/lock-record-codec.ts';
import type { Oid, RefName } from '../domain/names.ts';
import type { CommitObject, Mirror } from '../domain/ports.ts';
import type { Workspace } from './workspace.ts';

/** A ref of the remote that may go, at the value that was judged. */
export interface OldRef {
  readonly ref: RefName;
  readonly expect: Oid;
}

/**
 * Refs of the remote that nothing depends on any more and that nobody has moved for `age` seconds: outboxes of other
 * clones that the branch contains, and tombstones of locks. A tombstone stays while a claim names its resource (the
 * claim would seem alive without it), and while its token is ahead of the clock (the next token would not be larger).
 */
export async function findOldRefs(
  workspace: Workspace,
  mirror: Mirror,
  age: number,
): Promise<readonly OldRef[]> {
  const { reader, history } = workspace.objects;
  const now = Math.floor(workspace.clock.now() / 1000);
  const isOld = (commit: CommitObject | null): commit is CommitObject =>
    commit !== null && commit.committedAt < now - age;
  const old: OldRef[] = [];
  for (const [clone, oid] of mirror.outboxes) {
    if (clone === workspace.clone || mirror.branch === null) continue;
    if (isOld(await reader.commit(oid)) && (await history.isReachable(oid, mirror.branch))) {
      old.push({ ref: `refs/agent-os/outbox/${clone}` as RefName, expect: oid });
    }
  }
  const claimed = await readClaimed(workspace, mirror);
  for (const [ref, oid] of mirror.locks) {
    const commit = await reader.commit(oid);
    if (!isOld(commit)) continue;
    const bytes = await readFile(workspace, commit, 'lock.yaml');
    const record = bytes === null ? null : tryRead(() => decodeLockRecord(bytes, ref));
    if (
      record !== null &&
      record.leases.length === 0 &&
      record.token < now &&
      !claimed.has(record.resource)
    ) {
      old.push({ ref, expect: oid });
    }
  }
  return old;
}

async function readClaimed(workspace: Workspace, { claims }: Mirror): Promise<ReadonlySet<string>> {
  const commit = claims === null ? null : await workspace.objects.reader.commit(claims);
  const bytes = commit === null ? null : await readFile(workspace, commit, 'claims.yaml');
  if (bytes === null) return new Set();
  return new Set(decodeClaims(bytes, 'claims.yaml').claims.map(({ resource }) => resource));
}

async function readFile(
  { objects }: Workspace,
  commit: CommitObject,
  name: string,
): Promise<Uint8Array | null> {
  const entry = (await objects.reader.tree(commit.tree))?.find((candidate) => candidate.name === name);
  return entry === undefined ? null : objects.reader.blob(entry.oid);
}

/** What cannot be read is left for doctor to name. */
function tryRead<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof AgentOsError) return null;
    throw error;
  }
}
