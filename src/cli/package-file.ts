import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AgentOsError } from '../domain/errors.ts';
import { findLauncher } from './launcher.ts';

/**
 * The text of a file that ships in the package, by its path there: `hooks/pre-receive`.
 * @throws AgentOsError INTERNAL when the package is incomplete
 */
export function readPackageFile(path: string): string {
  const launcher = findLauncher();
  try {
    if (launcher !== null) return readFileSync(join(dirname(dirname(launcher)), path), 'utf8');
  } catch {
    // said below
  }
  throw new AgentOsError('INTERNAL', `${path} is missing from this installation of agent-os`, {
    hint: 'Install it again: npm install --global agent-os',
  });
}
