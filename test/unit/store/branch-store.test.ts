import { describe, expect, it } from 'vitest';
import type { Oid } from '../../../src/domain/names.ts';
import { parseOperationId } from '../../../src/domain/operation.ts';
import { readOperationId } from '../../../src/store/commit-message.ts';
import { MemoryObjects } from '../../support/memory.ts';
import { AGENT, filesOf, makeClone, makeRoot, note, PERSON, write } from './branch-clone.ts';

describe('an operation', () => {
  it('is one commit whose trailers name the agent and the operation', async () => {
    const objects = new MemoryObjects();
    const clone = makeClone(objects, 'a', await makeRoot(objects));
    const done = await write(clone.branch, note('one'));
    const tip = await clone.tip();
    expect(tip?.oid).toBe(done.commit);
    expect(tip?.message).toContain('\nAgent-OS-Agent: go-backend\n');
    expect(readOperationId(tip?.message ?? '')).toBe(done.id);
    expect(await filesOf(clone.branch)).toEqual(['notes/one']);
  });

  it('commits nothing when its plan changes nothing', async () => {
    const objects = new MemoryObjects();
    const clone = makeClone(objects, 'a', await makeRoot(objects));
    const before = await clone.tip();
    expect(await write(clone.branch)).toMatchObject({ changed: false, commit: before?.oid, result: 0 });
    expect(await clone.tip()).toEqual(before);
  });

  it('is planned again on the newer tip when another process was first, and neither is lost', async () => {
    const objects = new MemoryObjects();
    const clone = makeClone(objects, 'a', await makeRoot(objects));
    let interfering = true;
    clone.refs.gate = async (call) => {
      if (call !== 'transact' || !interfering) return;
      interfering = false;
      await write(clone.branch, note('theirs'));
    };
    const seen: boolean[] = [];
    const mine = await clone.branch.commit({
      agent: AGENT,
      session: null,
      plan: async ({ snapshot }) => {
        seen.push((await snapshot.read('notes/theirs')) !== null);
        return { subject: 'mine', changes: [note('mine')], result: null };
      },
    });
    expect(seen).toEqual([false, true]);
    expect(await filesOf(clone.branch)).toEqual(['notes/mine', 'notes/theirs']);
    const tip = await clone.tip();
    const parent = tip && (await objects.reader().commit(tip.parents[0] as Oid));
    expect(parseOperationId(mine.id).clock).toBeGreaterThan(
      parseOperationId(readOperationId(parent?.message ?? '') ?? '').clock,
    );
  });

  it('has a clock ahead of everything it has seen, also of commits made by hand', async () => {
    const objects = new MemoryObjects();
    const root = await makeRoot(objects);
    const tree = await objects.writer.tree([]);
    const future = Date.UTC(2030, 0, 1) / 1000;
    const byHand = await objects.writer.commit({
      tree,
      parents: [root],
      message: 'edited in the browser\n',
      author: PERSON,
      at: future,
    });
    const clone = makeClone(objects, 'a', byHand);
    const { id } = await write(clone.branch, note('one'));
    expect(parseOperationId(id).clock).toBe(future * 1000 + 1);
  });

  it('writes again what a gc took between writing and the move of the ref', async () => {
    const objects = new MemoryObjects();
    const clone = makeClone(objects, 'a', await makeRoot(objects));
    const written: Oid[] = [];
    const blob = objects.writer.blob;
    objects.writer.blob = async (content) => {
      const oid = await blob(content);
      written.push(oid);
      return oid;
    };
    clone.refs.gate = async (call) => {
      if (call === 'transact') for (const oid of written) objects.drop(oid);
    };
    await write(clone.branch, note('one'));
    const snapshot = await clone.branch.snapshot();
    expect(new TextDecoder().decode((await snapshot.read('notes/one')) ?? undefined)).toBe('one\n');
  });

  it('needs a branch: nothing creates a second root', async () => {
    const clone = makeClone(new MemoryObjects(), 'a', null);
    await expect(write(clone.branch, note('one'))).rejects.toMatchObject({ code: 'NOT_INITIALISED' });
  });

  it('refuses a path that leads out of the tree', async () => {
    const objects = new MemoryObjects();
    const clone = makeClone(objects, 'a', await makeRoot(objects));
    for (const path of ['../x', 'a/../b', '.git/config', 'a/.GIT/x', '/etc', 'a//b', 'git~1/x', 'a/\u0000']) {
      await expect(write(clone.branch, { path, content: '' })).rejects.toMatchObject({ code: 'BAD_NAME' });
    }
  });
});

describe('a snapshot', () => {
  it('does not show symlinks, submodules and names that lead out of the tree', async () => {
    const objects = new MemoryObjects();
    const blob = await objects.writer.blob(new TextEncoder().encode('x'));
    const inner = await objects.writer.tree([{ name: 'x', mode: '100644', oid: blob }]);
    const root = await makeRoot(objects, [
      { name: 'link', mode: '120000', oid: blob },
      { name: 'module', mode: '160000', oid: blob },
      { name: '..', mode: '40000', oid: inner },
      { name: '.git', mode: '40000', oid: inner },
      { name: 'fine', mode: '40000', oid: inner },
    ]);
    const clone = makeClone(objects, 'a', root);
    expect(await filesOf(clone.branch)).toEqual(['fine/x']);
    expect(await (await clone.branch.snapshot()).read('link')).toBeNull();
  });

  it('stays what it was while the branch moves on', async () => {
    const objects = new MemoryObjects();
    const clone = makeClone(objects, 'a', await makeRoot(objects));
    const before = await clone.branch.snapshot();
    await write(clone.branch, note('one'));
    expect(await before.read('notes/one')).toBeNull();
  });
});

describe('joining tips', () => {
  async function twoClones() {
    const objects = new MemoryObjects();
    const root = await makeRoot(objects);
    const [a, b] = [makeClone(objects, 'a', root), makeClone(objects, 'b', root)];
    await write(a.branch, note('a'));
    await write(b.branch, note('b'));
    const tips = [(await a.tip())?.oid as Oid, (await b.tip())?.oid as Oid];
    return { objects, a, b, tips };
  }

  it('makes the same merge commit in two clones', async () => {
    const { a, b, tips } = await twoClones();
    expect((await a.branch.join(tips)).how).toBe('merged');
    expect((await b.branch.join([...tips].reverse())).how).toBe('merged');
    expect(await a.tip()).toEqual(await b.tip());
    expect(await filesOf(a.branch)).toEqual(['notes/a', 'notes/b']);
  });

  it('does nothing when the tips are known', async () => {
    const { a, tips } = await twoClones();
    await a.branch.join(tips);
    expect((await a.branch.join(tips)).how).toBe('same');
  });

  it('replaces a merge by another history that has all of its operations', async () => {
    const { objects, a, b, tips } = await twoClones();
    await a.branch.join(tips);
    const c = makeClone(objects, 'c', tips[1] as Oid);
    await write(c.branch, note('c'));
    await c.branch.join(tips);
    await b.branch.join([(await c.tip())?.oid as Oid]);
    const joined = await a.branch.join([(await c.tip())?.oid as Oid]);
    expect(joined.how).toBe('replaced');
    expect(await a.tip()).toEqual(await c.tip());
    expect(await filesOf(a.branch)).toEqual(['notes/a', 'notes/b', 'notes/c']);
  });

  it('takes the tip as it is where the branch does not exist yet', async () => {
    const { objects, tips } = await twoClones();
    const empty = makeClone(objects, 'd', null);
    expect(await empty.branch.join([tips[0] as Oid])).toEqual({ tip: tips[0], how: 'replaced' });
  });

  it('keeps an operation that another process commits meanwhile', async () => {
    const { a, tips } = await twoClones();
    let interfering = true;
    a.refs.gate = async (call) => {
      if (call !== 'transact' || !interfering) return;
      interfering = false;
      await write(a.branch, note('late'));
    };
    await a.branch.join(tips);
    expect(await filesOf(a.branch)).toEqual(['notes/a', 'notes/b', 'notes/late']);
  });
});
