import { type Found, WORK_FOLDER } from './files.ts';
import type { Round } from './round.ts';

/**
 * Rename away what stands at a path, if it is still what was taken up last. Who has it open may write to it even now,
 * so it is kept until the next round has looked at it once more.
 * @param isTakenUp - judges what is found, before and after it was renamed
 * @param digest - hash of the content that was taken up
 * @returns false when it is something newer: then that stays, or waits in the work folder to be taken up
 */
export function putAside(
  { files, workspace, memory }: Round,
  path: string,
  taken: {
    readonly prefix: string;
    readonly digest: string;
    readonly isTakenUp: (found: Found, path: string) => boolean;
  },
): boolean {
  const before = files.stat(path);
  if (before === null || !taken.isTakenUp(before, path)) return false;
  const name = `${taken.prefix}${workspace.ids.record()}`;
  if (!files.take(path, name)) return false;
  const aside = `${WORK_FOLDER}/${name}`;
  const after = files.stat(aside);
  if (after !== null && taken.isTakenUp(after, aside)) {
    memory.taken[name] = taken.digest;
    return true;
  }
  files.putBack(name, path);
  return false;
}
