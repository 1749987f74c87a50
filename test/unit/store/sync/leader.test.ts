import { describe, expect, it } from 'vitest';
import type { Processes } from '../../../../src/domain/ports.ts';
import { LEADER_STATE, takeTurn } from '../../../../src/store/sync/leader.ts';
import { ManualClock, MemoryStateFiles } from '../../../support/memory.ts';

const other = { pid: 2, startedAt: 'monday' };

async function set(options: { leader: unknown; isOtherAlive: boolean }) {
  const clock = new ManualClock();
  const files = new MemoryStateFiles();
  await files.update(LEADER_STATE, () => options.leader);
  const self = { pid: 1, startedAt: 'tuesday' };
  const processes: Processes = {
    self: () => self,
    isAlive: ({ pid, startedAt }) =>
      pid === other.pid && startedAt === other.startedAt && options.isOtherAlive,
  };
  return { clock, files, processes };
}

const never = async () => false;

describe('takeTurn', () => {
  it('names the leader while it works, and nobody afterwards, even when the work fails', async () => {
    const deps = await set({ leader: null, isOtherAlive: false });
    const work = async () => deps.files.read(LEADER_STATE);
    expect(await takeTurn(deps, { isServed: never, work })).toEqual({ pid: 1, startedAt: 'tuesday' });
    expect(await deps.files.read(LEADER_STATE)).toBeNull();
    const fail = () => Promise.reject(new Error('no'));
    await expect(takeTurn(deps, { isServed: never, work: fail })).rejects.toThrow('no');
    expect(await deps.files.read(LEADER_STATE)).toBeNull();
  });

  it('does nothing when the leader did it', async () => {
    const deps = await set({ leader: other, isOtherAlive: true });
    const isServed = async () => true;
    expect(await takeTurn(deps, { isServed, work: async () => 'worked' })).toBeNull();
    expect(await deps.files.read(LEADER_STATE)).toEqual(other);
  });

  it('succeeds a dead leader, or a broken document, at once', async () => {
    for (const leader of [other, { pid: 'x' }, 'nonsense']) {
      const deps = await set({ leader, isOtherAlive: false });
      const before = deps.clock.uptime();
      const work = async (leads: boolean) => (leads ? 'led' : 'worked');
      expect(await takeTurn(deps, { isServed: never, work })).toBe('led');
      expect(deps.clock.uptime()).toBe(before);
    }
  });

  it('works beside a leader that takes longer than 2 s, and leaves it its place', async () => {
    const deps = await set({ leader: other, isOtherAlive: true });
    const before = deps.clock.uptime();
    const work = async (leads: boolean) => (leads ? 'led' : 'worked');
    expect(await takeTurn(deps, { isServed: never, work })).toBe('worked');
    expect(deps.clock.uptime() - before).toBeLessThan(2_100);
    expect(await deps.files.read(LEADER_STATE)).toEqual(other);
  });
});
