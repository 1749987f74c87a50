import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { RecordId } from '../../../src/domain/names.ts';
import { openSavedFiles } from '../../../src/git/saved-files.ts';
import { makeSandbox } from '../../support/sandbox.ts';

const id = (character: string) => `01M83HE2C0E969EC272B40F9E${character}` as RecordId;
const of = (text: string) => async () => Buffer.from(text);

describe('saved files', () => {
  it('are written once, read-only, and again when something else stands there', async () => {
    const sandbox = await makeSandbox();
    const files = openSavedFiles(sandbox.path('files'));
    const file = { id: id('A'), name: 'a.md', size: 3 };
    const path = await files.save(file, of('abc'));
    expect(await readFile(path, 'utf8')).toBe('abc');
    expect((await stat(path)).mode & 0o222).toBe(0);
    const never = () => Promise.reject(new Error('read again'));
    expect(await files.save(file, never)).toBe(path);
    await writeFile(sandbox.path('files', id('A'), 'half.md'), 'ab');
    await files.save({ ...file, name: 'half.md' }, of('abc'));
    expect(await readFile(sandbox.path('files', id('A'), 'half.md'), 'utf8')).toBe('abc');
  });

  it('saved by many at once are whole, and nothing else is left', async () => {
    const sandbox = await makeSandbox();
    const files = openSavedFiles(sandbox.path('files'));
    const text = 'x'.repeat(100_000);
    const file = { id: id('A'), name: 'a', size: text.length };
    const paths = await Promise.all(Array.from({ length: 8 }, () => files.save(file, of(text))));
    expect(new Set(paths).size).toBe(1);
    expect(await readdir(sandbox.path('files', id('A')))).toEqual(['a']);
  });

  it('of older messages can be removed, and nothing else', async () => {
    const sandbox = await makeSandbox();
    const files = openSavedFiles(sandbox.path('files'));
    await files.removeBefore(id('B')); // there is no folder yet
    for (const one of ['A', 'B', 'C']) await files.save({ id: id(one), name: 'a', size: 1 }, of('x'));
    await writeFile(sandbox.path('files', '00-mine'), '');
    await files.removeBefore(id('B'));
    expect(await readdir(sandbox.path('files'))).toEqual(['00-mine', id('B'), id('C')]);
  });
});
