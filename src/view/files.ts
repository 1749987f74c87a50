/** What tells two versions of a file apart without reading them; moving a file does not change it. */
export interface Stamp {
  readonly inode: number;
  readonly size: number;
  /** Milliseconds since 1970, with fractions. */
  readonly modified: number;
}

export interface Found {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly stamp: Stamp;
}

/**
 * The files below one view folder. Paths are relative to it, `/`-separated, of components that the caller has checked;
 * no call follows a symlink, neither as the last component nor on the way. Each call is one step: a crash can come
 * between any two of them, and a test may throw there.
 */
export interface ViewFiles {
  /** A folder for people to write into, if it is not there. */
  makeFolder(folder: string): void;
  /** Names in a folder, sorted; none when there is no such folder. */
  list(folder: string): readonly string[];
  /** null: there is nothing at this path. */
  stat(path: string): Found | null;
  /** A regular file from an offset on, with the stamp that it had before it was read. */
  read(path: string, from?: number): { readonly bytes: Uint8Array; readonly stamp: Stamp };
  /** Where a symlink points, and whether what it ends at is inside of the view. */
  link(path: string): { readonly target: string; readonly inside: boolean };
  /**
   * A whole new file, in one step and never over another.
   * @param options.mode - permissions before the umask; default 0o666
   * @returns its stamp; null when something stands there
   */
  create(path: string, text: string, options?: { readonly mode?: number }): Stamp | null;
  /** A symlink to a name in its own folder. @returns false when something stands there */
  point(path: string, target: string): boolean;
  /** Text at the end, in one write that no other appender can interrupt. @returns the file's stamp after it */
  append(path: string, text: string): Stamp;
  /** Renames the file away into WORK_FOLDER, whatever it is by now. @returns false when it is gone */
  take(path: string, name: string): boolean;
  /** Undoes `take`. @returns false when something newer stands there: then the taken file stays taken */
  putBack(name: string, path: string): boolean;
  /** No error when there is nothing. */
  remove(path: string): void;
}

/** What the README of a view begins with, by which one is known. */
export const VIEW_TITLE = '# The agent-os view';
/** The view, in the root of a work tree. */
export const VIEW_FOLDER = '.agent-os';
/** Where files wait that were renamed away, and new ones before they are linked into place. */
export const WORK_FOLDER = '.work';

export function isSameStamp(a: Stamp | null | undefined, b: Stamp): boolean {
  return a != null && a.inode === b.inode && a.size === b.size && a.modified === b.modified;
}
