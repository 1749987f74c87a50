import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { addLogEntry, listLogEntries } from '../../../src/app/log.ts';
import { readStatus } from '../../../src/app/status.ts';
import { joinTrees } from '../../../src/store/join-trees.ts';
import { takeSnapshot } from '../../../src/store/snapshot.ts';
import { makeWorkspace } from '../../support/workspace.ts';

const PATH = 'logs/go-backend/2026-11-23.yaml';
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const textsOf = ({ entries }: { readonly entries: readonly { readonly text: string }[] }) =>
  entries.map(({ text }) => text);

/** A day with one entry, and then what `damage` makes of the file. */
async function damaged(damage: (text: string) => string) {
  const workspace = await makeWorkspace();
  await addLogEntry(workspace, { text: 'first' });
  const before = (await workspace.file(PATH)) ?? '';
  await workspace.commitByHand({ path: PATH, content: damage(before) });
  return workspace;
}

describe('a log of the day that cannot be read', () => {
  it('is named and kept, and a new file goes on', async () => {
    const workspace = await damaged(() => 'schema: agent-os/log/v1\nentries: {\n');
    const blob = (await (await workspace.branch.snapshot()).list('logs/go-backend'))[0]?.oid ?? '';
    const { problems } = await addLogEntry(workspace, { text: 'second' });
    expect(problems).toMatchObject([{ path: PATH, hint: expect.stringContaining(blob) }]);
    expect((await addLogEntry(workspace, { text: 'third' })).problems).toEqual([]);
    const listed = await listLogEntries(workspace);
    expect(textsOf(listed)).toEqual(['second', 'third']);
    expect(listed.problems).toEqual([]);
    expect(await readStatus(workspace)).toMatchObject({ conflicts: [{ kind: 'broken', file: PATH }] });
    const [record = ''] = await workspace.filesBelow('conflicts');
    expect(await workspace.file(record)).toContain(`blob: ${blob}`);
  });

  it('gives what can be read of it to the new file', async () => {
    const bad = `  179541534000-clone0clone0clon-01M838Z2G000001M0GZY8KQDZE:\n    at: never\n`;
    const workspace = await damaged((text) => `${text.trimEnd()}\n${bad}`);
    await addLogEntry(workspace, { text: 'second' });
    expect(textsOf(await listLogEntries(workspace))).toEqual(['first', 'second']);
  });

  it('of a later version is left alone', async () => {
    const workspace = await damaged((text) => text.replaceAll('/v1', '/v9'));
    const before = await workspace.file(PATH);
    await expect(addLogEntry(workspace, { text: 'x' })).rejects.toMatchObject({ code: 'SCHEMA_TOO_NEW' });
    expect(await workspace.file(PATH)).toBe(before);
  });

  it('loses nothing when it meets the clone that has it still, in any order', async () => {
    const workspace = await damaged((text) => text.replace('text: first', 'text: ['));
    const { reader, writer } = workspace.objects;
    const treeOf = async () =>
      (await reader.commit(workspace.settings.branch))?.tree ?? expect.fail('no tree');
    const theirs = await treeOf();
    await addLogEntry(workspace, { text: 'second' });
    const ours = await treeOf();
    const joined = await joinTrees({ reader, writer, hash }, [ours, theirs]);
    expect(await joinTrees({ reader, writer, hash }, [theirs, ours])).toBe(joined);
    const author = { name: 'x', email: 'x' };
    const commit = await reader.commit(
      await writer.commit({ tree: joined, parents: [], message: 'x', author, at: 0 }),
    );
    const snapshot = await takeSnapshot(reader, commit);
    expect(Buffer.from((await snapshot.read(PATH)) ?? '').toString()).toContain('second');
    expect(await snapshot.list('conflicts')).toHaveLength(1);
  });
});
