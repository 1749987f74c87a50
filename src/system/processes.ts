import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Processes, ProcessIdentity } from '../domain/ports.ts';

/** Where Linux tells of processes. */
const PROC = '/proc';

/** Processes of this machine. `proc`: where it tells of them; where that is missing, as on macOS, `ps` is asked. */
export function openProcesses(proc = PROC): Processes {
  let self: ProcessIdentity | null = null;
  return {
    self() {
      self ??= identify(process.pid, proc);
      return self;
    },
    isAlive({ pid, startedAt }) {
      if (!Number.isInteger(pid) || pid <= 0 || !exists(pid)) return false;
      const found = readStat(pid, proc);
      if (found === null) return true;
      return found.state !== ZOMBIE && (startedAt === '' || found.startedAt === startedAt);
    },
  };
}

/** `startedAt` is empty where the machine does not tell: then any process with that number counts. */
export function identify(pid: number, proc = PROC): ProcessIdentity {
  return { pid, startedAt: readStat(pid, proc)?.startedAt ?? '' };
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

interface Stat {
  readonly state: string;
  readonly startedAt: string;
}

/** State and start of a process; null when it has just ended, and where nothing tells. */
function readStat(pid: number, proc: string): Stat | null {
  try {
    return existsSync(proc) ? readProc(pid, proc) : askPs(pid);
  } catch {
    return null;
  }
}

/** proc(5), fields 3 and 22. The start, in clock ticks from boot, tells a process from a later one with its number. */
function readProc(pid: number, proc: string): Stat {
  const stat = readFileSync(`${proc}/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
}

/** The state's first letter is the same everywhere; the start is a date, to the second. */
function askPs(pid: number): Stat {
  const args = ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)];
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  const line = execFileSync('ps', args, {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  const [state = '', ...start] = line.split(/\s+/);
  return { state: state.charAt(0), startedAt: start.join(' ') };
}
