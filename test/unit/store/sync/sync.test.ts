import { describe, expect, it } from 'vitest';
import type { RefName } from '../../../../src/domain/names.ts';
import { readFailure } from '../../../../src/store/sync/last-attempt.ts';
import { SYNC_STATE } from '../../../../src/store/sync/sync-state.ts';
import type { Fault } from '../../../support/memory.ts';
import { BRANCH, Crash, type SimulatedClone, World } from '../../../support/sync-world.ts';

const AT_ONCE = { pull: false, until: 'published' } as const;
const CUT_AFTER: Fault = { cut: true, applied: 2 };
const CUT_BEFORE: Fault = { cut: true, applied: 0 };

/** Clones that know the same branch; nothing is open. */
async function meet(count: number): Promise<{ world: World; clones: readonly SimulatedClone[] }> {
  const world = new World(7);
  const clones = Array.from({ length: count }, () => world.add());
  for (const clone of clones) await clone.begin();
  await world.settle(1);
  for (const clone of clones) await clone.round();
  world.remote.calls.length = 0;
  return { world, clones };
}

async function pair(): Promise<{ world: World; a: SimulatedClone; b: SimulatedClone }> {
  const { world, clones } = await meet(2);
  const [a, b] = clones;
  if (a === undefined || b === undefined) throw new Error('two clones were asked for');
  return { world, a, b };
}

/** The next offers meet these faults, one each; then the luck is good again. */
function strike(world: World, ...faults: readonly Fault[]): void {
  const left = [...faults];
  world.remote.intercept = async ({ what }) => (what === 'offer' ? (left.shift() ?? null) : null);
}

const callsOf = (world: World) => world.remote.calls.map(({ what }) => what);
const outboxOf = (world: World, id: string) => world.remote.refs.get(`refs/agent-os/outbox/${id}` as RefName);

/** `first` takes the branch, `second` does not know yet, and publishes through its outbox alone. */
async function race(first: SimulatedClone, second: SimulatedClone) {
  await first.commit();
  await second.commit();
  await first.round(AT_ONCE);
  return second.round(AT_ONCE);
}

describe('sync: publishing', () => {
  it('publishes in one round trip, with all that was committed so far', async () => {
    const { world, a } = await pair();
    await a.commit();
    await a.commit();
    expect(await a.round(AT_ONCE)).toEqual({
      fetched: false,
      merged: 'same',
      published: 2,
      pending: 0,
      branch: 'pushed',
      renewed: null,
      refused: null,
    });
    expect(callsOf(world)).toEqual(['offer']);
    expect(world.branch).toBe(a.tip);
  });

  it('publishes in one round trip although another won the branch', async () => {
    const { world, a, b } = await pair();
    const result = await race(a, b);
    expect(result).toMatchObject({ published: 1, pending: 0, branch: 'behind' });
    expect(callsOf(world)).toEqual(['offer', 'offer']);
    await a.round({ push: false });
    expect(world.operationsOf(a.tip)).toHaveLength(2);
    expect(world.operationsOf(world.branch)).toHaveLength(1);
  });

  it('goes on until its outbox is on the branch when it is asked to', async () => {
    const { world, a, b } = await pair();
    await race(a, b);
    expect(await b.round()).toMatchObject({ published: 0, branch: 'pushed', merged: 'merged' });
    expect(world.operationsOf(world.branch)).toHaveLength(2);
    expect(world.branch).toBe(b.tip);
  });

  it('pushes nothing when it has nothing to say', async () => {
    const { world, clones } = await meet(3);
    const [a, b, reader] = clones as [SimulatedClone, SimulatedClone, SimulatedClone];
    await race(a, b);
    world.remote.calls.length = 0;
    for (let round = 0; round < 3; round += 1) {
      expect(await reader.round()).toMatchObject({ branch: 'same', published: 0 });
    }
    expect(callsOf(world)).toEqual(['fetch', 'fetch', 'fetch']);
    expect(world.operationsOf(reader.tip)).toHaveLength(2);
  });

  it('folds the outbox of a clone that is gone after 60 s (mutant: outbox without fold)', async () => {
    const { world, clones } = await meet(3);
    const [a, b, reader] = clones as [SimulatedClone, SimulatedClone, SimulatedClone];
    await race(a, b);
    world.lose(b);
    await reader.round();
    reader.clock.advance(59_000);
    await reader.round();
    expect(world.operationsOf(world.branch)).toHaveLength(1);
    reader.clock.advance(1_000);
    await reader.round();
    expect(world.operationsOf(world.branch)).toHaveLength(2);
  });

  it('has no outbox when it is ephemeral, and tries until the branch has its operations', async () => {
    const { world, a } = await pair();
    const ephemeral = world.add(false);
    await ephemeral.begin();
    expect(await race(a, ephemeral)).toMatchObject({ published: 1, branch: 'pushed' });
    expect(world.operationsOf(world.branch)).toHaveLength(2);
    expect(world.remote.refs.matching(['refs/agent-os/outbox/']).size).toBe(1);
  });

  it('notices that the branch was set back, and brings back what it lost', async () => {
    const { world, a, b } = await pair();
    const before = world.branch;
    await a.commit();
    await a.round();
    await b.round();
    world.remote.refs.put(BRANCH, before);
    await world.settle(1);
    expect(world.operationsOf(world.branch)).toHaveLength(1);
  });

  it('does not take an outbox for settled on a branch that was set back', async () => {
    const { world, a, b } = await pair();
    const before = world.branch;
    await a.commit();
    await a.round();
    const gate = b.refs.gate;
    b.refs.gate = async (call) => {
      if (call === 'transact') throw new Crash();
    };
    await expect(b.round()).rejects.toThrow(Crash);
    b.refs.gate = gate;
    world.lose(a);
    world.remote.refs.put(BRANCH, before);
    await world.settle(3);
    expect(world.operationsOf(world.branch)).toHaveLength(1);
  });

  it('lets the app re-file what is unpublished, and publishes that along with it', async () => {
    const { world, a } = await pair();
    await a.commit();
    const asked: number[] = [];
    a.beforePublish = async (unpublished) => {
      asked.push(unpublished.length);
      await a.commit();
    };
    expect(await a.round(AT_ONCE)).toMatchObject({ published: 2, pending: 0 });
    expect(asked).toEqual([1]);
    expect(callsOf(world)).toEqual(['offer']);
  });

  it('pushes once for all processes of a clone', async () => {
    const { world, a } = await pair();
    const send = async () => {
      await a.commit();
      expect((await a.round(AT_ONCE)).pending).toBe(0);
    };
    await world.stage.play([send, send, send, send, send, send]);
    expect(world.operationsOf(world.branch)).toHaveLength(6);
    expect(callsOf(world).length).toBeLessThan(6);
  });
});

describe('sync: bad luck', () => {
  it('counts a push whose answer was lost as published once it has seen it', async () => {
    const { world, a } = await pair();
    await a.commit();
    strike(world, CUT_AFTER);
    expect(await a.round(AT_ONCE)).toMatchObject({ published: 1, pending: 0, fetched: true, renewed: null });
    expect(callsOf(world)).toEqual(['offer', 'fetch']);
  });

  it('pushes again what was cut off before it arrived', async () => {
    const { world, a } = await pair();
    await a.commit();
    strike(world, CUT_BEFORE);
    expect(await a.round(AT_ONCE)).toMatchObject({ published: 1, pending: 0 });
    expect(callsOf(world)).toEqual(['offer', 'fetch', 'offer']);
  });

  it('does not call published what it could not read again', async () => {
    const { world, a } = await pair();
    await a.commit();
    world.remote.intercept = async ({ what }) => (what === 'offer' ? CUT_AFTER : 'unreachable');
    await expect(a.round(AT_ONCE)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    world.remote.intercept = async () => null;
    expect(await a.round()).toMatchObject({ branch: 'same', pending: 0, renewed: null });
    expect(world.operationsOf(world.branch)).toHaveLength(1);
  });

  it('tells an outage from everything else', async () => {
    const { world, a } = await pair();
    await a.commit();
    world.remote.intercept = async () => 'unreachable';
    await expect(a.round()).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
    await expect(a.round(AT_ONCE)).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
  });

  it('leaves a note of an outage for commands that wait for no round, until the remote answers', async () => {
    const { world, a } = await pair();
    await a.commit();
    const remote = world.remote.connect(a.refs, { client: a.label }).name;
    expect(await readFailure(a.files, remote)).toBeNull();
    world.remote.intercept = async () => 'unreachable';
    await expect(a.round(AT_ONCE)).rejects.toThrow();
    const reason = await readFailure(a.files, remote);
    expect(await readFailure(a.files, 'another')).toBeNull();
    expect(reason).toContain('could not be reached');
    await a.round({ pull: false, push: false });
    expect(await readFailure(a.files, remote)).toBe(reason);
    world.remote.intercept = async () => null;
    await a.round();
    expect(await readFailure(a.files, remote)).toBeNull();
  });

  it('reports what it published although the remote went away before the branch had it', async () => {
    const { world, a, b } = await pair();
    await a.commit();
    await a.round(AT_ONCE);
    await b.commit();
    world.remote.intercept = async ({ what }) => (what === 'fetch' ? 'unreachable' : null);
    expect(await b.round({ pull: false })).toMatchObject({ published: 1, pending: 0, branch: 'behind' });
  });

  it('passes on the words of a host that declines, and keeps the operations', async () => {
    const { world, a } = await pair();
    await a.commit();
    strike(world, 'declined');
    await expect(a.round()).rejects.toMatchObject({ code: 'REMOTE_REFUSED', message: /declined by a hook/ });
    expect(await a.round()).toMatchObject({ published: 1 });
  });

  it('gives up the branch, not the publishing, when the budget is spent', async () => {
    const { world, a, b } = await pair();
    await b.commit();
    world.remote.intercept = async ({ client, what }) => {
      if (client === b.label && what === 'offer') {
        world.remote.intercept = async () => null;
        await a.commit();
        await a.round(AT_ONCE);
        b.clock.advance(10_000);
      }
      return null;
    };
    expect(await b.round({ pull: false })).toMatchObject({ published: 1, pending: 0, branch: 'behind' });
  });

  it('knows its own push again after a crash before the answer', async () => {
    const { world, a } = await pair();
    await a.commit();
    world.remote.answered = async ({ what }) => {
      if (what === 'offer') throw new Crash();
    };
    await expect(a.round(AT_ONCE)).rejects.toThrow(Crash);
    world.remote.answered = async () => {};
    expect(await a.round()).toMatchObject({ renewed: null, pending: 0 });
    expect(world.remote.refs.matching(['refs/agent-os/outbox/']).size).toBe(1);
  });
});

describe('sync: copied clones', () => {
  it('takes a new id when the other copy has published under the old one, and loses nothing', async () => {
    const { world, a } = await pair();
    const copy = world.copy(a);
    await a.commit();
    await copy.commit();
    await a.round();
    const id = (await a.files.read('clone')) as string;
    const { renewed, pending } = await copy.round();
    expect(renewed?.from).toBe(id);
    expect(pending).toBe(0);
    expect(outboxOf(world, id)).not.toBe(outboxOf(world, renewed?.to ?? ''));
    await world.settle(2);
    expect((await a.files.read('clone')) as string).toBe(id);
    expect(world.operationsOf(world.branch)).toHaveLength(2);
    expect(copy.tip).toBe(a.tip);
  });

  it('takes a new id when it cannot remember what it pushed', async () => {
    const { world, a } = await pair();
    await a.files.update(SYNC_STATE, () => null);
    await a.commit();
    expect(await a.round()).toMatchObject({ published: 1, renewed: { to: expect.any(String) } });
    await world.settle(2);
    expect(world.operationsOf(world.branch)).toHaveLength(1);
  });
});
