import { existsSync, readdirSync, rmSync } from 'node:fs';
import { readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Journal } from '../domain/hook-ports.ts';
import { errorCode } from './loose-object.ts';

const TAKEN = /^journal-taken-\d{15}-[0-9a-z]+$/;

/**
 * `<common>/agent-os/journal`, to which hooks append. It is taken by a rename, under a name that sorts by time.
 * @param unique - makes names for files, never the same twice
 */
export function openJournal(folder: string, now: () => number, unique: () => string): Journal {
  const file = join(folder, 'journal');
  const listTaken = () => listNames(folder).filter((name) => TAKEN.test(name));
  return {
    isPending: () => existsSync(file) || listTaken().length > 0,
    take: async () => {
      const name = `journal-taken-${String(now()).padStart(15, '0')}-${unique()}`;
      await rename(file, join(folder, name)).catch(unlessMissing);
      return Promise.all(
        listTaken()
          .sort()
          .map(async (taken) => {
            const path = join(folder, taken);
            const text = (await readFile(path, 'utf8').catch(unlessMissing)) ?? '';
            return { text, done: async () => void (await unlink(path).catch(unlessMissing)) };
          }),
      );
    },
    giveUpPost: () => rmSync(join(folder, 'worker'), { force: true }),
  };
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no folder: no hook has run
  }
}

function unlessMissing(error: unknown): null {
  if (errorCode(error) === 'ENOENT') return null;
  throw error;
}
