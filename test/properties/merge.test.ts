import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/domain/codec.ts';
import { appendAt, getAt, setAt } from '../../src/domain/document/edit.ts';
import { loadDocument } from '../../src/domain/document/load.ts';
import { renderDocument } from '../../src/domain/document/render.ts';
import { AgentOsError } from '../../src/domain/errors.ts';
import * as layout from '../../src/domain/layout.ts';
import type { AgentName, CloneId, Oid, RecordId } from '../../src/domain/names.ts';
import { type OperationId, operationId } from '../../src/domain/operation.ts';
import type { Message } from '../../src/domain/schema/message.ts';
import type { Session } from '../../src/domain/schema/session.ts';
import { isOpenTask, takeStep } from '../../src/domain/tasks.ts';
import type { YamlValue } from '../../src/domain/yaml.ts';
import { joinTrees } from '../../src/store/join-trees.ts';
import { MemoryObjects } from '../support/memory.ts';
import { readFiles, writeFiles } from '../support/tree-files.ts';

const SEED = Number(process.env['SEED'] ?? 20_261_123);
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const bytes = (text: string | undefined) => (text === undefined ? null : Buffer.from(text));
const AGENTS = ['go-backend', 'sveltekit-specialist'] as AgentName[];
const [BACKEND = '' as AgentName, FRONTEND = '' as AgentName] = AGENTS;
const STATE = layout.PROJECT_STATE_PATH;

/** Everything that a world of replicas has done, to compare with what the merges made of it. */
class World {
  readonly objects = new MemoryObjects();
  readonly replicas: Map<string, string>[];
  readonly sent = new Set<RecordId>();
  readonly logged = new Map<OperationId, string>();
  readonly sets = new Map<string, { op: OperationId; value: YamlValue }>();
  readonly appended = new Map<OperationId, string>();
  #clock = 1_790_000_000_000;

  constructor(count: number) {
    this.replicas = Array.from({ length: count }, () => new Map());
  }

  /** A new operation of a replica; the clocks of all replicas agree, ids never repeat. */
  next(replica: number): { op: OperationId; id: RecordId; at: string } {
    this.#clock += 1000;
    const digits = this.#clock.toString(32).toUpperCase().padStart(10, '0');
    const time = [...digits].map((d) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[Number.parseInt(d, 32)]).join('');
    const id = `${time}${String(replica).padStart(16, '0')}` as RecordId;
    const clone = String(replica).repeat(16).slice(0, 16) as CloneId;
    return {
      op: operationId({ clock: this.#clock, clone, unique: id }),
      id,
      at: new Date(this.#clock).toISOString(),
    };
  }

  tree(replica: number): Promise<Oid> {
    return writeFiles(this.objects, this.files(replica));
  }

  files(replica: number): Map<string, string> {
    const files = this.replicas[replica];
    if (files === undefined) throw new Error(`there is no replica ${replica}`);
    return files;
  }

  join(trees: readonly Oid[]): Promise<Oid> {
    return joinTrees({ reader: this.objects.reader(), writer: this.objects.writer, hash }, trees);
  }

  async merge(into: number, from: readonly number[]): Promise<void> {
    const trees = await Promise.all([into, ...from].map((replica) => this.tree(replica)));
    this.replicas[into] = await readFiles(this.objects, await this.join(trees));
  }
}

type Step = (world: World, replica: number, pick: number) => void;

const send: Step = (world, replica, pick) => {
  const { op, id, at } = world.next(replica);
  const [from, to] = pick % 2 === 0 ? [BACKEND, FRONTEND] : [FRONTEND, BACKEND];
  const message: Message & { x_new: unknown } = {
    id,
    thread: id,
    kind: 'message',
    from,
    to,
    subject: `message ${id}`,
    body: 'one\r\ntwo\0',
    priority: 'normal',
    ack_required: false,
    sent_at: at,
    attachments: [],
    op,
    x_new: { from: 'a newer client', id },
  };
  world.files(replica).set(layout.newMessagePath(to, id), encode('message', message));
  world.sent.add(id);
};

const read: Step = (world, replica, pick) => {
  const files = world.files(replica);
  const unread = [...files.keys()].filter((path) => /^messages\/[^/]+\/new\//.test(path));
  const path = unread[pick % Math.max(1, unread.length)];
  const place = path === undefined ? null : layout.classify(path);
  if (path === undefined || place?.kind !== 'message') return;
  const message = decode('message', Buffer.from(files.get(path) ?? ''), path);
  const { at } = world.next(replica);
  files.delete(path);
  files.set(
    layout.readMessagePath(place.agent, place.id),
    encode('message', { ...message, read_at: at, read_by: place.agent }),
  );
};

/** Sends a task, or takes a step of one that waits: it stays in new/ until it is closed. */
const work: Step = (world, replica, pick) => {
  const files = world.files(replica);
  const tasks = [...files].flatMap(([path, text]) => {
    const place = layout.classify(path);
    if (place.kind !== 'message' || place.folder !== 'new') return [];
    const message = decode('message', Buffer.from(text), path);
    return message.kind === 'task' ? [{ path, message }] : [];
  });
  const task = tasks[pick % Math.max(1, tasks.length)];
  const { op, id, at } = world.next(replica);
  if (task === undefined) {
    const sent: Message & { x_new: unknown } = {
      ...{ id, thread: id, kind: 'task', from: FRONTEND, to: BACKEND, subject: 'x', body: 'x', op },
      ...{ priority: 'normal', ack_required: false, sent_at: at, attachments: [] },
      x_new: { from: 'a newer client', id },
    };
    files.set(layout.newMessagePath(BACKEND, id), encode('message', sent));
    world.sent.add(id);
    return;
  }
  const step = (['accept', 'done', 'decline'] as const)[pick % 3] ?? 'accept';
  const after = takeStep(task.message, step, { at, answer: `answer ${op}` });
  if (after === null) return;
  files.delete(task.path);
  const { to } = after;
  const path = isOpenTask(after) ? layout.newMessagePath(to, after.id) : layout.readMessagePath(to, after.id);
  files.set(path, encode('message', after));
};

const log: Step = (world, replica, pick) => {
  const { op, at } = world.next(replica);
  const agent = AGENTS[pick % 2] ?? BACKEND;
  const path = layout.logPath(agent, at.slice(0, 10));
  const present = world.files(replica).get(path);
  const day =
    present === undefined
      ? { agent, day: at.slice(0, 10), entries: {} }
      : decode('log', Buffer.from(present), path);
  world
    .files(replica)
    .set(path, encode('log', { ...day, entries: { ...day.entries, [op]: { at, text: `entry ${op}` } } }));
  world.logged.set(op, `entry ${op}`);
};

const session: Step = (world, replica, pick) => {
  const { op, id, at } = world.next(replica);
  const files = world.files(replica);
  const own = [...files.keys()].filter(
    (path) => path.startsWith(`sessions/`) && path.includes(`0${replica}.yaml`),
  );
  const path = own[pick % Math.max(1, own.length)];
  if (path === undefined || pick % 3 === 0) {
    const started: Session = {
      id,
      agent: BACKEND,
      status: 'active',
      task: 'x',
      clone: String(replica).repeat(16).slice(0, 16) as CloneId,
      started_at: at,
      heartbeat_at: at,
      commits: [],
      hlc: op,
    };
    files.set(layout.sessionPath(BACKEND, id), encode('session', started));
  } else {
    const known = decode('session', Buffer.from(files.get(path) ?? ''), path);
    const status = pick % 3 === 1 ? 'done' : 'active';
    files.set(path, encode('session', { ...known, status, heartbeat_at: at, hlc: op }));
  }
};

function editState(
  world: World,
  replica: number,
  change: (state: ReturnType<typeof loadState>) => ReturnType<typeof loadState>,
) {
  const files = world.files(replica);
  const { plain, stamps } = renderDocument(change(loadState(files)), STATE);
  files.set(STATE, plain).set(layout.stampsPath(STATE), stamps);
}

function loadState(files: ReadonlyMap<string, string>) {
  const pair = { plain: bytes(files.get(STATE)), stamps: bytes(files.get(layout.stampsPath(STATE))) };
  return loadDocument(pair, STATE, hash).state;
}

const set: Step = (world, replica, pick) => {
  const { op } = world.next(replica);
  const key = `key${pick % 4}`;
  editState(world, replica, (state) => setAt(state, ['keys', key], pick, { op }));
  if (op > (world.sets.get(key)?.op ?? '')) world.sets.set(key, { op, value: pick });
};

const append: Step = (world, replica) => {
  const { op } = world.next(replica);
  editState(world, replica, (state) => appendAt(state, ['list'], [`item ${op}`], { op }));
  world.appended.set(op, `item ${op}`);
};

const shadow: Step = (world, replica, pick) => {
  const { op } = world.next(replica);
  const values: YamlValue[] = ['scalar', { deep: pick, [`k${pick}`]: [] }, [pick, { a: [1] }], {}, null];
  editState(world, replica, (state) => setAt(state, ['wild'], values[pick % values.length] ?? null, { op }));
};

const handEdit: Step = (world, replica, pick) => {
  const files = world.files(replica);
  files.set(STATE, `${files.get(STATE) ?? ''}# note ${pick % 3}\nby_hand_${pick}: ${pick}\n`);
};

const breakFile: Step = (world, replica, pick) => {
  const files = world.files(replica);
  const path = [...files.keys()].filter((p) => !p.endsWith('.stamps.yaml'))[pick % Math.max(1, files.size)];
  if (path !== undefined) files.set(path, `<<<<<<< broken ${pick}\n`);
};

const gc: Step = (world, replica) => {
  const files = world.files(replica);
  const oldestUnread = [...files.keys()].filter((p) => p.startsWith(`messages/${BACKEND}/new/`)).sort()[0];
  const mark = (oldestUnread?.slice(-31, -5) ?? world.next(replica).id) as RecordId;
  const path = layout.RETENTION_PATH;
  const known = files.has(path) ? decode('retention', Buffer.from(files.get(path) ?? ''), path) : {};
  if (mark < (known.messages?.[BACKEND] ?? '')) return;
  files.set(path, encode('retention', { ...known, messages: { ...known.messages, [BACKEND]: mark } }));
  for (const file of files.keys()) {
    const place = layout.classify(file);
    if (place.kind === 'message' && place.agent === BACKEND && place.id < mark) files.delete(file);
  }
};

const strange: Step = (world, replica, pick) => {
  world.files(replica).set(`notes/${pick % 2}.txt`, `text ${pick}`);
  world.files(replica).set('README.md', `readme ${pick}`);
  world.files(replica).set('tasks/x.yaml', `schema: agent-os/task/v1\nfield_${pick}: ${pick}\n`);
};

interface Plan {
  readonly count: number;
  readonly steps: readonly {
    readonly step: Step;
    readonly replica: number;
    readonly pick: number;
    readonly merge: number;
  }[];
}

function plans(...kinds: Step[]): fc.Arbitrary<Plan> {
  const step = fc.record({
    step: fc.constantFrom(...kinds),
    replica: fc.nat(3),
    pick: fc.nat(11),
    merge: fc.nat(9),
  });
  return fc.record({ count: fc.integer({ min: 2, max: 4 }), steps: fc.array(step, { maxLength: 24 }) });
}

/** Plays a plan: after some steps a replica merges one or two others, so histories cross. */
async function play({ count, steps }: Plan): Promise<World> {
  const world = new World(count);
  for (const { step, replica, pick, merge } of steps) {
    skipUnreadable(() => step(world, replica % count, pick));
    if (merge < 3)
      await world.merge(
        (replica + 1) % count,
        merge === 0 ? [replica % count] : [merge % count, replica % count],
      );
  }
  return world;
}

/** What cannot be read cannot be changed either: the step does nothing. */
function skipUnreadable(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof AgentOsError) || error.code !== 'RECORD_BROKEN') throw error;
  }
}

const ALL = [send, read, work, log, session, set, append, shadow, handEdit, breakFile, gc, strange];
const GENTLE = [send, read, work, log, session, set, append, handEdit, strange];
const runs = (numRuns: number) => ({ numRuns, seed: SEED });

describe(`the join of trees (seed ${SEED})`, () => {
  it('is idempotent, commutative and associative, in every grouping', async () => {
    const property = fc.asyncProperty(plans(...ALL), async (plan) => {
      const world = await play(plan);
      const trees = await Promise.all(world.replicas.map((_, replica) => world.tree(replica)));
      const all = await world.join(trees);
      expect(await world.join([...trees].reverse())).toBe(all);
      expect(await world.join([all, ...trees])).toBe(all);
      expect(await world.join([all, all])).toBe(all);
      const fold = async (order: readonly Oid[]) => {
        let [result = all, ...rest] = order;
        for (const tree of rest) result = await world.join([result, tree]);
        return result;
      };
      for (const order of [trees, [...trees].reverse(), [...trees.slice(1), ...trees.slice(0, 1)]]) {
        expect(await readFiles(world.objects, await fold(order))).toEqual(
          await readFiles(world.objects, all),
        );
        expect(await fold(order)).toBe(all);
      }
      for (const tree of trees) expect(await world.join([tree, tree])).toBe(tree);
    });
    await fc.assert(property, runs(80));
  });

  it('converges: replicas that gossip in any order end on one tree', async () => {
    const orders = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(plans(...ALL), orders, async (plan, gossip) => {
        const world = await play(plan);
        for (const [a, b] of gossip) await world.merge(a % plan.count, [b % plan.count]);
        for (let round = 0; round < 2; round += 1) {
          for (let i = 0; i < plan.count; i += 1) await world.merge((i + 1) % plan.count, [i]);
        }
        const trees = await Promise.all(world.replicas.map((_, replica) => world.tree(replica)));
        expect(new Set(trees).size).toBe(1);
      }),
      runs(60),
    );
  });

  it('loses no write to any key or list, as file-level last-writer-wins would', async () => {
    await fc.assert(
      fc.asyncProperty(plans(set, append, handEdit), async (plan) => {
        const world = await play(plan);
        await world.merge(0, [...world.replicas.keys()].slice(1));
        const state = loadState(world.files(0));
        for (const [key, { value }] of world.sets) expect(getAt(state, ['keys', key])).toBe(value);
        const items = [...world.appended].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
        expect(getAt(state, ['list']) ?? []).toEqual(items);
      }),
      runs(60),
    );
  });

  it('drops no record and no field that it does not know', async () => {
    await fc.assert(
      fc.asyncProperty(plans(...GENTLE), async (plan) => {
        const world = await play(plan);
        await world.merge(0, [...world.replicas.keys()].slice(1));
        const files = world.files(0);
        const messages = new Map(
          [...files].flatMap(([path, text]) => {
            const place = layout.classify(path);
            return place.kind === 'message'
              ? [[place.id, decode('message', Buffer.from(text), path)] as const]
              : [];
          }),
        );
        expect(new Set(messages.keys())).toEqual(world.sent);
        for (const [id, message] of messages) {
          expect((message as Message & { x_new: unknown }).x_new).toEqual({ from: 'a newer client', id });
        }
        const entries = [...files].flatMap(([path, text]) =>
          layout.classify(path).kind === 'log'
            ? Object.keys(decode('log', Buffer.from(text), path).entries)
            : [],
        );
        expect(new Set(entries)).toEqual(new Set(world.logged.keys()));
      }),
      runs(60),
    );
  });

  it('gives two clones that find one hand edit the same result', async () => {
    await fc.assert(
      fc.asyncProperty(plans(set, append, shadow), fc.string(), fc.nat(), async (plan, text, pick) => {
        const world = await play(plan);
        handEdit(world, 0, pick);
        const files = world.files(0);
        files.set(STATE, `${files.get(STATE)}more:\n  - ${JSON.stringify(text)}\n  - x # why\n`);
        const edited = await world.tree(0);
        const base = await writeFiles(world.objects, new Map());
        const changed = new Map(files).set('x.txt', '1');
        const other = await writeFiles(world.objects, changed);
        expect(loadState(files)).toEqual(loadState(changed));
        const once = await world.join([edited, base, await world.tree(1)]);
        const twice = await world.join([other, await world.tree(1)]);
        expect(await world.join([once, twice])).toBe(await world.join([other, once]));
      }),
      runs(40),
    );
  });
});
