import { AgentOsError } from '../../domain/errors.ts';
import { refusalHint } from '../../domain/host-words.ts';
import type { CloneId, Oid } from '../../domain/names.ts';
import type { CommitObject, OfferOutcome, Processes, Random } from '../../domain/ports.ts';
import { forgetRefusals, noteRefusal } from '../refusals.ts';
import { noteAttempt } from './last-attempt.ts';
import { takeTurn } from './leader.ts';
import { type Observation, type ObserveDependencies, observe } from './observe.ts';
import { type Offer, planRound } from './plan-round.ts';
import { addTried, parseSyncState, SYNC_STATE } from './sync-state.ts';

const JITTER_FIRST = 50;
const JITTER_MOST = 2_000;

export interface SyncDependencies extends ObserveDependencies {
  readonly random: Random;
  readonly processes: Processes;
  /** Give the clone a new id unless another process already did; returns the id it has now. */
  readonly renewCloneId: (from: CloneId) => Promise<CloneId>;
  /** Runs before operations are published for the first time; may commit others in their place. */
  readonly beforePublish?: (unpublished: readonly CommitObject[]) => Promise<void>;
}

export interface RoundOptions {
  /** Fetch first. Without it the round begins from what the last fetch brought: one round trip to publish. */
  readonly pull: boolean;
  readonly push: boolean;
  /** Milliseconds, after which no further attempt begins. */
  readonly budget: number;
  /** `published`: end once everything is visible to others; `branch`: once it is on the branch itself, or the budget is spent. */
  readonly until: 'published' | 'branch';
}

export interface SyncResult {
  readonly fetched: boolean;
  readonly merged: 'same' | 'replaced' | 'merged';
  /** How many operations this round found unpublished and left visible to every clone. */
  readonly published: number;
  /** How many of those that were there when the round began are still unpublished. */
  readonly pending: number;
  /** `behind`: the remote's branch lacks operations of this clone. */
  readonly branch: 'pushed' | 'behind' | 'same';
  /** Set when this clone turned out to be a copy of another: its id before and after. The old id's locks are not its own. */
  readonly renewed: { readonly from: CloneId; readonly to: CloneId } | null;
  /** Why the host did not move a ref although it was as expected; published operations are so all the same. */
  readonly refused: string | null;
}

export interface Sync {
  /**
   * One round with the remote: bring what is there, join it, publish what is new. Nothing counts as published
   * before it was seen on the remote.
   * @throws AgentOsError REMOTE_UNREACHABLE (nothing was published), REMOTE_REFUSED, OUTCOME_UNKNOWN
   */
  round(options: RoundOptions): Promise<SyncResult>;
}

export function createSync(dependencies: SyncDependencies): Sync {
  const takeRound = async (options: RoundOptions): Promise<SyncResult> => {
    const { tip } = await dependencies.branch.snapshot();
    const result = await takeTurn(dependencies, {
      isServed: async () => !options.pull && (await isPublished(dependencies, tip)),
      // A round that only publishes leaves the branch to the leader, or all of a clone's rounds would race for it.
      work: (leads) =>
        runRound(dependencies, leads || options.pull ? options : { ...options, until: 'published' }),
    });
    if (result !== null) return result;
    const seen = await runRound(dependencies, { ...options, pull: false, push: false });
    // What is still unpublished was committed after this round began; whoever did that sees to it.
    return { ...seen, pending: 0 };
  };
  return {
    round: (options) =>
      options.pull || options.push ? noteAttempt(dependencies, () => takeRound(options)) : takeRound(options),
  };
}

/** Whether all operations of `tip` are on the remote by now, by the push of another process. */
async function isPublished({ history, remote }: SyncDependencies, tip: Oid | null): Promise<boolean> {
  const { branch, outboxes } = await remote.readMirror();
  const places = branch === null ? [...outboxes.values()] : [branch, ...outboxes.values()];
  return tip === null || (await history.operations(tip, places)).length === 0;
}

/** What a round remembers from step to step. */
interface Progress {
  merged: SyncResult['merged'];
  renewed: SyncResult['renewed'];
  fetches: number;
  offers: number;
  /** What became of the last offer: the branch's outcome, and whether any ref's outcome is not known yet. */
  branch: OfferOutcome['status'] | null;
  isUnknown: boolean;
  refused: string | null;
  /** Every operation that was found unpublished before the first push; later ones are not this round's task. */
  readonly found: Set<Oid>;
}

function pendingOf({ found }: Progress, now: Observation): number {
  return now.unpublished.filter(({ oid }) => found.has(oid)).length;
}

async function runRound(dependencies: SyncDependencies, options: RoundOptions): Promise<SyncResult> {
  const progress: Progress = {
    merged: 'same',
    renewed: null,
    fetches: 0,
    offers: 0,
    branch: null,
    isUnknown: false,
    refused: null,
    found: new Set(),
  };
  try {
    return conclude(await runSteps(dependencies, options, progress), progress);
  } catch (error) {
    if (!isUnreachable(error) || progress.offers === 0) throw error;
    const last = await observe(dependencies);
    if (pendingOf(progress, last) === 0) return conclude(last, progress);
    throw progress.isUnknown ? outcomeUnknown(dependencies.remote.name, error) : error;
  }
}

/** Execute what `planRound` chooses until it rests, the goal is reached, or the budget is spent. */
async function runSteps(
  dependencies: SyncDependencies,
  options: RoundOptions,
  progress: Progress,
): Promise<Observation> {
  const { branch, clock, remote } = dependencies;
  const deadline = clock.uptime() + options.budget;
  const fetch = async () => {
    await remote.fetch();
    progress.fetches += 1;
  };
  let isPrepared = dependencies.beforePublish === undefined;
  /** The last offer did not move the branch, and the remote was not read since. */
  let isStale = false;
  const refresh = async () => {
    await pause(dependencies, progress.offers, deadline);
    await fetch();
    isStale = false;
    progress.isUnknown = false;
  };
  if (options.pull) await fetch();

  for (let steps = 0; ; steps += 1) {
    const now = await observe(dependencies);
    if (progress.offers === 0) for (const { oid } of now.unpublished) progress.found.add(oid);
    const next = planRound(now.view);
    const isSpent = steps > 0 && clock.uptime() >= deadline;

    if (progress.isUnknown) {
      await refresh();
    } else if (next.step === 'rest' || isSpent) {
      return now;
    } else if (next.step === 'renew-clone') {
      const from = now.view.clone;
      progress.renewed = { from, to: await dependencies.renewCloneId(from) };
    } else if (next.step === 'join') {
      const { how, tip } = await branch.join(next.tips);
      if (tip === now.view.tip) throw joinedNothing(tip, next.tips);
      if (how !== 'same') progress.merged = how;
    } else if (!options.push || isReached(options, progress, now)) {
      return now;
    } else if (isStale) {
      await refresh();
    } else if (!isPrepared && now.unpublished.length > 0) {
      await dependencies.beforePublish?.(now.unpublished);
      isPrepared = true;
    } else {
      await offer(dependencies, next.updates, progress);
      isStale = progress.branch !== 'done';
    }
  }
}

/** Whether a round that has pushed may end although the branch lacks something. */
function isReached(options: RoundOptions, progress: Progress, now: Observation): boolean {
  if (progress.branch === 'refused') return true;
  return options.until === 'published' && progress.offers > 0 && pendingOf(progress, now) === 0;
}

/** One push. What goes to the outbox is written down first, so that it is known to be ours whatever becomes of us. */
async function offer(
  { branchRef, clock, files, remote }: SyncDependencies,
  updates: readonly Offer[],
  progress: Progress,
): Promise<void> {
  for (const { ref, to } of updates) {
    if (ref !== branchRef) await files.update(SYNC_STATE, (state) => addTried(parseSyncState(state), to));
  }
  const outcomes = await remote.offer(updates);
  progress.offers += 1;
  progress.branch = outcomes.get(branchRef)?.status ?? 'behind';
  progress.isUnknown = [...outcomes.values()].some(({ status }) => status === 'unknown');
  const moved = updates.filter(({ ref }) => outcomes.get(ref)?.status === 'done');
  await forgetRefusals(
    files,
    moved.map(({ ref }) => ref),
  );
  for (const [ref, outcome] of outcomes) {
    if (outcome.status !== 'refused') continue;
    progress.refused = outcome.reason;
    await noteRefusal({ files, clock }, [ref], outcome.reason);
  }
}

/** Full jitter: any time up to a bound that doubles with each attempt. */
async function pause({ clock, random }: SyncDependencies, attempts: number, deadline: number): Promise<void> {
  const bound = Math.min(JITTER_MOST, JITTER_FIRST * 2 ** attempts);
  await clock.sleep(Math.max(0, Math.min(random() * bound, deadline - clock.uptime())));
}

function conclude(last: Observation, progress: Progress): SyncResult {
  const { view } = last;
  const pending = pendingOf(progress, last);
  if (pending > 0 && progress.refused !== null) throw refusedBy(view.branchRef, progress.refused);
  const isBehind =
    pending > 0 || view.outboxes.some(({ clone, onBranch }) => clone === view.clone && !onBranch);
  return {
    fetched: progress.fetches > 0,
    merged: progress.merged,
    published: progress.found.size - pending,
    pending,
    branch: isBehind ? 'behind' : progress.offers > 0 ? 'pushed' : 'same',
    renewed: progress.renewed,
    refused: progress.refused,
  };
}

function isUnreachable(error: unknown): boolean {
  return error instanceof AgentOsError && error.code === 'REMOTE_UNREACHABLE';
}

function outcomeUnknown(remote: string, cause: unknown): AgentOsError {
  return new AgentOsError(
    'OUTCOME_UNKNOWN',
    `the connection to ${remote} was lost during a push, and what it did could not be read again`,
    { hint: 'Nothing is lost; run `agent-os sync` when the remote can be reached.', cause },
  );
}

/** The view asked for a join because the tip lacks some of `tips`; without this check the round would go in circles. */
function joinedNothing(tip: Oid | null, tips: readonly Oid[]): AgentOsError {
  return new AgentOsError('INTERNAL', 'the local branch did not take up what the remote has', {
    hint: 'Please report this.',
    data: { tip, tips },
  });
}

function refusedBy(ref: string, reason: string): AgentOsError {
  return new AgentOsError('REMOTE_REFUSED', `the remote refused to move ${ref}: ${reason}`, {
    hint: refusalHint(reason, 'See `agent-os doctor`; the operations stay on the local branch.'),
  });
}
