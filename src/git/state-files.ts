import { mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AgentOsError } from '../domain/errors.ts';
import type { Processes, StateFiles } from '../domain/ports.ts';
import { withExclusiveFile } from './exclusive-file.ts';
import { ifThere, writeError } from './loose-object.ts';

/**
 * Documents as `<folder>/<name>.json`, replaced by renaming a whole file over them; an update holds
 * `<name>.lock` meanwhile. The folder is made by the first update.
 */
export function openStateFiles(folder: string, processes: Processes): StateFiles {
  const fileOf = (name: string, ending: string): string => {
    if (/^[a-z][a-z0-9-]{0,40}$/.test(name)) return join(folder, `${name}.${ending}`);
    throw new AgentOsError('INTERNAL', `${name} is not the name of a state file`);
  };

  const read = async (name: string) => readJson(fileOf(name, 'json'));

  const change = (name: string, make: (current: unknown) => unknown): void => {
    const file = fileOf(name, 'json');
    const next = make(readJson(file));
    if (next !== null) replaceFile(file, `${JSON.stringify(next, null, 2)}\n`);
    else ifThere(() => unlinkSync(file));
  };

  return {
    read,
    update: async (name, make) => {
      const lock = fileOf(name, 'lock');
      try {
        mkdirSync(folder, { recursive: true });
        await withExclusiveFile(lock, processes, async () => change(name, make));
      } catch (cause) {
        throw writeError(cause, folder);
      }
    },
  };
}

/** null: there is none, or it is not JSON. Read at once: sooner than a thread could be asked for so small a file. */
function readJson(path: string): unknown {
  const text = ifThere(() => readFileSync(path, 'utf8'));
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** Not synced: what must survive a power cut is in git. The name is free, because the lock is held. */
function replaceFile(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}
