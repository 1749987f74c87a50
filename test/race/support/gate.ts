import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import type { Sandbox } from '../../support/sandbox.ts';

/** A place in a shell script where the first process that comes by waits until it is let through. */
export interface Gate {
  /** The line of `sh` that is the gate. Later processes walk through. */
  readonly script: string;
  /** Resolves when a process stands before the gate. */
  reached(): Promise<void>;
  open(): Promise<void>;
}

export function makeGate(sandbox: Sandbox, name: string): Gate {
  const [armed, arrival, opening] = ['armed', 'arrival', 'opening'].map((part) =>
    sandbox.path(`${name}.${part}`),
  );
  if (armed === undefined || arrival === undefined || opening === undefined) throw new Error('unreachable');
  execFileSync('mkfifo', [arrival, opening]);
  execFileSync('touch', [armed]);
  return {
    // Of two processes, one removes the file: unlink(2) succeeds once.
    script: `if rm "${armed}" 2>/dev/null; then echo > "${arrival}"; read -r _ < "${opening}"; fi`,
    reached: async () => void (await readFile(arrival)),
    open: () => writeFile(opening, 'go\n'),
  };
}
