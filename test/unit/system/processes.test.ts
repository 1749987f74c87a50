import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { openProcesses } from '../../../src/system/processes.ts';

it('tells a process that runs from one that ended, and from another with the same number', async () => {
  const processes = openProcesses();
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(child, 'spawn');
  const self = processes.self();
  expect(processes.isAlive(self)).toBe(true);
  expect(processes.isAlive({ pid: child.pid ?? 0, startedAt: '' })).toBe(true);
  if (self.startedAt !== '') expect(processes.isAlive({ ...self, startedAt: '1' })).toBe(false);
  child.stdin.end();
  await once(child, 'exit');
  expect(processes.isAlive({ pid: child.pid ?? 0, startedAt: '' })).toBe(false);
  expect(processes.isAlive({ pid: -1, startedAt: '' })).toBe(false);
});
