import { AgentOsError } from '../../domain/errors.ts';
import type { LockRecord } from '../../domain/locks/lock-record.ts';
import { decodeLockRecord } from '../../domain/locks/lock-record-codec.ts';
import { type Oid, quoted } from '../../domain/names.ts';
import type { CodeReview, LockStep } from '../../domain/report/code-review.ts';
import {
  type HeldLock,
  readHeldLocks as tellHeldLocks,
  tellingSteps,
} from '../../domain/report/held-locks.ts';
import type { Scope } from '../../domain/report/scope.ts';
import type { RecordReader } from '../records.ts';
import type { Workspace } from '../workspace.ts';

/** Records that are decoded at once. */
const BATCH = 64;

interface Sources {
  readonly workspace: Pick<Workspace, 'objects' | 'clock'>;
  readonly review: CodeReview;
  readonly records: RecordReader;
}

/**
 * The locks that agents of the scope held while it was worked on, from the histories of the lock refs. Only records
 * that name one of them are decoded. A record that cannot be read is among the problems.
 */
export async function readHeldLocks(sources: Sources, scope: Scope): Promise<readonly HeldLock[]> {
  if (scope.time === null) return [];
  // git keeps whole seconds
  const chains = await sources.review.lockChains(scope.time.start - 1000);
  const agents = new Set(scope.agents);
  const held: HeldLock[] = [];
  for (const chain of chains) {
    const steps = tellingSteps(chain, agents);
    if (steps.length === 0) continue;
    held.push(
      ...tellHeldLocks(chain, await decodeSteps(sources, chain.ref, steps), sources.workspace.clock.now()),
    );
  }
  return held;
}

async function decodeSteps(
  { workspace, records }: Sources,
  ref: string,
  steps: readonly LockStep[],
): Promise<ReadonlyMap<Oid, LockRecord>> {
  const decoded = new Map<Oid, LockRecord>();
  for (let start = 0; start < steps.length; start += BATCH) {
    await Promise.all(
      steps.slice(start, start + BATCH).map(async ({ oid }) => {
        const record = await records.attempt(ref, () => readRecord(workspace, ref, oid));
        if (record !== null) decoded.set(oid, record);
      }),
    );
  }
  return decoded;
}

async function readRecord({ objects }: Sources['workspace'], ref: string, oid: Oid): Promise<LockRecord> {
  const commit = await objects.reader.commit(oid);
  const entry = (commit && (await objects.reader.tree(commit.tree)))?.find(
    ({ name }) => name === 'lock.yaml',
  );
  const bytes = entry === undefined ? null : await objects.reader.blob(entry.oid);
  if (bytes !== null) return decodeLockRecord(bytes, ref);
  throw new AgentOsError('RECORD_BROKEN', `${quoted(ref, 200)}: commit ${oid} has no lock.yaml`);
}
