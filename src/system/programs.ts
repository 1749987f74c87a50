import { spawn } from 'node:child_process';
import type { ProcessIdentity } from '../domain/ports.ts';
import { identify } from './processes.ts';

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Start a program that outlives this process and says nothing.
 * @returns null when it could not be started
 */
export function startDetached({ command, args, cwd, env }: Program): ProcessIdentity | null {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: 'ignore', windowsHide: true });
  child.on('error', () => {});
  child.unref();
  return child.pid === undefined ? null : identify(child.pid);
}

/**
 * Let a program have the terminal, and wait until it has ended.
 * @returns its exit code; null when it was ended by a signal or could not be started
 */
export function runInTerminal({ command, args, cwd, env }: Program): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    child.on('error', () => resolve(null));
    child.on('close', (code) => resolve(code));
  });
}
