import { openSink } from './output-sink.ts';
import { run } from './run.ts';

/** Ends by itself once output is flushed; only an interrupted command is ended, with everything it started. */
export async function main(): Promise<void> {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    // Not at once: other listeners end the git processes that are running.
    process.on(signal, () => setImmediate(() => process.exit(code)));
  }
  process.exitCode = await run(process.argv.slice(2), {
    cwd: process.cwd(),
    env: process.env,
    // Opened when a command reads it: that takes longer than some commands.
    stdin: { [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator]() },
    stdout: openSink(1, () => process.stdout),
    stderr: openSink(2, () => process.stderr),
    openWorkspace: async (options) => (await import('../compose.ts')).openWorkspace(options),
  });
}
