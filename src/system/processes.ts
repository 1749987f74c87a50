import { readFileSync } from 'node:fs';
import type { Processes } from '../domain/ports.ts';

/** Processes of this machine. */
export function openProcesses(): Processes {
  return {
    self: () => ({ pid: process.pid, startedAt: readStat(process.pid)?.startedAt ?? '' }),
    isAlive({ pid, startedAt }) {
      if (!Number.isInteger(pid) || pid <= 0 || !exists(pid)) return false;
      const found = readStat(pid);
      if (found === null) return true;
      return found.state !== ZOMBIE && (startedAt === '' || found.startedAt === startedAt);
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

/** It has ended, and whoever started it has not asked how: it does nothing any more. */
const ZOMBIE = 'Z';

/**
 * State and start of a process, proc(5) fields 3 and 22; null where there is no /proc. The start, in clock ticks from
 * boot, tells a process from a later one with its number.
 */
function readStat(pid: number): { readonly state: string; readonly startedAt: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return null;
  }
}
