import { createHash } from 'node:crypto';
import { AgentOsError } from '../../src/domain/errors.ts';
import type { Oid, RecordId, RefName } from '../../src/domain/names.ts';
import type {
  Clock,
  CommitObject,
  HistoryReader,
  Ids,
  Mirror,
  NewCommit,
  ObjectReader,
  ObjectWriter,
  OfferOutcome,
  Random,
  RefEdit,
  RefStore,
  Remote,
  StateFiles,
  TransactionOutcome,
  TreeEntry,
} from '../../src/domain/ports.ts';

type Stored =
  | { readonly kind: 'blob'; readonly content: Uint8Array }
  | { readonly kind: 'tree'; readonly entries: readonly TreeEntry[] }
  | { readonly kind: 'commit'; readonly commit: CommitObject };

/** An object database in memory; oids are those that git would give. Clones of a simulation may share one. */
export class MemoryObjects {
  readonly #stored = new Map<Oid, Stored>();

  readonly writer: ObjectWriter = {
    blob: async (content) => this.#put('blob', content, { kind: 'blob', content: content.slice() }),
    tree: async (entries) => {
      const sorted = [...entries].sort((a, b) => compareBytes(treeKey(a), treeKey(b)));
      const bytes = sorted.flatMap((e) => [Buffer.from(`${e.mode} ${e.name}\0`), Buffer.from(e.oid, 'hex')]);
      return this.#put('tree', Buffer.concat(bytes), { kind: 'tree', entries: sorted });
    },
    commit: async (commit) => this.#commit(commit),
  };

  readonly history: HistoryReader = {
    isReachable: async (ancestor, tip) => this.ancestors([tip]).has(ancestor),
    maximal: async (tips) => {
      const distinct = [...new Set(tips)];
      return distinct
        .filter((tip) => !distinct.some((other) => other !== tip && this.ancestors([other]).has(tip)))
        .sort();
    },
    operations: async (tip, without) => {
      const known = this.ancestors(without);
      return [...this.ancestors([tip])]
        .filter((oid) => !known.has(oid))
        .map((oid) => this.#commitAt(oid))
        .filter((commit) => commit.parents.length < 2 && !/^Agent-OS-Merge: /m.test(commit.message));
    },
  };

  /** `refs` resolves ref names; without it only oids do. */
  reader(refs?: MemoryRefs): ObjectReader {
    return {
      commit: async (revision) => {
        const oid = revision.startsWith('refs/') ? refs?.get(revision as RefName) : (revision as Oid);
        return oid === undefined ? null : (this.#get(oid, 'commit')?.commit ?? null);
      },
      tree: async (oid) => this.#get(oid, 'tree')?.entries ?? null,
      blob: async (oid) => this.#get(oid, 'blob')?.content.slice() ?? null,
    };
  }

  /** Every commit that `tips` reach, themselves included, parents before children. */
  ancestors(tips: readonly Oid[]): ReadonlySet<Oid> {
    const seen = new Set<Oid>();
    const ordered = new Set<Oid>();
    const stack = tips.map((oid) => ({ oid, expanded: false })).reverse();
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (next.expanded) ordered.add(next.oid);
      else if (!seen.has(next.oid)) {
        seen.add(next.oid);
        stack.push({ oid: next.oid, expanded: true });
        for (const parent of this.#commitAt(next.oid).parents) stack.push({ oid: parent, expanded: false });
      }
    }
    return ordered;
  }

  /** Forget an object, as a gc or a broken disk would. */
  drop(oid: Oid): void {
    this.#stored.delete(oid);
  }

  #commit(commit: NewCommit): Oid {
    const { author, at, message, parents, tree } = commit;
    const stamp = `${author.name} <${author.email}> ${at} +0000`;
    const header = [
      `tree ${tree}`,
      ...parents.map((p) => `parent ${p}`),
      `author ${stamp}`,
      `committer ${stamp}`,
    ];
    const text = `${header.join('\n')}\n\n${message}`;
    const oid = hash('commit', Buffer.from(text));
    return this.#put('commit', Buffer.from(text), {
      kind: 'commit',
      commit: { oid, tree, parents: [...parents], committedAt: at, message },
    });
  }

  #put(kind: Stored['kind'], bytes: Uint8Array, stored: Stored): Oid {
    const oid = hash(kind, bytes);
    this.#stored.set(oid, stored);
    return oid;
  }

  #get<K extends Stored['kind']>(oid: Oid, kind: K): Extract<Stored, { kind: K }> | null {
    const stored = this.#stored.get(oid);
    if (stored === undefined) return null;
    if (stored.kind === kind) return stored as Extract<Stored, { kind: K }>;
    throw new AgentOsError('GIT_FAILED', `object ${oid} is a ${stored.kind}, not a ${kind}`);
  }

  #commitAt(oid: Oid): CommitObject {
    const found = this.#get(oid, 'commit');
    if (found !== null) return found.commit;
    throw new AgentOsError('GIT_FAILED', `commit ${oid} is missing`);
  }
}

function hash(kind: string, bytes: Uint8Array): Oid {
  return createHash('sha1').update(`${kind} ${bytes.length}\0`).update(bytes).digest('hex') as Oid;
}

/** git sorts a folder as if its name ended in `/`. */
function treeKey(entry: TreeEntry): string {
  return entry.mode === '40000' ? `${entry.name}/` : entry.name;
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The refs of one repository. `gate` runs before each call, so that a test can interleave or end it there. */
export class MemoryRefs implements RefStore {
  readonly #refs: Map<RefName, Oid>;
  gate: (call: 'read' | 'transact') => Promise<void> = async () => {};

  constructor(refs: Iterable<readonly [RefName, Oid]> = []) {
    this.#refs = new Map(refs);
  }

  async transact(edits: readonly RefEdit[]): Promise<TransactionOutcome> {
    assertEdits(edits);
    await this.gate('transact');
    return this.apply(edits);
  }

  async read(patterns: readonly string[]): Promise<ReadonlyMap<RefName, Oid>> {
    await this.gate('read');
    return this.matching(patterns);
  }

  apply(edits: readonly RefEdit[]): TransactionOutcome {
    const found = new Map<RefName, Oid | null>();
    for (const { ref, expect } of edits)
      if (this.get(ref) !== (expect ?? undefined)) found.set(ref, this.get(ref) ?? null);
    if (found.size > 0) return { status: 'lost', found };
    for (const { ref, to } of edits) this.#refs.set(ref, to);
    return { status: 'done' };
  }

  matching(patterns: readonly string[]): ReadonlyMap<RefName, Oid> {
    const matches = (ref: RefName) => patterns.some((p) => (p.endsWith('/') ? ref.startsWith(p) : ref === p));
    return new Map([...this.#refs].filter(([ref]) => matches(ref)).sort(([a], [b]) => compareBytes(a, b)));
  }

  get(ref: RefName): Oid | undefined {
    return this.#refs.get(ref);
  }

  /** Without a precondition: for the set-up of a test, mirrors, and hands that reach in from outside. */
  put(ref: RefName, oid: Oid | null): void {
    if (oid === null) this.#refs.delete(ref);
    else this.#refs.set(ref, oid);
  }

  /** As a copied clone has them. */
  copy(): MemoryRefs {
    return new MemoryRefs(this.#refs);
  }
}

function assertEdits(edits: readonly RefEdit[]): void {
  if (new Set(edits.map((e) => e.ref)).size !== edits.length) throw new Error('two edits of one ref');
  for (const { ref, expect, to } of edits)
    if (expect === to) throw new Error(`an edit of ${ref} that moves nothing`);
}

/**
 * What happens to one call. `cut`: the first `applied` refs move on the server (Infinity: all of them), then the
 * connection is gone and the caller learns nothing. `declined`: a hook of the host says no.
 */
export type Fault = 'unreachable' | 'declined' | { readonly cut: true; readonly applied: number };

export interface RemoteCall {
  /** Who calls, as given to `connect`. */
  readonly client: string;
  readonly what: 'fetch' | 'offer' | 'transact' | 'read';
  readonly refs: readonly RefName[];
}

const MIRRORED = ['locks/', 'claims', 'outbox/'] as const;

/** A git host in memory. Its objects are shared with its clones; refs are its own. */
export class MemoryRemote {
  readonly objects: MemoryObjects;
  readonly refs: MemoryRefs;
  readonly branch: RefName;
  /** Every call that reached `intercept`, in order. */
  readonly calls: RemoteCall[] = [];
  /** Runs before the server acts: await to interleave, return a fault to inject it, throw to kill the caller. */
  intercept: (call: RemoteCall) => Promise<Fault | null> = async () => null;
  /** Runs after the server acted and before the caller hears of it: throw to kill the caller there. */
  answered: (call: RemoteCall) => Promise<void> = async () => {};

  constructor(options: { objects?: MemoryObjects; branch?: string; refs?: MemoryRefs } = {}) {
    this.objects = options.objects ?? new MemoryObjects();
    this.refs = options.refs ?? new MemoryRefs();
    this.branch = (options.branch ?? 'refs/heads/agent-os') as RefName;
  }

  /** The remote as one clone sees it; its mirror lives in `local` below `refs/agent-os/remote/<name>/`. */
  connect(local: MemoryRefs, options: { name?: string; client?: string } = {}): Remote {
    const name = options.name ?? 'origin';
    const client = options.client ?? name;
    const prefix = `refs/agent-os/remote/${name}/`;
    const mirrored = (ref: RefName): RefName | null => {
      if (ref === this.branch) return `${prefix}branch` as RefName;
      const rest = ref.startsWith('refs/agent-os/') ? ref.slice('refs/agent-os/'.length) : '';
      const known = MIRRORED.some((p) => (p.endsWith('/') ? rest.startsWith(p) : rest === p));
      return known ? (`${prefix}${rest}` as RefName) : null;
    };
    const remember = (ref: RefName, oid: Oid | null) => {
      const mirror = mirrored(ref);
      if (mirror !== null) local.put(mirror, oid);
    };
    const readMirror = (): Mirror => {
      const below = (kind: string) =>
        [...local.matching([`${prefix}${kind}`])].map(
          ([ref, oid]) => [ref.slice(prefix.length), oid] as const,
        );
      return {
        branch: local.get(`${prefix}branch` as RefName) ?? null,
        claims: local.get(`${prefix}claims` as RefName) ?? null,
        outboxes: new Map(below('outbox/').map(([ref, oid]) => [ref.slice('outbox/'.length), oid])),
        locks: new Map(below('locks/').map(([ref, oid]) => [`refs/agent-os/${ref}` as RefName, oid])),
      };
    };
    const reach = async (what: RemoteCall['what'], refs: readonly RefName[]) => {
      const call: RemoteCall = { client, what, refs };
      this.calls.push(call);
      const fault = await this.intercept(call);
      if (fault === 'unreachable') throw unreachable(name);
      return { call, fault };
    };

    return {
      name,
      readMirror: async () => readMirror(),
      fetch: async () => {
        const { call, fault } = await reach('fetch', []);
        if (fault !== null) throw unreachable(name);
        const now = this.refs.matching([this.branch, 'refs/agent-os/']);
        await this.answered(call);
        for (const ref of local.matching([prefix]).keys()) local.put(ref, null);
        for (const [ref, oid] of now) remember(ref, oid);
        return readMirror();
      },
      offer: async (updates) => {
        const { call, fault } = await reach(
          'offer',
          updates.map((u) => u.ref),
        );
        const outcomes = new Map<RefName, OfferOutcome>();
        for (const [index, update] of updates.entries()) {
          const applied = fault === null || (fault !== 'declined' && index < fault.applied);
          outcomes.set(
            update.ref,
            applied ? this.#offer(update) : { status: 'refused', reason: 'declined by a hook' },
          );
        }
        await this.answered(call);
        for (const { ref, to } of updates) {
          if (isCut(fault)) outcomes.set(ref, { status: 'unknown', reason: 'the connection was cut' });
          else if (outcomes.get(ref)?.status === 'done') remember(ref, to);
        }
        return outcomes;
      },
      refs: {
        transact: async (edits) => {
          assertEdits(edits);
          const { call, fault } = await reach(
            'transact',
            edits.map((e) => e.ref),
          );
          if (fault === 'declined') return { status: 'refused', reason: 'declined by a hook' };
          if (isCut(fault)) {
            // The server decides on all edits, then renames one ref after the other and is killed on the way.
            const probe = this.refs.copy();
            if (probe.apply(edits).status === 'done') this.refs.apply(edits.slice(0, fault.applied));
            await this.answered(call);
            return { status: 'unknown', reason: 'the connection was cut' };
          }
          const outcome = this.refs.apply(edits);
          await this.answered(call);
          if (outcome.status === 'done') for (const { ref, to } of edits) remember(ref, to);
          return outcome;
        },
        read: async (patterns) => {
          const { call, fault } = await reach('read', []);
          if (fault !== null) throw unreachable(name);
          const found = this.refs.matching(patterns);
          await this.answered(call);
          return found;
        },
      },
    };
  }

  #offer(update: { readonly ref: RefName; readonly to: Oid; readonly lease?: Oid | null }): OfferOutcome {
    const present = this.refs.get(update.ref) ?? null;
    if (present === update.to) return { status: 'done' };
    const allowed =
      update.lease === undefined
        ? present === null || this.objects.ancestors([update.to]).has(present)
        : present === update.lease;
    if (!allowed) return { status: 'behind' };
    this.refs.put(update.ref, update.to);
    return { status: 'done' };
  }
}

function isCut(fault: Fault | null): fault is Extract<Fault, object> {
  return typeof fault === 'object' && fault !== null;
}

function unreachable(name: string): AgentOsError {
  return new AgentOsError('REMOTE_UNREACHABLE', `remote ${name} could not be reached`);
}

/** A clock that a test moves; `sleep` moves it too, and returns at once. */
export class ManualClock implements Clock {
  #wall: number;
  #uptime: number;
  #boot = 1;
  /** Runs inside each `sleep`, after the clock has moved. */
  slept: (milliseconds: number) => Promise<void> = async () => {};

  constructor(start: { wall?: number; uptime?: number } = {}) {
    this.#wall = start.wall ?? Date.UTC(2026, 10, 23, 4, 0, 0);
    this.#uptime = start.uptime ?? 1_000_000;
  }

  now(): number {
    return this.#wall;
  }

  uptime(): number {
    return this.#uptime;
  }

  bootId(): string {
    return `boot-${this.#boot}`;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.advance(milliseconds);
    await this.slept(milliseconds);
  }

  /** Time passes. */
  advance(milliseconds: number): void {
    this.#wall += milliseconds;
    this.#uptime += milliseconds;
  }

  /** Somebody sets the wall clock; uptime does not notice. */
  jump(milliseconds: number): void {
    this.#wall += milliseconds;
  }

  reboot(): void {
    this.#boot += 1;
    this.#uptime = 0;
  }
}

/** The same numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** ULIDs that grow with each call, and nonces, from a clock and a seed. */
export function seededIds(clock: Pick<Clock, 'now'>, random: Random): Ids {
  const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  let time = 0;
  let counter = 0;
  const encode = (value: number, length: number): string =>
    length === 0 ? '' : encode(Math.floor(value / 32), length - 1) + CROCKFORD.charAt(value % 32);
  const draw = (alphabet: string, length: number): string =>
    Array.from({ length }, () => alphabet.charAt(Math.floor(random() * alphabet.length))).join('');
  return {
    record: () => {
      time = Math.max(time, clock.now());
      counter += 1;
      return `${encode(time, 10)}${encode(counter, 5)}${draw(CROCKFORD, 11)}` as RecordId;
    },
    nonce: () => draw('0123456789abcdefghijklmnopqrstuvwxyz', 16),
  };
}

/** State files that live as long as the object. */
export class MemoryStateFiles implements StateFiles {
  readonly #files: Map<string, string>;
  /** Runs before each call, so that a test can interleave or end it there. */
  gate: (call: 'read' | 'update', name: string) => Promise<void> = async () => {};

  constructor(files: Iterable<readonly [string, string]> = []) {
    this.#files = new Map(files);
  }

  async read(name: string): Promise<unknown> {
    await this.gate('read', name);
    return this.#parse(name);
  }

  async update(name: string, change: (current: unknown) => unknown): Promise<void> {
    await this.gate('update', name);
    const next = change(this.#parse(name));
    if (next === null) this.#files.delete(name);
    else this.#files.set(name, JSON.stringify(next));
  }

  /** As a copied clone has them. */
  copy(): MemoryStateFiles {
    return new MemoryStateFiles(this.#files);
  }

  #parse(name: string): unknown {
    const text = this.#files.get(name);
    return text === undefined ? null : JSON.parse(text);
  }
}
