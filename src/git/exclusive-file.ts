import { linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentOsError } from '../domain/errors.ts';
import type { Processes, ProcessIdentity } from '../domain/ports.ts';
import { errorCode } from './loose-object.ts';

const PATIENCE = 10_000;
const PAUSE = 15;

/**
 * Run `action` while this process alone has `path`, a file that names it. A file whose process is gone is taken away
 * under a lock of its own (`<path>.break`): only who has that may remove a dead one, so none removes a fresh one.
 * @throws AgentOsError REF_LOCKED when a living process keeps it for 10 seconds
 */
export async function withExclusiveFile<T>(
  path: string,
  processes: Processes,
  action: () => Promise<T>,
): Promise<T> {
  const mine = `${path}.${processes.self().pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(mine, JSON.stringify(processes.self()));
  try {
    await acquire(path, mine, processes);
    try {
      return await action();
    } finally {
      remove(path);
    }
  } finally {
    remove(mine);
  }
}

async function acquire(path: string, mine: string, processes: Processes): Promise<void> {
  for (let waited = 0; ; waited += PAUSE) {
    if (linked(mine, path)) return;
    const owner = readOwner(path);
    if (owner !== null && !processes.isAlive(owner) && breakDead(path, mine, processes)) continue;
    if (waited >= PATIENCE) throw held(path, owner);
    await sleep(PAUSE * (0.5 + Math.random()));
  }
}

/** @returns false when another process is about to do it */
function breakDead(path: string, mine: string, processes: Processes): boolean {
  const breaker = `${path}.break`;
  if (!linked(mine, breaker)) {
    // Its owner breaks the lock right now, or died doing so: then this file is all that it left.
    const owner = readOwner(breaker);
    if (owner !== null && !processes.isAlive(owner)) remove(breaker);
    return false;
  }
  try {
    const owner = readOwner(path);
    if (owner !== null && !processes.isAlive(owner)) unlinkSync(path);
    return true;
  } finally {
    remove(breaker);
  }
}

/** Without effect when it is gone, or cannot be removed: what is left is broken once this process is gone. */
function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {}
}

/** The file appears with its content, or not at all because another has the name. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(path: string): ProcessIdentity | null {
  try {
    const owner: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const isOwner = typeof owner === 'object' && owner !== null && 'pid' in owner && 'startedAt' in owner;
    if (!isOwner || typeof owner.pid !== 'number' || typeof owner.startedAt !== 'string') return null;
    return { pid: owner.pid, startedAt: owner.startedAt };
  } catch {
    return null;
  }
}

function held(path: string, owner: ProcessIdentity | null): AgentOsError {
  const who = owner === null ? 'an unknown process' : `process ${owner.pid}`;
  return new AgentOsError('REF_LOCKED', `${path} is kept by ${who}`, {
    hint:
      owner === null
        ? `If no agent-os is running, remove it: rm '${path}'`
        : `See what it does: ps ${owner.pid}`,
    data: { file: path, pid: owner?.pid ?? null },
  });
}
