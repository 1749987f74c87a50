import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Blocker, LockBoard } from '../../src/domain/locks/blockers.ts';
import type { Claim } from '../../src/domain/locks/claims.ts';
import {
  isHeldBy,
  type LockHolder,
  type LockMode,
  type LockRecord,
} from '../../src/domain/locks/lock-record.ts';
import { type LockChange, planAcquire, planRelease, planRenew } from '../../src/domain/locks/lock-rules.ts';
import { parsePathPattern } from '../../src/domain/locks/path-pattern.ts';
import { overlaps } from '../../src/domain/locks/pattern-overlap.ts';
import { planFencedPush } from '../../src/domain/locks/push-rules.ts';
import { rebuildClaims } from '../../src/domain/locks/rebuild-claims.ts';
import { judgeTakeover } from '../../src/domain/locks/takeover.ts';
import type { AgentName, CloneId, RecordId, ResourceName } from '../../src/domain/names.ts';

const TTL = 1800;
const RULES = { grace: 10, maxSkew: 600, maxUnvouchedSkew: 86_400 };
const RESOURCES = ['api', 'schema', 'docs'] as ResourceName[];
const PATHS = [[], ['src/**'], ['src/api'], ['src/*/auth.ts', 'docs'], ['docs/**']];
const FILES = ['src/api/auth.ts', 'src/x', 'docs/y'];
/** Wall clocks of the agents: any two are at most `maxSkew` apart. */
const SKEWS = [-300, 0, 300];
const START = Date.UTC(2026, 10, 23);

/** No table of claims: at any time the same. A broken one is like no other. */
const GONE: readonly Claim[] = [];

/** What stands on the refs at one moment. */
interface Standing {
  readonly records: LockBoard['records'];
  readonly table: readonly Claim[];
}

/** A board, and the table that it was made from. */
type View = LockBoard & { readonly table: readonly Claim[] };

/** What an agent believes to hold, until a moment of true time. */
interface Belief {
  readonly resource: ResourceName;
  readonly mode: LockMode;
  readonly paths: readonly string[];
  readonly nonce: string;
  readonly until: number;
}

const agent = fc.nat(SKEWS.length - 1);
const step = fc.oneof(
  // A push is not visible all at once: what a look shows of claims and of records may be of different moments.
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('look'), agent, claimsLag: fc.nat(2), recordsLag: fc.nat(2) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('acquire'),
      looks: fc.constantFrom(true, true, false),
      agent,
      resources: fc.uniqueArray(fc.constantFrom(...RESOURCES), { minLength: 1, maxLength: 2 }),
      paths: fc.constantFrom(...PATHS),
      mode: fc.constantFrom<LockMode>('exclusive', 'exclusive', 'shared'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('renew'), agent }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('release'), agent, resource: fc.constantFrom(...RESOURCES) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('push'),
      looks: fc.boolean(),
      agent,
      file: fc.constantFrom(...FILES),
    }),
  },
  // Somebody removes the table of claims, or pushes something else in its place.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose'), isBroken: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('tick'),
      seconds: fc.constantFrom(1, 590, 605, 900, TTL, TTL + 11),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Agents who look, plan and swap in any order, over refs that move by compare-and-swap only. */
class Model {
  now = START;
  readonly history: Standing[] = [{ records: new Map(), table: GONE }];
  readonly broken = new Set<readonly Claim[]>();
  readonly views: View[] = SKEWS.map(() => this.viewOf(this.present));
  readonly seen = SKEWS.map(() => new Map<string, { wall: number; uptime: number; bootId: string }>());
  readonly beliefs: Belief[][] = SKEWS.map(() => []);
  readonly tokens = new Map<ResourceName, number>();
  nonces = 0;
  acquired = 0;
  evicted = 0;
  pushed = 0;
  rebuilt = 0;

  get present(): Standing {
    return this.history.at(-1) ?? { records: new Map(), table: GONE };
  }

  viewOf({ records, table }: Standing): View {
    if (table !== GONE && !this.broken.has(table)) return { records, claims: table, table };
    return { records, claims: rebuildClaims(records.values()), isRebuilt: true, table };
  }

  run(next: Step): void {
    // Most of the time an agent looks before it acts; otherwise it acts on what it saw some time ago.
    if ('agent' in next && 'looks' in next && next.looks) this.look(next.agent, 0, 0);
    if (next.kind === 'tick') this.now += next.seconds * 1000;
    else if (next.kind === 'look') this.look(next.agent, next.claimsLag, next.recordsLag);
    else if (next.kind === 'acquire') this.acquire(next);
    else if (next.kind === 'lose') this.lose(next.isBroken);
    else if (next.kind === 'renew') this.renew(next.agent);
    else if (next.kind === 'release') this.release(next.agent, next.resource);
    else this.push(next.agent, next.file);
    this.assertNoConflict();
  }

  look(who: number, claimsLag: number, recordsLag: number): void {
    const at = (lag: number) => this.history[Math.max(0, this.history.length - 1 - lag)] ?? this.present;
    const { table } = at(claimsLag);
    const isThere = table !== GONE && !this.broken.has(table);
    // Refs are read in their order, the table before the records: what is gone is not older than they are.
    const view = this.viewOf({ records: at(isThere ? recordsLag : 0).records, table });
    this.views[who] = view;
    const seen = this.seen[who] ?? new Map();
    const leases = [...view.records.values()].flatMap((record) => record.leases);
    const claims = view.claims.map((claim) => ({
      nonce: claim.nonce,
      renewedAt: claim.expiresAt - claim.ttl * 1000,
    }));
    for (const { nonce, renewedAt } of [...leases, ...claims]) {
      const key = `${nonce} ${renewedAt}`;
      if (!seen.has(key)) seen.set(key, this.moment(who));
    }
  }

  lose(isBroken: boolean): void {
    const table = isBroken ? [] : GONE;
    if (isBroken) this.broken.add(table);
    this.history.push({ records: this.present.records, table });
  }

  /** Claims made anew are decided on at once, or not at all. */
  refresh(who: number): void {
    if (this.view(who).isRebuilt === true) this.look(who, 0, 0);
  }

  acquire({ agent: who, resources, paths, mode }: Extract<Step, { kind: 'acquire' }>): void {
    this.nonces += 1;
    const nonce = `nonce-${this.nonces}`;
    this.refresh(who);
    const wanted = resources.map((resource) => ({ resource, paths }));
    const board = this.view(who);
    const { wall: now } = this.moment(who);
    const common = { board, asker: holder(who), now, judge: this.judge(who) };
    const plan = planAcquire({ ...common, nonce, wanted, mode, ttl: TTL, reason: null });
    if (plan.status === 'held' || !this.swap(who, plan)) return;
    this.acquired += 1;
    // Of a record that moves because others are evicted from it, one's own lease is not renewed.
    this.believe(
      who,
      plan.records.filter(({ resource }) => resources.includes(resource)),
    );
  }

  renew(who: number): void {
    const records = planRenew(this.view(who), holder(who), this.moment(who).wall);
    if (this.swap(who, { records, claims: null, evicted: [] })) this.believe(who, records);
  }

  release(who: number, resource: ResourceName): void {
    const record = this.view(who).records.get(resource);
    const released = record === undefined ? null : planRelease(record, holder(who));
    this.beliefs[who] = this.beliefsOf(who).filter((belief) => belief.resource !== resource);
    if (released !== null) this.swap(who, { records: [released], claims: null, evicted: [] });
  }

  push(who: number, file: string): void {
    this.refresh(who);
    const common = {
      board: this.view(who),
      asker: holder(who),
      now: this.moment(who).wall,
      judge: this.judge(who),
    };
    const plan = planFencedPush({ ...common, believed: this.beliefsOf(who), touched: [file] });
    if (plan.status !== 'push' || !this.swap(who, plan)) return;
    this.pushed += 1;
    this.believe(who, plan.records);
    const own = this.beliefsOf(who);
    for (const belief of this.others(who)) {
      const isShared = belief.mode === 'shared' && own.some((mine) => mine.mode === 'shared');
      const isCovered = belief.paths.some((path) => parsePathPattern(path).matches(file));
      expect(isCovered && !isShared, `a push of ${file} under ${belief.nonce}`).toBe(false);
    }
  }

  /** All of the change's refs move if they are as the agent saw them, or none. */
  swap(who: number, { records, claims, evicted }: LockChange): boolean {
    const [view, present] = [this.view(who), this.present];
    const isCurrent = records.every(
      ({ resource }) => view.records.get(resource) === present.records.get(resource),
    );
    if (!isCurrent || (claims !== null && view.table !== present.table)) return false;
    if (view.isRebuilt === true && claims !== null && claims.length > 1) this.rebuilt += 1;
    for (const { blocker } of evicted) this.assertExpired(blocker);
    this.evicted += evicted.length;
    const moved = new Map(present.records);
    for (const record of records) {
      expect(record.token).toBeGreaterThanOrEqual(this.tokens.get(record.resource) ?? 0);
      const before = present.records.get(record.resource)?.leases.map((lease) => lease.nonce) ?? [];
      for (const lease of record.leases.filter(({ nonce }) => !before.includes(nonce))) {
        expect(lease.token).toBeGreaterThan(this.tokens.get(record.resource) ?? 0);
      }
      this.tokens.set(record.resource, record.token);
      moved.set(record.resource, record);
    }
    const next = { records: moved, table: claims ?? present.table };
    this.history.push(next);
    this.views[who] = this.viewOf(next);
    return true;
  }

  believe(who: number, records: readonly LockRecord[]): void {
    const { claims } = this.viewOf(this.present);
    for (const { resource, mode, leases } of records) {
      const lease = leases.find((candidate) => isHeldBy(candidate, holder(who)));
      if (lease === undefined) continue;
      const claim = claims.find((one) => one.resource === resource && one.nonce === lease.nonce);
      const others = this.beliefsOf(who).filter((belief) => belief.resource !== resource);
      const belief = {
        resource,
        mode,
        paths: claim?.paths ?? [],
        nonce: lease.nonce,
        until: this.now + lease.ttl * 1000,
      };
      this.beliefs[who] = [...others, belief];
    }
  }

  /** A lease that is taken over is one in which its holder does not believe: it was not renewed. */
  assertExpired(blocker: Blocker): void {
    const alive = this.beliefs.flat().filter(({ until }) => until > this.now);
    expect(alive.map(({ nonce, resource }) => nonce + resource)).not.toContain(
      blocker.nonce + blocker.resource,
    );
  }

  assertNoConflict(): void {
    for (const who of SKEWS.keys()) {
      for (const mine of this.beliefsOf(who).filter(({ until }) => until > this.now)) {
        for (const other of this.others(who)) {
          const isSame = mine.resource === other.resource;
          const patterns = [mine, other].map(({ paths }) => paths.map(parsePathPattern));
          const isOverlapping = overlaps(patterns[0] ?? [], patterns[1] ?? []);
          const isShared = mine.mode === 'shared' && other.mode === 'shared';
          expect((isSame || isOverlapping) && !isShared, `${mine.nonce} beside ${other.nonce}`).toBe(false);
        }
      }
    }
  }

  others(who: number): readonly Belief[] {
    return this.beliefs
      .flatMap((beliefs, index) => (index === who ? [] : beliefs))
      .filter(({ until }) => until > this.now);
  }

  beliefsOf(who: number): readonly Belief[] {
    return this.beliefs[who] ?? [];
  }

  view(who: number): View {
    return this.views[who] ?? this.viewOf(this.present);
  }

  moment(who: number) {
    return { wall: this.now + (SKEWS[who] ?? 0) * 1000, uptime: this.now, bootId: 'boot' };
  }

  judge(who: number) {
    return (blocker: Blocker) =>
      judgeTakeover({
        term: blocker,
        firstSeen: this.seen[who]?.get(`${blocker.nonce} ${blocker.renewedAt}`) ?? null,
        now: this.moment(who),
        rules: RULES,
      });
  }
}

function holder(index: number): LockHolder {
  const agentName = `agent-${index}` as AgentName;
  return { agent: agentName, session: `S${index}` as RecordId, clone: `clone-${index}` as CloneId };
}

test('in no interleaving do two believe in conflicting locks, do tokens shrink, is a renewed lock taken over', () => {
  let [acquired, evicted, pushed, rebuilt] = [0, 0, 0, 0];
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 80, size: 'max' }), (steps) => {
      const model = new Model();
      for (const next of steps) model.run(next);
      acquired += model.acquired;
      evicted += model.evicted;
      pushed += model.pushed;
      rebuilt += model.rebuilt;
    }),
    { numRuns: 400 },
  );
  // The model is of use only if all of this happens.
  expect(Math.min(acquired, evicted, pushed, rebuilt)).toBeGreaterThan(100);
});
