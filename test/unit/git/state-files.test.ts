import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Processes, ProcessIdentity } from '../../../src/domain/ports.ts';
import { identifyClone, renewIdentity } from '../../../src/git/clone-identity.ts';
import { openStateFiles } from '../../../src/git/state-files.ts';
import { ManualClock, seededIds, seededRandom } from '../../support/memory.ts';
import { makeSandbox } from '../../support/sandbox.ts';

/** Processes that live and die by the test's word. */
function processes(pid: number, dead: ReadonlySet<number> = new Set()): Processes {
  const self: ProcessIdentity = { pid, startedAt: '1' };
  return { self: () => self, isAlive: (process) => !dead.has(process.pid) };
}

describe('state files', () => {
  it('are null until written, replaced as a whole, and gone with null', async () => {
    const sandbox = await makeSandbox();
    const folder = sandbox.path('repo/agent-os');
    const files = openStateFiles(folder, processes(1));
    expect(await files.read('held')).toBeNull();
    await files.update('held', (current) => [current, 1]);
    await files.update('held', (current) => [current, 2]);
    expect(await files.read('held')).toEqual([[null, 1], 2]);
    expect(await readdir(folder)).toEqual(['held.json']);
    await files.update('held', () => null);
    await files.update('held', () => null);
    expect(await readdir(folder)).toEqual([]);
    await writeFile(join(folder, 'held.json'), '{"torn":');
    expect(await files.read('held')).toBeNull();
    await expect(files.read('../held')).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('lose no update of many writers', async () => {
    const sandbox = await makeSandbox();
    const writers = Array.from({ length: 8 }, (_, pid) => openStateFiles(sandbox.root, processes(pid)));
    const add = (current: unknown) => (typeof current === 'number' ? current : 0) + 1;
    await Promise.all(writers.flatMap((files) => [1, 2, 3, 4, 5].map(() => files.update('count', add))));
    expect(await writers[0]?.read('count')).toBe(40);
  });

  it('keep the document when a change throws, and let the next one in', async () => {
    const sandbox = await makeSandbox();
    const files = openStateFiles(sandbox.root, processes(1));
    await files.update('held', () => 'kept');
    const thrown = files.update('held', () => {
      throw new Error('no');
    });
    await expect(thrown).rejects.toThrow('no');
    await files.update('held', (current) => `${current}, changed`);
    expect(await files.read('held')).toBe('kept, changed');
  });

  it('are freed of the locks of dead processes, once, by whoever comes', async () => {
    const sandbox = await makeSandbox();
    const dead = new Set([7, 8]);
    for (let round = 0; round < 5; round++) {
      await writeFile(sandbox.path('count.lock'), JSON.stringify({ pid: 7, startedAt: '1' }));
      await writeFile(sandbox.path('count.lock.break'), JSON.stringify({ pid: 8, startedAt: '1' }));
      const add = (current: unknown) => (typeof current === 'number' ? current : 0) + 1;
      await Promise.all(
        [1, 2, 3, 4].map((pid) => openStateFiles(sandbox.root, processes(pid, dead)).update('count', add)),
      );
    }
    expect(await openStateFiles(sandbox.root, processes(1)).read('count')).toBe(20);
  });
});

describe('a clone', () => {
  const habitat = async (commonDir: string, host: string, seed: number) => {
    const clock = new ManualClock();
    const state = openStateFiles(join(commonDir, 'agent-os'), processes(seed));
    return { commonDir, host, state, clock, ids: seededIds(clock, seededRandom(seed)) };
  };

  it('keeps its id, and several processes at once agree on it', async () => {
    const sandbox = await makeSandbox();
    const gitDir = join(await sandbox.repository('a'), '.git');
    const first = await Promise.all(
      [1, 2, 3].map(async (seed) => identifyClone(await habitat(gitDir, 'host', seed))),
    );
    const again = await identifyClone(await habitat(gitDir, 'host', 4));
    expect(new Set([...first, again].map(({ id }) => id)).size).toBe(1);
    expect(again).toEqual({ id: expect.stringMatching(/^[0-9a-z]{16}$/), copiedFrom: null });
    expect(JSON.parse(await readFile(join(gitDir, 'agent-os/clone.json'), 'utf8'))).toMatchObject({
      id: again.id,
      host: 'host',
    });
  });

  it('that was copied, or moved to another machine, gets a new one and says so, once', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('a');
    const original = await identifyClone(await habitat(join(repository, '.git'), 'host', 1));
    await sandbox.start('cp', ['-r', repository, sandbox.path('b')], sandbox.root).result;
    const copy = await identifyClone(await habitat(sandbox.path('b/.git'), 'host', 2));
    expect(copy.copiedFrom).toBe(original.id);
    expect(copy.id).not.toBe(original.id);
    expect(await identifyClone(await habitat(sandbox.path('b/.git'), 'host', 3))).toEqual({
      ...copy,
      copiedFrom: null,
    });
    const moved = await identifyClone(await habitat(join(repository, '.git'), 'elsewhere', 4));
    expect(moved.copiedFrom).toBe(original.id);
    const renewed = await renewIdentity(await habitat(join(repository, '.git'), 'elsewhere', 5));
    expect(await identifyClone(await habitat(join(repository, '.git'), 'elsewhere', 6))).toEqual({
      id: renewed,
      copiedFrom: null,
    });
  });
});
