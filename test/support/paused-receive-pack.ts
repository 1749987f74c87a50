import { chmod, writeFile } from 'node:fs/promises';
import { requireTool } from './processes.ts';
import type { Sandbox } from './sandbox.ts';

/**
 * A command that makes git pause before each ref that it moves.
 *
 * git carries out an atomic push by renaming `<ref>.lock` to `<ref>`, one ref after the other (objects are put in
 * place by link(2)), so a delay at the entrance of rename(2) opens the window in which others see half of a push.
 *
 * @param pause - milliseconds; without it the command is returned as it is
 */
export function pausingCommand(
  command: readonly [string, ...string[]],
  pause?: number,
): [string, ...string[]] {
  if (pause === undefined) return [...command];
  requireTool('strace');
  const delay = `inject=rename,renameat,renameat2:delay_enter=${pause * 1000}`;
  const quietly = ['-f', '--seccomp-bpf', '-qqq', '-o', '/dev/null'];
  return ['strace', ...quietly, '-e', 'trace=rename,renameat,renameat2', '-e', delay, ...command];
}

/**
 * Writes a program to be used as `remote.<name>.receivepack` of clones whose remote is a path.
 * @returns its path
 */
export async function writePausedReceivePack(sandbox: Sandbox, pause: number): Promise<string> {
  const path = sandbox.path('paused-receive-pack');
  const command = pausingCommand(['git', 'receive-pack'], pause);
  await writeFile(path, `#!/bin/sh\nexec ${command.join(' ')} "$@"\n`);
  await chmod(path, 0o755);
  return path;
}
