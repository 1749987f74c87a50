import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecordId } from '../domain/names.ts';
import type { SavedFiles } from '../domain/ports.ts';
import { writeError } from './loose-object.ts';

/**
 * Files as `<folder>/<id>/<name>`, read-only, each whole or not there. The same file is saved once, whichever worktree
 * of the clone asks for it.
 */
export function openSavedFiles(folder: string): SavedFiles {
  return {
    async save({ id, name, size }, read) {
      const place = join(folder, id);
      const path = join(place, name);
      const found = await stat(path).catch(() => null);
      if (found?.isFile() && found.size === size) return path;
      const content = await read();
      const temporary = join(place, `.${randomUUID()}.tmp`);
      try {
        await mkdir(place, { recursive: true });
        await writeFile(temporary, content, { flag: 'wx', mode: 0o444 });
        await rename(temporary, path);
        return path;
      } catch (cause) {
        await unlink(temporary).catch(() => {});
        throw writeError(cause, place);
      }
    },
    async removeBefore(id) {
      const names = await readdir(folder).catch(() => []);
      const old = names.filter((name) => isRecordId(name) && name < id);
      for (const name of old) await rm(join(folder, name), { recursive: true, force: true });
    },
  };
}
