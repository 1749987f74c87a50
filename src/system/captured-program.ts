import { spawn } from 'node:child_process';

export interface Captured {
  /** null: ended by a signal, or not started. */
  readonly exitCode: number | null;
  /** Standard output and standard error as they came. */
  readonly output: string;
}

/** Run a program to its end with nothing on its standard input, and return what it printed. */
export function runCaptured(program: {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Promise<Captured> {
  const { command, args, cwd, env } = program;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    const end = (exitCode: number | null) =>
      resolve({ exitCode, output: Buffer.concat(chunks).toString('utf8') });
    child.on('error', () => end(null));
    child.on('close', end);
  });
}
