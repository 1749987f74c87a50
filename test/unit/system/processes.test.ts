import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { identify, openProcesses } from '../../../src/system/processes.ts';

it.each([
  ['by /proc', '/proc'],
  ['by ps, where there is no /proc', '/nonexistent'],
])(
  'tells a process that runs from one that ended, and from another with the same number: %s',
  async (_, proc) => {
    const processes = openProcesses(proc);
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await once(child, 'spawn');
    const self = processes.self();
    expect(processes.isAlive(self)).toBe(true);
    expect(processes.isAlive({ pid: child.pid ?? 0, startedAt: '' })).toBe(true);
    expect(processes.isAlive({ ...self, startedAt: '1' })).toBe(false);
    const known = identify(child.pid ?? 0, proc);
    expect(known.startedAt).not.toBe('');
    expect(processes.isAlive(known)).toBe(true);
    child.stdin.end();
    await once(child, 'exit');
    expect(processes.isAlive({ pid: child.pid ?? 0, startedAt: '' })).toBe(false);
    expect(processes.isAlive(known)).toBe(false);
    expect(processes.isAlive({ pid: -1, startedAt: '' })).toBe(false);
  },
);

it.runIf(process.platform === 'linux')(
  'takes one that has ended, and that nobody waits for, for ended',
  async () => {
    const { isAlive } = openProcesses();
    // The program that replaces the shell does not know of the shell's child.
    const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [line] = await once(parent.stdout, 'data');
      const pid = Number(String(line));
      await expect.poll(() => isAlive({ pid, startedAt: '' }), { timeout: 10_000 }).toBe(false);
      expect(process.kill(pid, 0)).toBe(true);
    } finally {
      parent.kill('SIGKILL');
    }
  },
);
