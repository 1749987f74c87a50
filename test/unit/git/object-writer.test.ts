import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/git/config.ts';
import { isDiskFull, writeError } from '../../../src/git/loose-object.ts';
import { syncsLooseObjects } from '../../../src/git/object-writer.ts';

describe('core.fsync', () => {
  it.each([
    [{}, false],
    [{ 'core.fsyncobjectfiles': 'true' }, true],
    [{ 'core.fsync': 'all' }, true],
    [{ 'core.fsync': 'committed' }, true],
    [{ 'core.fsync': 'committed,-loose-object' }, false],
    [{ 'core.fsync': 'none, loose-object' }, true],
    [{ 'core.fsync': 'index' }, false],
    [{ 'core.fsync': 'none', 'core.fsyncobjectfiles': 'true' }, false],
  ])('%j syncs loose objects: %s', (settings, expected) => {
    const text = Object.entries(settings).map(([key, value]) => `${key}\n${value}\0`);
    expect(syncsLooseObjects(parseConfig(text.join('')))).toBe(expected);
  });
});

describe('a disk that takes no more', () => {
  it('is told apart from other failures', () => {
    const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
    expect(writeError(full, '/repo/.git/objects')).toMatchObject({
      code: 'DISK_FULL',
      data: { errno: 'ENOSPC' },
    });
    const other = Object.assign(new Error('open'), { code: 'ENOTDIR' });
    expect(writeError(other, '/x')).toBe(other);
    expect(isDiskFull('error: insufficient permission for adding an object')).toBe(true);
    expect(isDiskFull('fatal: not a valid object')).toBe(false);
  });
});
