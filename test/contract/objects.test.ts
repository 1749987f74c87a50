import { createHash } from 'node:crypto';
import { chmod, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Oid } from '../../src/domain/names.ts';
import type { ObjectWriter, RepositoryPaths, TreeEntry } from '../../src/domain/ports.ts';
import { openObjectReader } from '../../src/git/cat-file.ts';
import { writeThroughGit } from '../../src/git/hash-object.ts';
import { writeInProcess } from '../../src/git/isomorphic-objects.ts';
import { objectWriter } from '../../src/git/object-writer.ts';
import { discoverRepository } from '../../src/git/repository.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

interface Variant {
  readonly title: string;
  readonly format?: 'sha256';
  readonly worktree?: boolean;
  readonly write: (paths: RepositoryPaths) => ObjectWriter;
}

const inProcess = (paths: RepositoryPaths): ObjectWriter =>
  objectWriter((type, content) => writeInProcess({ gitDir: paths.commonDir, sync: true, type, content }));
const throughGit = (paths: RepositoryPaths): ObjectWriter => objectWriter(writeThroughGit(paths));

const variants: readonly Variant[] = [
  { title: 'isomorphic-git', write: inProcess },
  { title: 'isomorphic-git in a linked worktree', worktree: true, write: inProcess },
  { title: 'git hash-object', write: throughGit },
  { title: 'git hash-object, sha256', format: 'sha256', write: throughGit },
];

async function open(variant: Variant, sandbox: Sandbox) {
  const format = variant.format ?? 'sha1';
  await sandbox.git(sandbox.root, 'init', '--quiet', `--object-format=${format}`, 'repo');
  if (variant.worktree) {
    await sandbox.git(
      sandbox.path('repo'),
      '-c',
      'user.name=a',
      '-c',
      'user.email=a',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'x',
    );
    await sandbox.worktree(sandbox.path('repo'), 'linked');
  }
  const cwd = sandbox.path(variant.worktree ? 'linked' : 'repo');
  const { paths } = await discoverRepository(cwd, {});
  const reader = openObjectReader(paths);
  onTestFinished(() => reader.close());
  const pathOf = (oid: Oid) => join(paths.commonDir, 'objects', oid.slice(0, 2), oid.slice(2));
  return {
    cwd,
    paths,
    reader,
    writer: variant.write(paths),
    pathOf,
    git: (...args: string[]) => sandbox.git(cwd, ...args),
  };
}

describe.each(variants)('objects through $title', (variant) => {
  it('come back as they were written, under the oid that git gives them', async () => {
    const sandbox = await makeSandbox();
    const { reader, writer, git } = await open(variant, sandbox);
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 256);
    const blob = await writer.blob(bytes);
    expect(blob).toBe(hashOf(variant, 'blob', bytes));
    expect(Buffer.from((await reader.blob(blob)) ?? [])).toEqual(Buffer.from(bytes));

    const empty = await writer.blob(new Uint8Array());
    expect(await reader.blob(empty)).toHaveLength(0);

    const entries: TreeEntry[] = [
      { name: 'a.b', mode: '100644', oid: blob },
      { name: 'a', mode: '40000', oid: await writer.tree([]) },
      { name: 'a-b', mode: '100755', oid: empty },
      { name: '\u{1f600}', mode: '120000', oid: empty },
      { name: '\ufb01', mode: '100644', oid: empty },
    ];
    const tree = await writer.tree(entries);
    const stored = await reader.tree(tree);
    expect(stored?.map((entry) => entry.name)).toEqual(['a-b', 'a.b', 'a', '\ufb01', '\u{1f600}']);
    expect(stored).toEqual(expect.arrayContaining(entries));

    const author = { name: 'Ada <L>\n', email: 'ada@example.com' };
    const message = 'subject\n\nBödy: ünïcode\n\nAgent-OS-Op: x\n';
    const root = await writer.commit({ tree, parents: [], message, author, at: 1_700_000_000 });
    const child = await writer.commit({ tree, parents: [root], message: '', author, at: 1_700_000_001 });
    expect(await reader.commit(root)).toEqual({
      oid: root,
      tree,
      parents: [],
      committedAt: 1_700_000_000,
      message,
    });
    expect(await reader.commit(child)).toMatchObject({ parents: [root], message: '' });
    await git('fsck', '--strict', '--no-dangling', child);
  });

  it('that exist are freshened, not duplicated', async () => {
    const sandbox = await makeSandbox();
    const { writer, pathOf } = await open(variant, sandbox);
    const oid = await writer.blob(Buffer.from('again'));
    await utimes(pathOf(oid), 1, 1);
    expect(await writer.blob(Buffer.from('again'))).toBe(oid);
    expect((await stat(pathOf(oid))).mtimeMs).toBeGreaterThan(1_000_000);
    expect((await stat(pathOf(oid))).mode & 0o777).toBe(0o444);
    expect(await readdir(join(pathOf(oid), '..'))).toHaveLength(1);
  });

  it('that a kill left truncated, empty or as rubbish are repaired', async () => {
    const sandbox = await makeSandbox();
    const { reader, writer, pathOf, git } = await open(variant, sandbox);
    const content = Buffer.from('some text that takes a few bytes\n'.repeat(20));
    const oid = await writer.blob(content);
    for (const length of [0, 7, 20]) {
      await chmod(pathOf(oid), 0o644);
      await truncate(pathOf(oid), length);
      expect(await writer.blob(content)).toBe(oid);
      await git('fsck', '--strict', '--no-dangling');
    }
    await rm(pathOf(oid));
    await writeFile(pathOf(oid), 'rubbish');
    await writer.blob(content);
    expect(Buffer.from((await reader.blob(oid)) ?? [])).toEqual(content);
  });

  it('are found again after git has packed them, and are missing when they are gone', async () => {
    const sandbox = await makeSandbox();
    const { reader, writer, git } = await open(variant, sandbox);
    const oid = await writer.commit({
      tree: await writer.tree([]),
      parents: [],
      message: 'kept',
      author: { name: 'a', email: 'a' },
      at: 1,
    });
    expect(await reader.commit('refs/heads/kept' as never)).toBeNull();
    await git('update-ref', 'refs/heads/kept', oid);
    const lost = await writer.blob(Buffer.from('lost'));
    expect(await reader.commit('refs/heads/kept' as never)).toMatchObject({ oid });
    await git('gc', '--quiet', '--prune=now');
    expect(await reader.commit(oid)).toMatchObject({ message: 'kept' });
    expect(await reader.blob(lost)).toBeNull();
    expect(await writer.blob(Buffer.from('lost'))).toBe(lost);
    expect(await reader.blob(lost)).not.toBeNull();
  });
});

function hashOf(variant: Variant, type: string, content: Uint8Array): string {
  const hash = createHash(variant.format ?? 'sha1');
  return hash.update(`${type} ${content.length}\0`).update(content).digest('hex');
}
