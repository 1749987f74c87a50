import { expect, it } from 'vitest';
import type { Processes, ProcessIdentity } from '../../../../src/domain/ports.ts';
import { openPublisher } from '../../../../src/store/sync/publisher.ts';
import { MemoryStateFiles } from '../../../support/memory.ts';

/** Processes of which those in `alive` run; each opens the publisher as itself. */
function makeProcesses() {
  const files = new MemoryStateFiles();
  const alive = new Set<number>();
  const identity = (pid: number): ProcessIdentity => ({ pid, startedAt: String(pid) });
  const open = (pid: number) => {
    alive.add(pid);
    const processes: Processes = { self: () => identity(pid), isAlive: (process) => alive.has(process.pid) };
    return openPublisher(files, processes);
  };
  return { open, alive, identity };
}

it('only one process of a clone publishes at a time', async () => {
  const { open } = makeProcesses();
  const [first, second] = [open(1), open(2)];
  const rounds: number[] = [];
  await first.work({
    round: async () => {
      rounds.push(1);
      expect(await second.isAtWork()).toBe(true);
      await second.work({ round: async () => void rounds.push(2), hasMore: async () => false });
    },
    hasMore: async () => false,
  });
  expect(rounds).toEqual([1]);
  expect(await second.isAtWork()).toBe(false);
});

it('what is committed during the last round is published all the same', async () => {
  const { open } = makeProcesses();
  const [publisher, command] = [open(1), open(2)];
  let committed = 1;
  let published = 0;
  await publisher.work({
    async round() {
      published = committed;
      if (committed > 1) return;
      committed = 2; // another command commits, and finds the publisher at work
      expect(await command.isAtWork()).toBe(true);
    },
    hasMore: async () => published < committed,
  });
  expect(published).toBe(2);
});

it('has given up the post when it looks for more: a command that commits after that look starts another', async () => {
  const { open } = makeProcesses();
  const [publisher, command] = [open(1), open(2)];
  const looks: boolean[] = [];
  await publisher.work({
    round: async () => {},
    hasMore: async () => {
      looks.push(await command.isAtWork());
      return false;
    },
  });
  expect(looks).toEqual([false]);
});

it('a process that was just started counts, until it is dead', async () => {
  const { open, alive, identity } = makeProcesses();
  const command = open(1);
  alive.add(7);
  await command.appoint(identity(7));
  expect(await command.isAtWork()).toBe(true);
  await command.appoint(identity(8));
  alive.delete(7);
  expect(await command.isAtWork()).toBe(false);
});

it('gives up the post when a round fails', async () => {
  const { open } = makeProcesses();
  const [publisher, command] = [open(1), open(2)];
  const failing = publisher.work({
    round: () => Promise.reject(new Error('the remote is gone')),
    hasMore: async () => false,
  });
  await expect(failing).rejects.toThrow('the remote is gone');
  expect(await command.isAtWork()).toBe(false);
});
