import { mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentOsError } from '../domain/errors.ts';
import type { Processes, StateFiles } from '../domain/ports.ts';
import { withExclusiveFile } from './exclusive-file.ts';
import { errorCode, writeError } from './loose-object.ts';

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

  const change = async (name: string, make: (current: unknown) => unknown): Promise<void> => {
    const file = fileOf(name, 'json');
    const next = make(await readJson(file));
    if (next !== null) await replaceFile(file, `${JSON.stringify(next, null, 2)}\n`);
    else await unlink(file).catch(unlessMissing);
  };

  return {
    read,
    update: async (name, make) => {
      const lock = fileOf(name, 'lock');
      try {
        await mkdir(folder, { recursive: true });
        await withExclusiveFile(lock, processes, () => change(name, make));
      } catch (cause) {
        throw writeError(cause, folder);
      }
    },
  };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    return unlessMissing(error);
  }
}

/** Not synced: what must survive a power cut is in git. The name is free, because the lock is held. */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}

function unlessMissing(error: unknown): null {
  if (errorCode(error) === 'ENOENT') return null;
  throw error;
}
