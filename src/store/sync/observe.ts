import type { CloneId, Oid, RefName } from '../../domain/names.ts';
import type { Clock, CommitObject, HistoryReader, Mirror, Remote, StateFiles } from '../../domain/ports.ts';
import type { Branch } from '../branch.ts';
import { type OutboxView, outboxRefOf, type RoundView } from './plan-round.ts';
import {
  addSightings,
  elapsed,
  type OutboxSighting,
  parseSyncState,
  readMoment,
  SYNC_STATE,
  type SyncState,
} from './sync-state.ts';

export interface ObserveDependencies {
  /** The branch's name on the remote. */
  readonly branchRef: RefName;
  readonly branch: Branch;
  readonly remote: Remote;
  readonly history: HistoryReader;
  readonly clock: Clock;
  readonly files: StateFiles;
  readonly clone: () => Promise<CloneId>;
  /** false: this clone publishes on the branch only. For clones that live shortly (CI), and hosts without custom refs. */
  readonly usesOutbox: boolean;
}

export interface Observation {
  readonly view: RoundView;
  /** Operations of the tip that no ref of the remote reaches, as last fetched. */
  readonly unpublished: readonly CommitObject[];
}

/**
 * What this clone knows of itself and of the remote, without asking the remote. Walks only what changed since the
 * round before: outboxes that were found on the branch stay there as long as the branch only grows.
 */
export async function observe(dependencies: ObserveDependencies): Promise<Observation> {
  const { branchRef, clock, files, history, remote, usesOutbox } = dependencies;
  const clone = await dependencies.clone();
  // The tip before the mirror: a commit that is published in between is then seen as published, never the reverse.
  const { tip } = await dependencies.branch.snapshot();
  const mirror = await remote.readMirror();
  // The state after the mirror: a value that another process of this clone pushed is in it before it is in the mirror.
  const before = parseSyncState(await files.read(SYNC_STATE));
  const isWithin = async (oid: Oid, other: Oid | null) =>
    oid === other || (other !== null && (await history.operations(oid, [other])).length === 0);

  const settled = await readSettled(before, mirror, history);
  const sightings: OutboxSighting[] = [];
  for (const [owner, oid] of mirror.outboxes) {
    const onBranch = settled.has(oid) || (await isWithin(oid, mirror.branch));
    sightings.push({ clone: owner, oid, onBranch });
  }
  const at = readMoment(clock);
  const state = addSightings(before, { branch: mirror.branch, outboxes: sightings, at });
  if (JSON.stringify(state) !== JSON.stringify(before)) {
    await files.update(SYNC_STATE, (current) =>
      addSightings(parseSyncState(current), { branch: mirror.branch, outboxes: sightings, at }),
    );
  }

  const outboxes: OutboxView[] = [];
  for (const sighting of sightings) {
    const inTip = sighting.onBranch || (await isWithin(sighting.oid, tip));
    const since = state.waiting[sighting.clone]?.since ?? at;
    outboxes.push({ ...sighting, inTip, leftFor: elapsed(since, at) });
  }
  const open = outboxes.filter((outbox) => !outbox.onBranch).map((outbox) => outbox.oid);
  const tipOnBranch = tip === null || (await isWithin(tip, mirror.branch));
  const published = mirror.branch === null ? open : [mirror.branch, ...open];
  const unpublished = tipOnBranch ? [] : await history.operations(tip, published);
  const view: RoundView = {
    clone,
    branchRef,
    outboxRef: usesOutbox ? outboxRefOf(clone) : null,
    tip,
    branch: mirror.branch,
    followsBranch:
      mirror.branch === null || (tip !== null && (await history.isReachable(mirror.branch, tip))),
    tipOnBranch,
    unpublished: unpublished.length,
    outboxes,
    tried: new Set(state.tried),
  };
  return { view, unpublished };
}

async function readSettled(
  state: SyncState,
  mirror: Mirror,
  history: HistoryReader,
): Promise<ReadonlySet<Oid>> {
  const { branch, outboxes } = state.settled;
  const present = new Set(mirror.outboxes.values());
  const known = outboxes.filter((oid) => present.has(oid));
  if (branch === null || mirror.branch === null || known.length === 0) return new Set();
  const holds = branch === mirror.branch || (await history.isReachable(branch, mirror.branch));
  return new Set(holds ? known : []);
}
