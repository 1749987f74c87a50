import { isAbsolute, join } from 'node:path';

/** In the home folder, beside what it shows: which repositories it knows, and what is remembered of their views. */
export const HOME_STATE = '.home';

/** `~/.agent-os`; null where nothing says which folder is home. */
export function homePath(env: Readonly<Record<string, string | undefined>>): string | null {
  const home = env['HOME'] || env['USERPROFILE'];
  return home !== undefined && isAbsolute(home) ? join(home, '.agent-os') : null;
}
