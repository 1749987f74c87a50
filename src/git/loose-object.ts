import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { AgentOsError } from '../domain/errors.ts';

/** Whether a loose object's file holds exactly these bytes (header and content, deflated in whatever way). */
export function holdsObject(path: string, object: Uint8Array): boolean {
  try {
    const file = readFileSync(path);
    const found = inflateObject(file, object.length + 1);
    return Buffer.compare(found, object) === 0;
  } catch {
    return false; // missing, truncated, or something else altogether
  }
}

/** @param most - bytes; what is longer throws, as does what was not deflated */
export function inflateObject(bytes: Uint8Array, most: number): Buffer {
  // Loaded here, because not every command reads an object.
  return process.getBuiltinModule('node:zlib').inflateSync(bytes, { maxOutputLength: most });
}

/** As git does for an object that it is asked to write again: a gc that runs now shall see it as new. */
export function freshen(path: string): boolean {
  const now = new Date();
  try {
    utimesSync(path, now, now);
    return true;
  } catch {
    return false;
  }
}

/**
 * Put a file into place whole or not at all: a temporary file beside it (named so that `git gc` removes what a kill
 * leaves), synced if asked for, read-only like git's own, and renamed.
 */
export function placeObject(path: string, bytes: Uint8Array, options: { readonly sync: boolean }): void {
  const temporary = path.replace(/[^/\\]+$/, `tmp_obj_${process.pid}_${Math.random().toString(36).slice(2)}`);
  const file = openSync(temporary, 'wx', 0o444);
  try {
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
      if (options.sync) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    ifThere(() => unlinkSync(temporary));
    throw error;
  }
}

/** `ENOENT` and the like; empty for what is no system error. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** What a synchronous access to a file returns; null when there is no such file. */
export function ifThere<T>(access: () => T): T | null {
  try {
    return access();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errorCode(error))) return null;
    throw error;
  }
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
