import { readFileSync } from 'node:fs';
import type { Processes } from '../domain/ports.ts';

/** Processes of this machine. */
export function openProcesses(): Processes {
  return {
    self: () => ({ pid: process.pid, startedAt: readStart(process.pid) ?? '' }),
    isAlive({ pid, startedAt }) {
      if (!Number.isInteger(pid) || pid <= 0 || !exists(pid)) return false;
      const start = readStart(pid);
      return start === null || startedAt === '' || start === startedAt;
    },
  };
}

/** Signal 0 only asks; EPERM means that it exists and belongs to somebody else. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Clock ticks from boot to the start of a process, proc(5) field 22, which tells a process from a later one with
 * its number; null where there is no /proc.
 */
function readStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
