import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stampsPath } from '../../../src/domain/layout.ts';
import type { Oid } from '../../../src/domain/names.ts';
import type { Branch } from '../../../src/store/branch.ts';
import { editTree } from '../../../src/store/edit-tree.ts';
import { MemoryObjects } from '../../support/memory.ts';
import { filesOf, makeClone, makeRoot, note, PERSON, REF, write } from './branch-clone.ts';

const CONFIG = 'config.yaml';

/** A commit as people make it; null: the file is removed. */
async function commitByHand(
  objects: MemoryObjects,
  parents: readonly Oid[],
  files: Readonly<Record<string, string | null>>,
): Promise<Oid> {
  const reader = objects.reader();
  const before = (await reader.commit(parents[0] as Oid))?.tree ?? null;
  const changes = Object.entries(files).map(([path, content]) => ({ path, content }));
  const tree = await editTree({ reader, writer: objects.writer }, before, changes);
  return objects.writer.commit({ tree, parents, message: 'edit\n', author: PERSON, at: 1_000_001 });
}

const editByHand = (objects: MemoryObjects, parent: Oid, text: string) =>
  commitByHand(objects, [parent], { [CONFIG]: text });

async function textOf(branch: Branch, path: string): Promise<string> {
  return new TextDecoder().decode((await (await branch.snapshot()).read(path)) ?? new Uint8Array());
}

/** What an operation makes of a branch, and what it leaves in the stamps. */
async function stampsOf(branch: Branch): Promise<string> {
  await write(branch, note('last'));
  return textOf(branch, stampsPath(CONFIG));
}

const NONE = 'schema: agent-os/config/v1\n';
const BOTH = `${NONE}locks:\n  ttl: 3h\nguards:\n  locks: warn\n`;

describe('a commit made by hand', () => {
  it('is taken in by the next operation, as it was typed', async () => {
    const objects = new MemoryObjects();
    const typed = `${NONE}locks: {ttl:   3h}   # for the night\n`;
    const { branch } = makeClone(objects, 'a', await editByHand(objects, await makeRoot(objects), typed));
    expect(await stampsOf(branch)).toContain('/locks/ttl');
    expect(await textOf(branch, CONFIG)).toBe(typed);
    expect((await write(branch)).changed).toBe(false);
  });

  it('that reverts an operation holds in a clone that has the operation only', async () => {
    const objects = new MemoryObjects();
    const root = await makeRoot(objects);
    const a = makeClone(objects, 'a', await editByHand(objects, root, NONE));
    const before = await stampsOf(a.branch);
    const edited = await editByHand(objects, (await a.tip())?.oid as Oid, BOTH);
    const b = makeClone(objects, 'b', edited);
    await write(b.branch, note('takes the edit in'));
    const operation = (await b.tip())?.oid as Oid;
    const reverted = await commitByHand(objects, [operation], {
      [CONFIG]: NONE,
      [stampsPath(CONFIG)]: before,
    });
    const c = makeClone(objects, 'c', operation);
    await write(c.branch, note('beside'));
    await c.branch.join([reverted]);
    expect(await textOf(c.branch, CONFIG)).not.toContain('ttl');
    expect(await filesOf(c.branch)).toContain('notes/beside');
  });

  it('that merges two lines has the edits of both, and what was changed on the way', async () => {
    const objects = new MemoryObjects();
    const a = makeClone(objects, 'a', await editByHand(objects, await makeRoot(objects), NONE));
    await write(a.branch, note('one'));
    const base = (await a.tip())?.oid as Oid;
    const lines = [
      await editByHand(objects, base, `${NONE}locks:\n  ttl: 3h\n`),
      await editByHand(objects, base, `${NONE}guards:\n  locks: warn\n`),
    ];
    const merged = await commitByHand(objects, lines, {
      [CONFIG]: `${NONE}locks:\n  ttl: 4h\nguards:\n  locks: warn\n`,
    });
    for (const line of lines) {
      const clone = makeClone(objects, 'b', line);
      await write(clone.branch, note('beside'));
      await clone.branch.join([merged]);
      expect(await textOf(clone.branch, CONFIG)).toContain('ttl: 4h');
      expect(await textOf(clone.branch, CONFIG)).toContain('locks: warn');
    }
  });

  it('is one edit of what its stamps say where a shallow clone ends', async () => {
    const objects = new MemoryObjects();
    const first = await editByHand(objects, await makeRoot(objects), BOTH);
    const { branch } = makeClone(objects, 'a', await editByHand(objects, first, NONE));
    objects.drop(first);
    expect(await stampsOf(branch)).toBe('');
    expect(await textOf(branch, CONFIG)).toBe(NONE);
  });

  it('is left alone where its stamps are of a newer version, and where there is no document', async () => {
    const objects = new MemoryObjects();
    const newer = 'schema: agent-os/stamps/v99\n';
    const files = { [CONFIG]: BOTH, [stampsPath(CONFIG)]: newer, 'agents/README.md': 'text\n' };
    const { branch } = makeClone(objects, 'a', await commitByHand(objects, [await makeRoot(objects)], files));
    expect(await stampsOf(branch)).toBe(newer);
    expect(await filesOf(branch)).toEqual(['agents/README.md', stampsPath(CONFIG), CONFIG, 'notes/last']);
  });
});

describe('hand edits, of several commits', () => {
  it.each([
    ['keys that were removed stay away', [BOTH, NONE], NONE],
    ['a broken file that was mended', [BOTH, '<<<<<<<\n', NONE], NONE],
    ['a value that was replaced', [BOTH, BOTH.replace('3h', '0h')], BOTH.replace('3h', '0h')],
    ['a value that was replaced, and came back', [BOTH, NONE, BOTH], BOTH],
  ])('%s, when another clone has only the first', async (_name, texts, expected) => {
    for (const isWrittenBetween of [false, true]) {
      const objects = new MemoryObjects();
      const [first = '', ...later] = texts;
      const one = await editByHand(objects, await makeRoot(objects), first);
      const [a, b] = [makeClone(objects, 'a', one), makeClone(objects, 'b', one)];
      if (isWrittenBetween) await write(a.branch, note('before'));
      await write(b.branch, note('beside'));
      let tip = (await a.tip())?.oid ?? one;
      for (const text of later) tip = await editByHand(objects, tip, text);
      const { tip: merged } = await b.branch.join([tip]);
      const text = await textOf(b.branch, CONFIG);
      for (const line of ['ttl: 3h', 'ttl: 0h', 'locks: warn'])
        expect([line, text.includes(line)]).toEqual([line, expected.includes(line)]);

      const c = makeClone(objects, 'c', one);
      await write(c.branch, note('third'));
      await c.branch.join([merged ?? tip]);
      expect(await textOf(c.branch, CONFIG)).toBe(text);
    }
  });

  it('are joined to one tree in any grouping', async () => {
    const objects = new MemoryObjects();
    const one = await editByHand(objects, await makeRoot(objects), `${BOTH}groups:\n  x: [a]\n`);
    const clones = ['a', 'b', 'c'].map((name) => makeClone(objects, name, one));
    const texts = [[NONE, `${NONE}groups:\n  x: [a, b]\n`], [`${BOTH}groups:\n  x: [c, a]\n`], []];
    const tips: Oid[] = [];
    for (const [index, clone] of clones.entries()) {
      await write(clone.branch, note(`of-${index}`));
      let tip = (await clone.tip())?.oid ?? one;
      for (const text of texts[index] ?? []) tip = await editByHand(objects, tip, text);
      tips.push(tip);
    }
    const results = new Set<Oid | undefined>();
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [1, 2, 0],
    ]) {
      const { branch, tip } = makeClone(objects, 'd', tips[order[0] ?? 0] ?? one);
      for (const index of order.slice(1)) await branch.join([tips[index] ?? one]);
      results.add((await tip())?.tree);
    }
    const octopus = makeClone(objects, 'e', tips[0] ?? one);
    await octopus.branch.join(tips);
    results.add((await octopus.tip())?.tree);
    expect(results.size).toBe(1);
  });

  it('in any number and order, are joined to one document', async () => {
    const texts = [NONE, BOTH, BOTH.replace('3h', '0h'), `${NONE}x: [a]\n`, `${NONE}x: [b, a, c]\n`, '<<<\n'];
    const step = fc.record({ clone: fc.nat(2), text: fc.nat(texts.length - 1), joins: fc.nat(8) });
    const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const objects = new MemoryObjects();
      const root = await makeRoot(objects);
      const clones = ['a', 'b', 'c'].map((name) => makeClone(objects, name, root));
      const tipOf = async (index: number) => (await clones[index % 3]?.tip())?.oid ?? root;
      for (const { clone, text, joins } of steps) {
        const tip = await tipOf(clone);
        const edited = await editByHand(objects, tip, texts[text] ?? '');
        await clones[clone]?.refs.transact([{ ref: REF, expect: tip, to: edited }]);
        if (joins < 3) await clones[clone]?.branch.join([await tipOf(joins)]);
        else if (joins < 6) await write(clones[clone]?.branch as Branch, note(`${clone}-${joins}`));
      }
      const tips = [await tipOf(0), await tipOf(1), await tipOf(2)];
      const results = new Set<string>();
      for (const order of [
        [0, 1, 2],
        [2, 1, 0],
        [1, 0, 2],
      ]) {
        const { branch } = makeClone(objects, 'd', tips[order[0] ?? 0] ?? root);
        for (const index of order.slice(1)) await branch.join([tips[index] ?? root]);
        results.add(await stampsOf(branch));
      }
      const octopus = makeClone(objects, 'e', tips[0] ?? root);
      await octopus.branch.join(tips);
      results.add(await stampsOf(octopus.branch));
      expect(results.size).toBe(1);
    });
    await fc.assert(property, { numRuns: 60 });
  });
});
