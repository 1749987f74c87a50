import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * A file of this package, whether it is installed or a checkout, built or not; null when it is not there.
 * @param name - relative to the package, `/`-separated
 */
export function findPackageFile(name: string): string | null {
  for (let folder = new URL('.', import.meta.url); folder.pathname !== '/'; folder = new URL('..', folder)) {
    const found = fileURLToPath(new URL(name, folder));
    if (existsSync(found)) return found;
  }
  return null;
}
