import { describe, expect, it } from 'vitest';
import type { Oid, RefName } from '../../../../src/domain/names.ts';
import { BRANCH, type SimulatedClone, World } from '../../../support/sync-world.ts';

describe('makeFirstContact', () => {
  it('makes one root, whoever begins, together or apart, offline or not', async () => {
    const world = new World(1);
    const clones = [world.add(), world.add(), world.add()];
    await world.stage.play(clones.map((clone) => () => begin(clone)));
    const [first] = clones;
    expect(new Set(clones.map(({ tip }) => tip)).size).toBe(1);
    for (const clone of clones) await clone.commit();
    await world.settle(2);
    expect(await world.rootsOf(world.branch)).toHaveLength(1);
    expect(world.operationsOf(world.branch)).toHaveLength(3);

    const elsewhere = new World(2).add();
    await elsewhere.begin();
    expect(await world.rootsOf(first?.tip ?? null)).toEqual([elsewhere.tip]);
  });

  it('joins what the remote has, outboxes included, before anything is created', async () => {
    const world = new World(1);
    const [owner, reader, late] = [world.add(), world.add(), world.add()];
    await owner.begin();
    await owner.round();
    await reader.begin();
    await owner.commit();
    await owner.round();
    await reader.commit();
    await reader.round({ pull: false, until: 'published' });
    expect((await late.begin()).how).toBe('joined');
    expect(world.operationsOf(late.tip)).toHaveLength(2);
    expect((await late.begin()).how).toBe('joined');
  });

  it('says whether the branch was created here or was here already', async () => {
    const clone = new World(1).add();
    expect((await clone.begin()).how).toBe('created');
    const root = clone.tip;
    await clone.commit();
    const tip = clone.tip;
    expect(await clone.begin()).toEqual({ how: 'present', root });
    expect(clone.tip).toBe(tip);
  });

  it('refuses a ref that is an ordinary branch of somebody, on the remote or here', async () => {
    const world = new World(1);
    const { writer } = world.remote.objects;
    const author = { name: 'b', email: 'b@example.invalid' };
    const code: Oid = await writer.commit({
      tree: await writer.tree([]),
      parents: [],
      message: 'code',
      author,
      at: 9,
    });
    const [here, there] = [world.add(), world.add()];
    here.refs.put(BRANCH, code);
    await expect(here.begin()).rejects.toMatchObject({ code: 'BAD_NAME' });
    expect(here.tip).toBe(code);
    world.remote.refs.put(BRANCH, code);
    await expect(there.begin()).rejects.toMatchObject({ code: 'BAD_NAME' });
    expect(there.tip).toBeNull();
  });

  it('creates no second branch where the remote has the branch under another name, unless that is wanted', async () => {
    const world = new World(1);
    const [owner, late] = [world.add(), world.add()];
    await owner.begin();
    await owner.commit();
    await owner.round();
    const refs = ['refs/agent-os/branch', 'refs/heads/coordination'] as const;
    for (const ref of refs) {
      world.remote.refs.put(ref as RefName, owner.tip);
      world.remote.refs.put(BRANCH, null);
      expect(await late.contact({ isChosen: false })).toEqual({ how: 'elsewhere', refs: [ref] });
      expect(late.tip).toBeNull();
      world.remote.refs.put(ref as RefName, null);
    }
    world.remote.refs.put('refs/heads/coordination' as RefName, owner.tip);
    expect(await late.contact({ isChosen: true })).toMatchObject({ how: 'joined' });
  });

  it('refuses a ref that cannot exist beside another one, here or on the remote, before it changes anything', async () => {
    const world = new World(1);
    const { writer } = world.remote.objects;
    const author = { name: 'b', email: 'b@example.invalid' };
    const tree = await writer.tree([]);
    const code = await writer.commit({ tree, parents: [], message: 'code', author, at: 9 });
    const topic = `${BRANCH}/topic` as RefName;
    const [here, there] = [world.add(), world.add()];
    here.refs.put(topic, code);
    await expect(here.begin()).rejects.toMatchObject({
      code: 'BAD_NAME',
      message: `${BRANCH} cannot exist beside ${topic}, which this repository has`,
      hint: expect.stringContaining('agent-os init --ref refs/agent-os/branch'),
    });
    world.remote.refs.put(topic, code);
    await expect(there.begin()).rejects.toMatchObject({ message: expect.stringContaining('origin has') });
    expect([here.tip, there.tip]).toEqual([null, null]);
  });
});

async function begin(clone: SimulatedClone): Promise<void> {
  await clone.begin();
}
