import { AgentOsError } from '../domain/errors.ts';
import { refusalHint } from '../domain/host-words.ts';
import type { AgentName, CloneId, Oid, RefName } from '../domain/names.ts';
import { nextClock, operationId } from '../domain/operation.ts';
import type {
  Clock,
  CommitObject,
  HistoryReader,
  Ids,
  NewCommit,
  ObjectReader,
  ObjectWriter,
  Person,
  Random,
  RefStore,
  Signer,
} from '../domain/ports.ts';
import type { Branch, Committed, Operation, Snapshot } from './branch.ts';
import { isMadeByHand, writeOperationMessage } from './commit-message.ts';
import { editTree } from './edit-tree.ts';
import { planMerge } from './plan-merge.ts';
import { rememberWrites } from './remembered-writes.ts';
import { takeSnapshot } from './snapshot.ts';

const ATTEMPTS = 100;

export interface BranchDependencies {
  readonly ref: RefName;
  readonly reader: ObjectReader;
  readonly writer: ObjectWriter;
  readonly history: HistoryReader;
  readonly refs: RefStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly hash: (text: string) => string;
  readonly clone: () => Promise<CloneId>;
  readonly author: (agent: AgentName) => Promise<Person>;
  /** Where operations are signed. Merges never are: two clones make the same one. */
  readonly signer?: () => Promise<Signer>;
}

/** The branch behind a ref of this repository. Safe across processes and worktrees: the ref moves only by compare-and-swap. */
export function openBranch(dependencies: BranchDependencies): Branch {
  const { ref, reader, history, refs, clock, ids, hash } = dependencies;

  const snapshot = async (): Promise<Snapshot> => takeSnapshot(reader, await reader.commit(ref));

  /** Run `attempt` until its compare-and-swap succeeds; each time on the tip as it is then. */
  async function retry<T>(attempt: () => Promise<{ moved: boolean; result: T }>): Promise<T> {
    for (let tries = 0; tries < ATTEMPTS; tries += 1) {
      const { moved, result } = await attempt();
      if (moved) return result;
      await clock.sleep(dependencies.random() * Math.min(100, 2 ** tries));
    }
    throw new AgentOsError('LOST_RACE', `${ref} was moved by others ${ATTEMPTS} times in a row`, {
      hint: 'Try again; if it persists, look for a process that writes without pause.',
    });
  }

  /** Write a commit and move the branch to it, then make sure that no gc took what it is made of. */
  async function advance(
    tip: Oid | null,
    writes: ReturnType<typeof rememberWrites>,
    commit: NewCommit,
  ): Promise<{ moved: boolean; result: Oid }> {
    const oid = await writes.writer.commit(commit);
    const moved = oid === tip || (await move(tip, oid));
    if (moved) await writes.ensure();
    return { moved, result: oid };
  }

  async function move(from: Oid | null, to: Oid): Promise<boolean> {
    const outcome = await refs.transact([{ ref, expect: from, to }]);
    if (outcome.status === 'done') return true;
    if (outcome.status === 'lost') return false;
    throw new AgentOsError('GIT_FAILED', `${ref} could not be moved: ${outcome.reason}`, {
      hint: refusalHint(outcome.reason, 'See `agent-os doctor`.'),
    });
  }

  async function commit<T>(operation: Operation<T>): Promise<Committed<T>> {
    const unique = ids.record();
    const [clone, author, signer] = await Promise.all([
      dependencies.clone(),
      dependencies.author(operation.agent),
      dependencies.signer?.(),
    ]);
    return retry<Committed<T>>(async () => {
      const before = await reader.commit(ref);
      if (before === null) throw notInitialised(ref);
      const writes = rememberWrites(reader, dependencies.writer);
      const tree = await readTree(before, writes.writer);
      const view = await takeSnapshot(reader, { ...before, tree });
      const now = nextClock(clock.now(), view.clock);
      const id = operationId({ clock: now, clone, unique });
      const plan = await operation.plan({ snapshot: view, id, clock: now });
      if (plan.changes.length === 0) {
        return { moved: true, result: { id, commit: view.tip, changed: false, result: plan.result } };
      }
      const unsigned = {
        tree: await editTree({ reader, writer: writes.writer }, tree, plan.changes),
        parents: [before.oid],
        message: writeOperationMessage({ ...operation, subject: plan.subject, id, ...(signer && { ref }) }),
        author,
        at: Math.floor(clock.now() / 1000),
      };
      const signature = await signer?.sign(unsigned);
      const signed = signature === undefined ? unsigned : { ...unsigned, signature };
      const { moved, result } = await advance(before.oid, writes, signed);
      return { moved, result: { id, commit: result, changed: true, result: plan.result } };
    });
  }

  /** What an operation starts from. Most tips are agent-os's own. */
  async function readTree(tip: CommitObject, writer: ObjectWriter): Promise<Oid> {
    if (!isMadeByHand(tip)) return tip.tree;
    const { absorbHandEdits } = await import('./hand-edits.ts');
    return absorbHandEdits({ reader, writer, hash: dependencies.hash }, tip);
  }

  /**
   * The tips to be joined: those that no other reaches, without the local one when the others have all of its
   * operations (it follows them then). None of the others is left out for that: what is pushed must be a
   * fast-forward of the remote's branch.
   */
  async function reduce(tips: readonly Oid[], local: Oid | null): Promise<readonly Oid[]> {
    const kept = await history.maximal(tips);
    const others = kept.filter((tip) => tip !== local);
    if (local === null || others.length === 0 || others.length === kept.length) return kept;
    return (await history.operations(local, others)).length === 0 ? others : kept;
  }

  const join: Branch['join'] = (tips) =>
    retry<Awaited<ReturnType<Branch['join']>>>(async () => {
      const local = (await reader.commit(ref))?.oid ?? null;
      const kept = await reduce([...new Set(local === null ? tips : [local, ...tips])], local);
      const [only] = kept;
      if (only === undefined || (kept.length === 1 && only === local)) {
        return { moved: true, result: { tip: local, how: 'same' } };
      }
      if (kept.length === 1) {
        return { moved: await move(local, only), result: { tip: only, how: 'replaced' } };
      }
      const writes = rememberWrites(reader, dependencies.writer);
      const merge = await planMerge({ reader, writer: writes.writer, hash }, kept);
      const { moved, result } = await advance(local, writes, merge);
      return { moved, result: { tip: result, how: 'merged' } };
    });

  return { snapshot, commit, join };
}

function notInitialised(ref: RefName): AgentOsError {
  return new AgentOsError('NOT_INITIALISED', `there is no ${ref} in this repository yet`, {
    hint: 'Run `agent-os init`.',
  });
}
