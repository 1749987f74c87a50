import type { AgentOsError } from '../domain/errors.ts';
import type { CommandOutput, Performed } from './command-spec.ts';
import { bad, dim, type Line, renderLine, wantsColour } from './text.ts';

/** A stream as the printer needs it; `done` is called once the text is on its way, with an error if nobody reads. */
export interface Sink {
  write(text: string, done?: (error?: Error | null) => void): unknown;
  readonly isTTY?: boolean;
}

export interface Streams {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The one place that prints: data on standard output, everything else on standard error. With `json`, standard
 * output gets exactly one object, errors too.
 */
export function print({ stdout, stderr, env }: Streams, performed: Performed): void {
  const { output, json, quiet } = performed;
  if (json) {
    if (output.data !== null) stdout.write(`${JSON.stringify(describeOutput(performed))}\n`);
    return;
  }
  writeLines(stdout, env, output.text ?? []);
  if (!quiet) writeLines(stderr, env, output.notes ?? []);
  if (output.error !== undefined) writeLines(stderr, env, explain(output.error));
}

/** Lines of a story, as they come. */
export function printLines({ stdout, env }: Streams, lines: readonly Line[]): void {
  writeLines(stdout, env, lines);
}

/** What goes on, for a person who waits at a terminal. */
export function printProgress({ stderr, env }: Streams, line: Line): void {
  if (stderr.isTTY === true) writeLines(stderr, env, [line]);
}

/** The object that `--json` prints and `batch` answers. */
export function describeOutput({ command, output }: Pick<Performed, 'command' | 'output'>): object {
  return {
    schema: `agent-os/cli/${command}/v1`,
    ...output.data,
    ...(output.error !== undefined && { error: describeError(output.error) }),
  };
}

export function exitCodeOf(output: CommandOutput): number {
  return output.exitCode ?? output.error?.exitCode ?? 0;
}

function writeLines(sink: Sink, env: Streams['env'], lines: readonly Line[]): void {
  if (lines.length === 0) return;
  const colour = wantsColour(sink, env);
  sink.write(`${lines.map((line) => renderLine(line, colour)).join('\n')}\n`);
}

function explain({ message, hint }: AgentOsError): Line[] {
  return [[bad('error:'), ` ${message}`], ...(hint === undefined ? [] : [[dim('hint:'), ` ${hint}`]])];
}

function describeError({ code, message, hint, data }: AgentOsError): object {
  return {
    code,
    message,
    ...(hint !== undefined && { hint }),
    ...(Object.keys(data).length > 0 && { data }),
  };
}
