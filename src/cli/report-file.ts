import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AgentOsError } from '../domain/errors.ts';
import { quoted } from '../domain/names.ts';
import type { Invocation } from './command-spec.ts';
import { type Line, renderLine } from './text.ts';

/**
 * Writes lines to a file that the command line names, without colour.
 * @throws AgentOsError BAD_VALUE when it cannot be written
 */
export async function writeReport(
  { cwd }: Pick<Invocation, 'cwd'>,
  file: string,
  lines: readonly Line[],
): Promise<void> {
  try {
    await writeFile(resolve(cwd, file), `${lines.map((line) => renderLine(line, false)).join('\n')}\n`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AgentOsError('BAD_VALUE', `${quoted(file, 200)} cannot be written: ${reason}`, { cause });
  }
}
