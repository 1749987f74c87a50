import { findPackageFile } from '../view/package-file.ts';

/** The program of this package, `bin/agent-os.js`, whether this file is built or not; null when it is not there. */
export function findLauncher(): string | null {
  return findPackageFile('bin/agent-os.js');
}
