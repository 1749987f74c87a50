import { describe, expect, it } from 'vitest';
import type { Oid } from '../../../../src/domain/names.ts';
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
});

async function begin(clone: SimulatedClone): Promise<void> {
  await clone.begin();
}
