import { createHash } from 'node:crypto';
import type { AgentName, CloneId, Oid, RefName } from '../../src/domain/names.ts';
import type { CommitObject, Random } from '../../src/domain/ports.ts';
import type { Branch } from '../../src/store/branch.ts';
import { openBranch } from '../../src/store/branch-store.ts';
import { type FirstContact, makeFirstContact } from '../../src/store/sync/first-contact.ts';
import { createSync, type RoundOptions, type SyncResult } from '../../src/store/sync/sync.ts';
import {
  ManualClock,
  MemoryRefs,
  MemoryRemote,
  MemoryStateFiles,
  seededIds,
  seededRandom,
} from './memory.ts';

export const BRANCH = 'refs/heads/agent-os' as RefName;
const AUTHOR = { name: 'a', email: 'a@example.invalid' };
const AGENT = 'a' as AgentName;
const CLONE = 'clone';

/** Far more than any schedule takes: one that needs them goes round in circles. */
const STEPS = 200_000;

/** What ends a simulated process wherever it stands. */
export class Crash extends Error {}

/** Lets one of the waiting calls go on at a time, in an order drawn from a seed. */
export class Stage {
  readonly #waiting: (() => void)[] = [];
  readonly #random: Random;
  #isOpen = true;

  constructor(random: Random) {
    this.#random = random;
  }

  enter(): Promise<void> {
    return this.#isOpen ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Run all of `processes` to their end, interleaved; afterwards nothing waits any more. */
  async play(processes: readonly (() => Promise<void>)[]): Promise<void> {
    this.#isOpen = false;
    let running = processes.length;
    const ended = Promise.all(
      processes.map((run) =>
        run().finally(() => {
          running -= 1;
        }),
      ),
    );
    ended.catch(() => {});
    while (running > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      const [next] = this.#waiting.splice(Math.floor(this.#random() * this.#waiting.length), 1);
      next?.();
    }
    this.#isOpen = true;
    await ended;
  }
}

let processNumber = 0;

/** One simulated clone: its disk, its clock, and commands that run on them as processes of their own. */
export class SimulatedClone {
  readonly world: World;
  readonly refs: MemoryRefs;
  readonly files: MemoryStateFiles;
  readonly clock: ManualClock;
  readonly usesOutbox: boolean;
  readonly label: string;
  /** The disk is gone; processes that still run on it end at their next step. */
  isLost = false;
  /** Operations made here under the present clone id: what the branch's state is reported for. */
  readonly made = new Set<Oid>();
  beforePublish: (unpublished: readonly CommitObject[]) => Promise<void> = async () => {};
  readonly #random: Random;
  readonly #living = new Set<number>();

  constructor(
    world: World,
    label: string,
    from: { refs?: MemoryRefs; files?: MemoryStateFiles; usesOutbox: boolean },
  ) {
    this.world = world;
    this.label = label;
    this.#random = seededRandom(Math.floor(world.random() * 2 ** 32));
    this.clock = new ManualClock({ wall: Date.UTC(2026, 10, 23) + world.clones.length * 1000 });
    this.clock.slept = () => world.stage.enter();
    this.usesOutbox = from.usesOutbox;
    this.refs = from.refs ?? new MemoryRefs();
    this.files = from.files ?? new MemoryStateFiles([[CLONE, JSON.stringify(world.ids.nonce())]]);
    const gate = async () => {
      await world.pass();
      if (this.isLost) throw new Crash();
    };
    this.refs.gate = gate;
    this.files.gate = gate;
  }

  get tip(): Oid | null {
    return this.refs.get(BRANCH) ?? null;
  }

  async begin(options = { isChosen: false }): Promise<FirstContact> {
    const contact = await this.contact(options);
    if (contact.how === 'elsewhere') throw new Error(`the branch is ${contact.refs.join(', ')}`);
    return contact;
  }

  contact(options: { readonly isChosen: boolean }): ReturnType<typeof makeFirstContact> {
    const { objects } = this.world.remote;
    const parts = {
      branchRef: BRANCH,
      branch: this.#openBranch(),
      history: objects.history,
      reader: objects.reader(this.refs),
      writer: objects.writer,
      refs: this.refs,
      remote: this.world.remote.connect(this.refs, { client: this.label }),
    };
    return makeFirstContact(parts, options);
  }

  /** One operation on the local branch; durable from then on. */
  async commit(): Promise<void> {
    const { id, commit } = await this.#openBranch().commit({
      agent: AGENT,
      session: null,
      plan: async ({ id }) => ({
        subject: 'attach',
        changes: [{ path: `attachments/${id.slice(-26)}/note.txt`, content: id }],
        result: null,
      }),
    });
    if (commit === null) throw new Error('an operation that changed nothing');
    this.world.operations.set(commit, id);
    this.world.durable.add(commit);
    this.made.add(commit);
  }

  #openBranch(): Branch {
    const { objects } = this.world.remote;
    return openBranch({
      ref: BRANCH,
      reader: objects.reader(this.refs),
      writer: objects.writer,
      history: objects.history,
      refs: this.refs,
      clock: this.clock,
      ids: this.world.ids,
      random: this.#random,
      hash: (text) => createHash('sha256').update(text).digest('hex'),
      clone: () => this.#readClone(),
      author: async () => AUTHOR,
    });
  }

  async #readClone(): Promise<CloneId> {
    return (await this.files.read(CLONE)) as CloneId;
  }

  async round(options: Partial<RoundOptions> = {}): Promise<SyncResult> {
    processNumber += 1;
    const self = { pid: processNumber, startedAt: 'then' };
    this.#living.add(self.pid);
    try {
      return await createSync({
        branchRef: BRANCH,
        branch: this.#openBranch(),
        remote: this.world.remote.connect(this.refs, { client: this.label }),
        history: this.world.remote.objects.history,
        clock: this.clock,
        files: this.files,
        random: this.#random,
        usesOutbox: this.usesOutbox,
        beforePublish: (unpublished) => this.beforePublish(unpublished),
        processes: { self: () => self, isAlive: ({ pid }) => this.#living.has(pid) },
        clone: () => this.#readClone(),
        renewCloneId: async (from) => {
          this.made.clear();
          await this.files.update(CLONE, (now) => (now === from ? this.world.ids.nonce() : now));
          return this.#readClone();
        },
      }).round({ pull: true, push: true, budget: 10_000, until: 'branch', ...options });
    } finally {
      this.#living.delete(self.pid);
    }
  }

  /** The same disk under another roof, clone id included. */
  copy(label: string): SimulatedClone {
    const { usesOutbox } = this;
    return new SimulatedClone(this.world, label, {
      refs: this.refs.copy(),
      files: this.files.copy(),
      usesOutbox,
    });
  }
}

/** A remote, its clones, and the luck that they have. */
export class World {
  readonly random: Random;
  readonly stage: Stage;
  readonly remote = new MemoryRemote();
  readonly ids;
  readonly clones: SimulatedClone[] = [];
  /** Every operation that was ever built: its commit, and its id. */
  readonly operations = new Map<Oid, string>();
  /** The commits of those that must not get lost. */
  readonly durable = new Set<Oid>();
  /** Chances in [0, 1] that a call ends the process, and that one to the remote meets a fault. */
  luck = { crash: 0, fault: 0 };
  #steps = 0;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.stage = new Stage(seededRandom(seed + 1));
    this.ids = seededIds({ now: () => 1 }, seededRandom(seed + 2));
    this.remote.answered = () => this.pass();
    this.remote.intercept = async () => {
      await this.pass();
      if (this.random() >= this.luck.fault) return null;
      const applied = Math.floor(this.random() * 3);
      return this.random() < 0.3 ? 'unreachable' : this.random() < 0.1 ? 'declined' : { cut: true, applied };
    };
  }

  async pass(): Promise<void> {
    this.#steps += 1;
    if (this.#steps > STEPS) throw new Error(`no end after ${STEPS} steps`);
    await this.stage.enter();
    if (this.random() < this.luck.crash) throw new Crash();
  }

  add(usesOutbox = true): SimulatedClone {
    const clone = new SimulatedClone(this, `clone-${this.clones.length}`, { usesOutbox });
    this.clones.push(clone);
    return clone;
  }

  copy(original: SimulatedClone): SimulatedClone {
    const clone = original.copy(`clone-${this.clones.length}`);
    this.clones.push(clone);
    return clone;
  }

  /** A disk is gone, and with it what nobody else has. */
  lose(clone: SimulatedClone): void {
    if (!this.clones.includes(clone)) return;
    this.clones.splice(this.clones.indexOf(clone), 1);
    clone.isLost = true;
    const left = new Set([
      ...this.published(),
      ...this.clones.flatMap((other) => this.operationsOf(other.tip)),
    ]);
    for (const oid of this.durable) if (!left.has(oid)) this.durable.delete(oid);
  }

  /** The commits of operations that a tip reaches. */
  operationsOf(tip: Oid | null): readonly Oid[] {
    if (tip === null) return [];
    return [...this.remote.objects.ancestors([tip])].filter((oid) => this.operations.has(oid));
  }

  get branch(): Oid | null {
    return this.remote.refs.get(BRANCH) ?? null;
  }

  /** Every commit that some ref of the remote reaches: what is published. */
  published(): ReadonlySet<Oid> {
    const tips = [...this.remote.refs.matching([BRANCH, 'refs/agent-os/outbox/']).values()];
    return this.remote.objects.ancestors(tips);
  }

  async rootsOf(tip: Oid | null): Promise<readonly Oid[]> {
    const { objects } = this.remote;
    const commits = [...objects.ancestors(tip === null ? [] : [tip])].map((oid) =>
      objects.reader().commit(oid),
    );
    return (await Promise.all(commits)).flatMap((commit) =>
      commit?.parents.length === 0 ? [commit.oid] : [],
    );
  }

  /** The network is well again: each clone syncs in turn, a bit more than a minute apart, `times` over. */
  async settle(times: number): Promise<void> {
    this.luck = { crash: 0, fault: 0 };
    for (let time = 0; time < times; time += 1) {
      for (const clone of this.clones) await clone.round();
      for (const clone of this.clones) clone.clock.advance(61_000);
    }
  }
}
