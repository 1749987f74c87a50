import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Oid, RefName } from '../../../src/domain/names.ts';
import { openObjectReader } from '../../../src/git/cat-file.ts';
import { openLooseReader } from '../../../src/git/loose-reader.ts';
import { discoverRepository } from '../../../src/git/repository.ts';
import { makeSandbox } from '../../support/sandbox.ts';

async function start() {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('a');
  const gitDir = join(repository, '.git');
  const store = async (content: string | Uint8Array) =>
    (
      await sandbox.tryGit(repository, ['hash-object', '-w', '--stdin'], { input: content })
    ).stdout.trim() as Oid;
  const fileOf = (oid: Oid) => join(gitDir, 'objects', oid.slice(0, 2), oid.slice(2));
  return { sandbox, repository, store, fileOf, reader: openLooseReader(gitDir) };
}

it('reads what lies loose: blobs, trees, commits, an empty one', async () => {
  const { sandbox, repository, store, reader } = await start();
  for (const text of ['text\n', '']) {
    const oid = await store(text);
    expect(reader.read(oid)).toEqual({ oid, type: 'blob', content: Buffer.from(text) });
  }
  const head = reader.resolve('refs/heads/main' as RefName) as Oid;
  expect(head).toBe(await sandbox.git(repository, 'rev-parse', 'HEAD'));
  expect(reader.read(head)?.content.toString()).toBe(
    `${await sandbox.git(repository, 'cat-file', 'commit', head)}\n`,
  );
  expect(reader.resolve('refs/heads/none' as RefName)).toBeNull();
});

it('leaves to git what is packed, missing, large, or truncated by a kill', async () => {
  const { sandbox, repository, store, fileOf, reader } = await start();
  const large = await store(Buffer.from(Array.from({ length: 2 ** 21 }, () => Math.random() * 256)));
  expect(reader.read(large)).toBeNull();
  const cut = await store('a text that is cut in the middle of its file');
  await chmod(fileOf(cut), 0o644);
  await writeFile(fileOf(cut), (await readFile(fileOf(cut))).subarray(0, 20));
  expect(reader.read(cut)).toBeNull();
  expect(reader.read('f'.repeat(40) as Oid)).toBeNull();
  const head = reader.resolve('refs/heads/main' as RefName) as Oid;
  await sandbox.git(repository, 'repack', '-a', '-d', '-q');
  expect(reader.read(head)).toBeNull();
  await sandbox.git(repository, 'symbolic-ref', 'refs/heads/alias', 'refs/heads/main');
  expect(reader.resolve('refs/heads/alias' as RefName)).toBeUndefined();
});

it('is all that a short command needs: no git is started for it', async () => {
  const { repository, store } = await start();
  const oid = await store('text');
  const objects = openObjectReader((await discoverRepository(repository, {})).paths);
  const path = process.env['PATH'];
  process.env['PATH'] = '/nonexistent';
  try {
    expect(String(await objects.blob(oid))).toBe('text');
    await expect(objects.blob('f'.repeat(40) as Oid)).rejects.toMatchObject({ code: 'NO_GIT' });
  } finally {
    process.env['PATH'] = path;
    objects.close();
  }
});
