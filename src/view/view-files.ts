import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { AgentOsError } from '../domain/errors.ts';
import { quoted } from '../domain/names.ts';
import { type Found, type Stamp, type ViewFiles, WORK_FOLDER } from './files.ts';

/**
 * The view folder `root` on disk. Every folder on the way to a file is checked to be one and not a symlink, and files
 * are opened with O_NOFOLLOW: nothing outside of `root` is read or written, whatever the names on the branch say.
 *
 * @param unique - makes names for new files, never the same twice
 * @throws AgentOsError BAD_NAME, from any call, when a symlink or a file stands where a folder belongs
 */
export function openViewFiles(root: string, unique: () => string): ViewFiles {
  /** The absolute path; null when a folder on the way does not exist (and is not to be made). */
  const locate = (path: string, make: boolean): string | null => {
    let folder = root;
    if (!isFolder(folder, make)) return null;
    const parts = path === '' ? [] : path.split('/');
    for (const [index, part] of parts.entries()) {
      if (part === '' || part === '.' || part === '..') throw notInside(path);
      folder = join(folder, part);
      if (index < parts.length - 1 && !isFolder(folder, make)) return null;
    }
    return folder;
  };
  const open = (path: string, flags: number, mode?: number): number => {
    const located = locate(path, (flags & constants.O_CREAT) !== 0);
    if (located === null) throw missing(path);
    const fd = openSync(located, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, mode);
    if (fstatSync(fd).isFile()) return fd;
    closeSync(fd);
    throw new AgentOsError('BAD_NAME', `${quoted(path)} of the view is not a regular file`);
  };
  const mustLocate = (path: string): string => {
    const located = locate(path, true);
    if (located === null) throw missing(path);
    return located;
  };

  return {
    makeFolder(folder) {
      isFolder(mustLocate(folder), true);
    },
    list(folder) {
      const located = locate(folder, false);
      if (located === null || !isFolder(located, false)) return [];
      return readdirSync(located).sort();
    },
    stat(path) {
      const located = locate(path, false);
      const stats = located === null ? undefined : lstatSync(located, { throwIfNoEntry: false });
      return stats === undefined ? null : { kind: kindOf(stats), stamp: stampOf(stats) };
    },
    read(path, from = 0) {
      const fd = open(path, constants.O_RDONLY);
      try {
        const stamp = stampOf(fstatSync(fd));
        return { bytes: readTo(fd, from, stamp.size), stamp };
      } finally {
        closeSync(fd);
      }
    },
    link(path) {
      const located = mustLocate(path);
      const target = readlinkSync(located);
      return { target, inside: endsInside(root, located) };
    },
    create(path, text, { mode = 0o666 } = {}) {
      const temporary = `${WORK_FOLDER}/new-${unique()}`;
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
      const stamp = writeAll(open(temporary, flags, mode), text);
      const from = mustLocate(temporary);
      const placed = linkTo(from, mustLocate(path));
      unlinkSync(from);
      return placed ? stamp : null;
    },
    point(path, target) {
      return unlessThere(() => symlinkSync(target, mustLocate(path)));
    },
    append(path, text) {
      return writeAll(open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, 0o666), text);
    },
    take(path, name) {
      const to = mustLocate(`${WORK_FOLDER}/${name}`);
      return unlessGone(() => renameSync(mustLocate(path), to));
    },
    putBack(name, path) {
      const from = mustLocate(`${WORK_FOLDER}/${name}`);
      if (!linkTo(from, mustLocate(path))) return false;
      unlinkSync(from);
      return true;
    },
    remove(path) {
      const located = locate(path, false);
      if (located !== null) unlessGone(() => unlinkSync(located));
    },
  };
}

/** Whether a real folder is there; a symlink to one is refused. */
function isFolder(path: string, make: boolean): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return true;
  if (stats !== undefined) {
    const what = stats.isSymbolicLink() ? 'a symlink' : 'a file';
    throw new AgentOsError('BAD_NAME', `${path} is ${what} where the view needs a folder`, {
      hint: `Move it away; agent-os makes the folder itself.`,
      data: { path },
    });
  }
  if (!make) return false;
  unlessThere(() => mkdirSync(path));
  return isFolder(path, false);
}

/** Whether a symlink ends inside of `root`; one that ends nowhere is judged by its last step. */
function endsInside(root: string, path: string): boolean {
  const real = realpathSync(root);
  const inside = (end: string): boolean => end === real || end.startsWith(real + sep);
  try {
    return inside(realpathSync(path));
  } catch {
    return inside(posix.resolve(realpathSync(dirname(path)), readlinkSync(path)));
  }
}

/** A hard link where the file system has them, else a copy that is refused when something is there. */
function linkTo(from: string, to: string): boolean {
  return unlessThere(() => {
    try {
      linkSync(from, to);
    } catch (error) {
      if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(codeOf(error))) throw error;
      copyFileSync(from, to, constants.COPYFILE_EXCL);
    }
  });
}

function readTo(fd: number, from: number, to: number): Uint8Array {
  const bytes = Buffer.alloc(Math.max(0, to - from));
  let done = 0;
  while (done < bytes.length) {
    const count = readSync(fd, bytes, done, bytes.length - done, from + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

/** Writes and closes. */
function writeAll(fd: number, text: string): Stamp {
  try {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
    return stampOf(fstatSync(fd));
  } finally {
    closeSync(fd);
  }
}

function kindOf(stats: Stats): Found['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : 'other';
}

function stampOf(stats: Stats): Stamp {
  return { inode: stats.ino, size: stats.size, modified: stats.mtimeMs };
}

/** @returns false when something was there already */
function unlessThere(step: () => void): boolean {
  return unless('EEXIST', step);
}

/** @returns false when there was nothing */
function unlessGone(step: () => void): boolean {
  return unless('ENOENT', step);
}

function unless(code: string, step: () => void): boolean {
  try {
    step();
    return true;
  } catch (error) {
    if (codeOf(error) === code) return false;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function notInside(path: string): AgentOsError {
  return new AgentOsError('BAD_NAME', `${quoted(path)} is no path of the view`);
}

function missing(path: string): AgentOsError {
  return new AgentOsError('NOT_FOUND', `${quoted(path)} is not in the view`);
}
