/** Loaded by the first write only: isomorphic-git takes its time to import. */
import { mkdirSync, statSync } from 'node:fs';
import fs from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeObject } from 'isomorphic-git';
import type { Oid } from '../domain/names.ts';
import { freshen, holdsObject, placeObject, writeError } from './loose-object.ts';
import type { ObjectType } from './object-format.ts';

interface Write {
  /** The common one: isomorphic-git does not know `commondir`. */
  readonly gitDir: string;
  readonly sync: boolean;
  readonly type: ObjectType;
  readonly content: Uint8Array;
}

/** @throws AgentOsError DISK_FULL */
export async function writeInProcess({ gitDir, sync, type, content }: Write): Promise<Oid> {
  const object = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  try {
    const client = { promises: hardened(object, sync) };
    return (await writeObject({ fs: client, gitdir: gitDir, type, object, format: 'wrapped' })) as Oid;
  } catch (cause) {
    throw writeError(cause, `${gitDir}/objects`);
  }
}

/**
 * The file system that isomorphic-git gets. By itself it writes an object straight to its final path, and skips a
 * path that exists: what a kill or a full disk left there truncated stays for ever, and a gc may take the rest. So
 * here no object "exists" beforehand, and writing one keeps and freshens a whole file, or puts a new one into place.
 * All of it at once: a thread of its own would take longer than so small a file.
 */
function hardened(object: Uint8Array, sync: boolean) {
  const isObject = (path: string) => /\/objects\/[0-9a-f]{2}\/[0-9a-f]{38}$/.test(path);
  return {
    ...fs,
    stat: async (path: string) => {
      if (isObject(path)) throw Object.assign(new Error(`not looked at: ${path}`), { code: 'ENOENT' });
      return statSync(path);
    },
    writeFile: async (path: string, bytes: Uint8Array) => {
      if (holdsObject(path, object) && freshen(path)) return;
      mkdirSync(dirname(path), { recursive: true });
      placeObject(path, bytes, { sync });
    },
  };
}
