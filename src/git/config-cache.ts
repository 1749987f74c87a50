import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A configuration file as it was when it was read; null: it did not exist. */
type Stamp = string | null;

/** What steers where git finds its configuration. */
const STEERING = [
  'HOME',
  'XDG_CONFIG_HOME',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
] as const;
/** For what no stamp shows, such as a system-wide file that did not exist and is in a place that git alone knows. */
const HOUR = 3_600_000;

export interface CachedConfig {
  /** As `git config -z --list` printed it, without what agent-os does not ask for. */
  readonly text: string;
  /** Every file that has an entry. */
  readonly files: readonly string[];
}

/**
 * Git's configuration as last read for one worktree, believed while every file that it can come from is the same:
 * starting git costs more than the rest of a short command. Never kept where includes decide, or the environment.
 * @param gitDir - of the worktree; the note lies in its `agent-os` folder, if there is one
 */
export function openConfigCache(gitDir: string, commonDir: string, env: NodeJS.ProcessEnv) {
  const note = join(gitDir, 'agent-os', 'git-config.json');
  const isSteered = env['GIT_CONFIG_COUNT'] !== undefined || env['GIT_CONFIG_PARAMETERS'] !== undefined;
  const place = STEERING.map((name) => env[name] ?? null);
  const candidates = [
    '/etc/gitconfig',
    join(env['XDG_CONFIG_HOME'] || join(env['HOME'] ?? '/', '.config'), 'git/config'),
    join(env['HOME'] ?? '/', '.gitconfig'),
    ...[env['GIT_CONFIG_GLOBAL'], env['GIT_CONFIG_SYSTEM']].filter((path) => path !== undefined),
    join(commonDir, 'config'),
    join(gitDir, 'config.worktree'),
  ];

  const stampsOf = (files: readonly string[]): Record<string, Stamp> =>
    Object.fromEntries([...new Set([...candidates, ...files])].map((file) => [file, stampOf(file)]));

  return {
    /** null: nothing is known, or something has changed. */
    recall(): string | null {
      const known = isSteered ? null : parse(note);
      if (known === null || Date.now() - known.at > HOUR || known.at > Date.now()) return null;
      const now = stampsOf(Object.keys(known.stamps));
      return JSON.stringify([known.place, known.stamps]) === JSON.stringify([place, now]) ? known.text : null;
    },
    /** The files' stamps, to be taken before git reads them: a change in between then shows. */
    before: (): Record<string, Stamp> => stampsOf([]),
    /** Without effect before `init` has made the folder, and where includes decide. */
    remember({ text, files }: CachedConfig, before: Record<string, Stamp>): void {
      if (isSteered || files.some((file) => !(file in before))) return;
      try {
        const temporary = `${note}.${process.pid}`;
        writeFileSync(temporary, JSON.stringify({ at: Date.now(), place, stamps: before, text }));
        renameSync(temporary, note);
      } catch {
        // no agent-os folder yet, or a disk that cannot be written: it is read again
      }
    },
  };
}

function stampOf(file: string): Stamp {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`;
}

interface Note {
  readonly at: number;
  readonly place: unknown;
  readonly stamps: Record<string, Stamp>;
  readonly text: string;
}

function parse(note: string): Note | null {
  try {
    const value: unknown = JSON.parse(readFileSync(note, 'utf8'));
    const isNote =
      typeof value === 'object' &&
      value !== null &&
      'at' in value &&
      typeof value.at === 'number' &&
      'text' in value &&
      typeof value.text === 'string' &&
      'stamps' in value &&
      typeof value.stamps === 'object';
    return isNote ? (value as Note) : null;
  } catch {
    return null;
  }
}
