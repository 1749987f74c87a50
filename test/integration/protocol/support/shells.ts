import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { lacksTool } from '../../../support/processes.ts';
import type { Sandbox } from '../../../support/sandbox.ts';

/** How each shell is given a script, and what it can be asked to be strict about. */
const SHELLS = {
  bash: { tool: 'bash', strict: 'set -euo pipefail' },
  zsh: { tool: 'zsh', strict: 'set -euo pipefail' },
  // dash hands a sourced file no arguments: AGENT is set beforehand.
  dash: { tool: 'dash', strict: 'set -eu' },
} as const;

export type Shell = keyof typeof SHELLS;

/** Those that are installed; a loud line names each of the others, and in CI they fail. */
export function presentShells(): readonly Shell[] {
  return (Object.keys(SHELLS) as Shell[]).filter((shell) => !lacksTool(SHELLS[shell].tool));
}

/** A line that loads the context of `agent` in this shell. */
export function loading(shell: Shell, script: string, agent: string): string {
  return shell === 'dash' ? `set -- ${agent}; . ${script}` : `source ${script} ${agent}`;
}

/** Types a script into a shell that reads no start-up files and stops at the first failure. */
export function type(sandbox: Sandbox, shell: Shell, cwd: string, script: string) {
  const { tool, strict } = SHELLS[shell];
  const options = shell === 'zsh' ? ['-f'] : [];
  return sandbox.start(tool, [...options, '-c', `${strict}\n${script}`], cwd).result;
}

/** A `node` at the head of the PATH that writes down each start. */
export function countNodeStarts(sandbox: Sandbox) {
  const [bin, list] = [sandbox.path('counting'), sandbox.path('node-starts')];
  mkdirSync(bin, { recursive: true });
  writeFileSync(`${bin}/node`, `#!/bin/sh\necho "$*" >> '${list}'\nexec '${process.execPath}' "$@"\n`);
  chmodSync(`${bin}/node`, 0o755);
  return {
    path: `${bin}:${sandbox.env['PATH']}`,
    starts: () => (existsSync(list) ? readFileSync(list, 'utf8').trimEnd().split('\n') : []),
  };
}
