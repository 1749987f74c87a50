import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The program of this package, `bin/agent-os.js`, whether this file is built or not; null when it is not there. */
export function findLauncher(): string | null {
  for (let folder = new URL('.', import.meta.url); folder.pathname !== '/'; folder = new URL('..', folder)) {
    const launcher = fileURLToPath(new URL('bin/agent-os.js', folder));
    if (existsSync(launcher)) return launcher;
  }
  return null;
}
