import { OTHER_REF_HINT } from './ref-conflict.ts';

/** The lock file that a git, here or on a host, found in its way; null when it gave another reason. */
export function blockingLock(words: string): string | null {
  return /Unable to create '([^'\n]+\.lock)': File exists/.exec(words)?.[1] ?? null;
}

/** The ref that cannot exist beside the one that was to be created; null when git gave another reason. */
export function blockingRef(words: string): string | null {
  return /'(refs\/[^'\n]+)' exists; cannot create '/.exec(words)?.[1] ?? null;
}

/** What mends a refusal, by the words of git; `otherwise` where they name nothing that stands in the way. */
export function refusalHint(words: string, otherwise: string): string {
  const lock = blockingLock(words);
  if (lock !== null) return lockHint(lock);
  return blockingRef(words) === null ? otherwise : OTHER_REF_HINT;
}

export function lockHint(file: string): string {
  return `Try again in a moment, another git may be writing there. If it persists, one died and left ${file} behind: whoever runs the host removes it.`;
}
