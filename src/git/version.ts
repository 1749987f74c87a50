import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { AgentOsError } from '../domain/errors.ts';
import { expectGit } from './process.ts';

const OLDEST: readonly [number, number] = [2, 34];

/**
 * Make sure that git is 2.34 or newer. Which git was found to be is kept in `<common>/agent-os/git.json` once that
 * folder exists, and believed as long as the program on the PATH is the same file: starting git costs 5 ms.
 * @returns git's version, as `2.39.5`
 * @throws AgentOsError NO_GIT, GIT_TOO_OLD
 */
export async function requireGit(commonDir: string, env: NodeJS.ProcessEnv): Promise<string> {
  const note = join(commonDir, 'agent-os', 'git.json');
  const program = describeProgram(env['PATH'] ?? '');
  const known = program === null ? null : recall(note, program);
  if (known !== null) return known;
  const words = (await expectGit({ cwd: commonDir, args: ['version'] })).toString('utf8');
  const version = /^git version (\d+\.\d+(?:\.\d+)*)/.exec(words)?.[1];
  if (version === undefined || isOlder(version)) {
    throw new AgentOsError('GIT_TOO_OLD', `${words.trim()} is older than git ${OLDEST.join('.')}`, {
      hint: 'Update git: agent-os needs transactions and options that older versions lack.',
      data: { version: version ?? null },
    });
  }
  if (program !== null) remember(note, { program, version });
  return version;
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

/** Path, size and time of change of the git that a spawn would find. */
function describeProgram(path: string): string | null {
  for (const folder of path.split(delimiter)) {
    const file = folder === '' ? null : join(folder, 'git');
    const stat = file === null ? undefined : statSync(file, { throwIfNoEntry: false });
    if (stat?.isFile() && (stat.mode & 0o111) !== 0) return `${file} ${stat.size} ${stat.mtimeMs}`;
  }
  return null;
}

function recall(note: string, program: string): string | null {
  try {
    const known: unknown = JSON.parse(readFileSync(note, 'utf8'));
    const isKnown = typeof known === 'object' && known !== null && 'program' in known && 'version' in known;
    return isKnown && known.program === program && typeof known.version === 'string' ? known.version : null;
  } catch {
    return null;
  }
}

/** A note that cannot be written, or was torn, is asked for again. */
function remember(note: string, known: { readonly program: string; readonly version: string }): void {
  try {
    writeFileSync(note, JSON.stringify(known));
  } catch {
    // no agent-os folder yet, or a read-only disk
  }
}
