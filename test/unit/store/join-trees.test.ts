import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { decode } from '../../../src/domain/codec.ts';
import { conflictPath, newMessagePath, readMessagePath } from '../../../src/domain/layout.ts';
import type { AgentName, Oid, RecordId } from '../../../src/domain/names.ts';
import type { TreeEntry } from '../../../src/domain/ports.ts';
import { joinTrees } from '../../../src/store/join-trees.ts';
import { MemoryObjects } from '../../support/memory.ts';
import { readFiles, writeFiles } from '../../support/tree-files.ts';

const agent = 'go-backend' as AgentName;
const OLD = '01KAA00000ABCDEFGHJKMNPQRS' as RecordId;
const MARK = '01KAE00000ABCDEFGHJKMNPQRS' as RecordId;
const NEW = '01KAR00000ABCDEFGHJKMNPQRS' as RecordId;
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const watermark = `schema: agent-os/retention/v1
messages: {go-backend: ${MARK}}
sessions: {go-backend: ${MARK}}
logs: {go-backend: 2026-01-01}
attachments: ${MARK}
`;

let objects: MemoryObjects;
beforeEach(() => {
  objects = new MemoryObjects();
});

const join = (trees: readonly Oid[]) =>
  joinTrees({ reader: objects.reader(), writer: objects.writer, hash }, trees);
const tree = (files: Record<string, string>) => writeFiles(objects, new Map(Object.entries(files)));

async function joined(...sides: Record<string, string>[]): Promise<Record<string, string>> {
  const trees = await Promise.all(sides.map(tree));
  const forward = await join(trees);
  expect(await join([...trees].reverse())).toBe(forward);
  return Object.fromEntries(await readFiles(objects, forward));
}

describe('records', () => {
  it('absence deletes nothing', async () => {
    expect(await joined({ 'a.txt': '1' }, { 'b.txt': '2' }, {})).toEqual({ 'a.txt': '1', 'b.txt': '2' });
  });

  it('read/ beats new/, and what only the unread version has is kept', async () => {
    const result = await joined(
      { [newMessagePath(agent, NEW)]: 'schema: agent-os/message/v1\nx_new: 1\n' },
      { [readMessagePath(agent, NEW)]: 'schema: agent-os/message/v1\nread_at: 2026-11-23T05:00:00Z\n' },
    );
    expect(Object.keys(result)).toEqual([readMessagePath(agent, NEW)]);
    expect(result[readMessagePath(agent, NEW)]).toContain('x_new: 1');
  });

  it('of two readings the earlier stays, with its reader', async () => {
    const path = readMessagePath(agent, NEW);
    const result = await joined(
      { [path]: 'read_at: "2026-11-23T05:00:00Z"\nread_by: b\nacked_at: "2026-11-23T07:00:00Z"\n' },
      { [path]: 'read_at: 2026-11-23T05:00:00.5Z\nread_by: z\n' },
    );
    expect(result[path]).toContain(
      'read_at: "2026-11-23T05:00:00Z"\nread_by: b\nacked_at: "2026-11-23T07:00:00Z"\n',
    );
  });

  it('a session is what its last writer made of it', async () => {
    const path = `sessions/go-backend/${NEW}.yaml`;
    const at = (clock: number) => `hlc: ${String(clock).padStart(15, '0')}-aaaaaaaaaaaaaaaa-${NEW}\n`;
    const result = await joined(
      { [path]: `status: active\n${at(9)}` },
      { [path]: `status: done\n${at(10)}` },
    );
    expect(result[path]).toContain('status: done');
  });

  it('a kind that this version does not know is joined field by field, in the newer version', async () => {
    const result = await joined(
      { 'tasks/x.yaml': 'schema: agent-os/task/v2\na: 1\n' },
      { 'tasks/x.yaml': 'schema: agent-os/task/v10\nb: {c: 2}\n' },
    );
    expect(result['tasks/x.yaml']).toContain('schema: agent-os/task/v10\na: 1\nb:\n  c: 2\n');
  });

  it('of files without structure the greater stays', async () => {
    expect(await joined({ 'README.md': 'a' }, { 'README.md': 'ab' }, { 'README.md': 'aa' })).toEqual({
      'README.md': 'ab',
    });
  });
});

describe('what cannot be read', () => {
  const path = readMessagePath(agent, NEW);

  it('gives way to what can, and is named', async () => {
    const result = await joined({ [path]: 'a: [\n' }, { [path]: 'a: 1\n' });
    expect(result[path]).toBe('a: 1\n');
    const blob = await objects.writer.blob(Buffer.from('a: [\n'));
    const conflicts = Object.entries(result).filter(([file]) => file.startsWith('conflicts/'));
    expect(conflicts).toHaveLength(1);
    for (const [file, text] of conflicts) {
      const conflict = decode('conflict', Buffer.from(text), file);
      expect(conflict).toMatchObject({ kind: 'broken', file: path, blob });
      expect(file).toBe(conflictPath(conflict.id));
    }
  });

  it('on all sides: one stays, the other is named', async () => {
    const result = await joined({ [path]: '<<<<<<< a\n' }, { [path]: '<<<<<<< b\n' });
    expect(result[path]).toBe('<<<<<<< b\n');
    expect(Object.keys(result)).toHaveLength(2);
  });

  it('a document that is broken on one side keeps the state of both', async () => {
    const result = await joined(
      { 'state/project.yaml': 'a: 1\n' },
      { 'state/project.yaml': 'b: {\n' },
      { 'state/project.yaml': 'c: 3\n' },
    );
    expect(result['state/project.yaml']).toContain('a: 1\nc: 3\n');
    expect(Object.keys(result).filter((file) => file.startsWith('conflicts/'))).toHaveLength(1);
  });

  it('registers in a newer format win as they are', async () => {
    const newer = 'schema: agent-os/stamps/v9\nwhatever: [1]\n';
    const result = await joined(
      { 'state/project.yaml': 'a: 1\n', 'state/project.stamps.yaml': newer },
      { 'state/project.yaml': 'b: 2\n' },
    );
    expect(result).toEqual({ 'state/project.yaml': 'a: 1\n', 'state/project.stamps.yaml': newer });
  });
});

describe('watermarks', () => {
  const old = {
    [readMessagePath(agent, OLD)]: 'a: 1\n',
    [newMessagePath(agent, OLD)]: 'a: 1\n',
    [`sessions/go-backend/${OLD}.yaml`]: 'status: active\n',
    'logs/go-backend/2025-12-31.yaml': 'a: 1\n',
    [`attachments/${OLD}/x.txt`]: 'x',
  };
  const kept = {
    [readMessagePath(agent, NEW)]: 'a: 1\n',
    [`sessions/go-backend/${NEW}.yaml`]: 'a: 1\n',
    [`sessions/other/${OLD}.yaml`]: 'a: 1\n',
    'logs/go-backend/2026-01-01.yaml': 'a: 1\n',
    [`attachments/${NEW}/x.txt`]: 'x',
  };

  it('an old clone cannot bring back what gc removed', async () => {
    expect(await joined({ 'retention.yaml': watermark, ...kept }, { ...old, ...kept })).toEqual({
      'retention.yaml': watermark,
      ...kept,
    });
  });

  it('nor can one that has heard of the watermark but still has the records', async () => {
    const sides = [
      { 'retention.yaml': watermark, ...kept, x: '' },
      { 'retention.yaml': watermark, ...old, ...kept },
    ];
    expect(await joined(...sides)).toEqual({ 'retention.yaml': watermark, x: '', ...kept });
  });

  it('the larger of two wins, for each agent by itself', async () => {
    const result = await joined(
      { 'retention.yaml': `messages: {a: ${OLD}, b: ${NEW}}\n` },
      { 'retention.yaml': `messages: {a: ${NEW}, b: ${OLD}, c: ${OLD}}\n` },
    );
    expect(result['retention.yaml']).toContain(`messages:\n  a: ${NEW}\n  b: ${NEW}\n  c: ${OLD}\n`);
  });
});

describe('hostile trees', () => {
  it('symlinks, submodules and names that lead out are dropped, not followed', async () => {
    const blob = await objects.writer.blob(Buffer.from('x'));
    const below = await objects.writer.tree([{ name: 'hooks', mode: '100755', oid: blob }]);
    const bad: TreeEntry[] = [
      { name: 'link', mode: '120000', oid: blob },
      { name: 'module', mode: '160000', oid: blob },
      { name: '..', mode: '40000', oid: below },
      { name: '.GIT', mode: '40000', oid: below },
      { name: 'a\\b', mode: '100644', oid: blob },
      { name: 'messages', mode: '100644', oid: blob },
      { name: 'config.yaml', mode: '40000', oid: below },
      { name: 'good', mode: '100755', oid: blob },
    ];
    const hostile = await objects.writer.tree(bad);
    const result = await join([hostile, await tree({ 'config.yaml': 'a: 1\n', good: 'x' })]);
    expect((await objects.reader().tree(result))?.map(({ name, mode }) => [name, mode])).toEqual([
      ['config.yaml', '100644'],
      ['good', '100755'],
    ]);
  });

  it('a file and a folder of one unknown name: the folder stays', async () => {
    expect(await joined({ x: 'file' }, { 'x/y': 'folder' })).toEqual({ 'x/y': 'folder' });
  });

  it('keys such as __proto__ are joined like any other', async () => {
    const result = await joined(
      { 'tasks/x.yaml': '__proto__: {a: 1}\n' },
      { 'tasks/x.yaml': '__proto__: {b: 2}\n' },
    );
    expect(result['tasks/x.yaml']).toBe('__proto__:\n  a: 1\n  b: 2\n');
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });
});

it('reads only the folders that differ', async () => {
  const shared = { [readMessagePath(agent, NEW)]: 'a: 1\n', 'logs/go-backend/2026-01-01.yaml': 'a: 1\n' };
  const trees = [
    await tree({ ...shared, 'tasks/a.yaml': 'a: 1\n' }),
    await tree({ ...shared, 'tasks/b.yaml': 'a: 1\n' }),
  ];
  const reader = objects.reader();
  const read: Oid[] = [];
  const readTree = async (oid: Oid) => {
    read.push(oid);
    return reader.tree(oid);
  };
  const counted = { ...reader, tree: readTree };
  await joinTrees({ reader: counted, writer: objects.writer, hash }, trees);
  const root = await reader.tree(trees[0] as Oid);
  const messages = root?.find(({ name }) => name === 'messages')?.oid;
  expect(read).not.toContain(messages);
});
