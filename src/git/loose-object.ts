import { open, readFile, rename, unlink, utimes } from 'node:fs/promises';
import { promisify } from 'node:util';
import { AgentOsError } from '../domain/errors.ts';

/** Whether a loose object's file holds exactly these bytes (header and content, deflated in whatever way). */
export async function holdsObject(path: string, object: Uint8Array): Promise<boolean> {
  try {
    const file = await readFile(path);
    // Loaded here, because only a write that finds its object needs it.
    const inflate = promisify(process.getBuiltinModule('node:zlib').inflate);
    const found = await inflate(file, { maxOutputLength: object.length + 1 });
    return Buffer.compare(found, object) === 0;
  } catch {
    return false; // missing, truncated, or something else altogether
  }
}

/** As git does for an object that it is asked to write again: a gc that runs now shall see it as new. */
export async function freshen(path: string): Promise<boolean> {
  const now = new Date();
  return utimes(path, now, now).then(
    () => true,
    () => false,
  );
}

/**
 * Put a file into place whole or not at all: a temporary file beside it (named so that `git gc` removes what a kill
 * leaves), synced if asked for, read-only like git's own, and renamed.
 */
export async function placeObject(
  path: string,
  bytes: Uint8Array,
  options: { sync: boolean },
): Promise<void> {
  const temporary = path.replace(/[^/\\]+$/, `tmp_obj_${process.pid}_${Math.random().toString(36).slice(2)}`);
  const file = await open(temporary, 'wx', 0o444);
  try {
    await file.writeFile(bytes);
    if (options.sync) await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => {});
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

/** `ENOENT` and the like; empty for what is no system error. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** A disk that is full or not writable, told apart from everything else that a write can fail with. */
export function writeError(cause: unknown, folder: string): unknown {
  const code = errorCode(cause);
  if (!['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM'].includes(code)) return cause;
  return new AgentOsError('DISK_FULL', `${folder} cannot be written: ${code}`, {
    hint: 'Make room on the disk, or see who may write there.',
    data: { folder, errno: code },
    cause,
  });
}

/** The same from git's words. */
export function isDiskFull(stderr: string): boolean {
  return /No space left on device|Disk quota exceeded|Read-only file system|[Ii]nsufficient permission|Permission denied/.test(
    stderr,
  );
}
