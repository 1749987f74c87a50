import { readFileSync } from 'node:fs';
import { findPackageFile } from './package-file.ts';

/** Where the script stands in a view. */
export const SCRIPT_FILE = 'bin/load-context.sh';
const MARK = /^# agent-os:rendered ([0-9a-f]{16})\n/;

/** What the shell functions start: absolute paths. */
export interface Program {
  readonly launcher: string;
  readonly node: string;
}

/**
 * The script of this package for the program of this package; null when the package is incomplete.
 * @param hash - SHA-256 in hexadecimal
 */
export function readScript(hash: (text: string) => string): string | null {
  const template = findPackageFile('templates/load-context.sh');
  const launcher = findPackageFile('bin/agent-os.js');
  if (template === null || launcher === null) return null;
  return renderScript(readFileSync(template, 'utf8'), { launcher, node: process.execPath }, hash);
}

/** The template with the program's paths, whatever characters are in them, and a first line that seals it. */
export function renderScript(template: string, program: Program, hash: (text: string) => string): string {
  const body = template
    .replace("'@launcher@'", () => quoteForShell(program.launcher))
    .replace("'@node@'", () => quoteForShell(program.node));
  return `# agent-os:rendered ${hash(body).slice(0, 16)}\n${body}`;
}

/** Whether a script is as agent-os rendered it, this version or another: then it may be replaced. */
export function isRendered(text: string, hash: (text: string) => string): boolean {
  const [mark, seal] = MARK.exec(text) ?? [];
  return mark !== undefined && seal === hash(text.slice(mark.length)).slice(0, 16);
}

function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
