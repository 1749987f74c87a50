import { AgentOsError } from '../domain/errors.ts';
import { quoted } from '../domain/names.ts';

/** What nearly all names are: nothing in them can mean anything else. */
const ORDINARY = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,200}$/;

/**
 * Whether a tree entry's name may be followed or written: never `.`, `..`, anything that git or a file system takes
 * for `.git`, separators, or control characters. An ordinary push can put all of these into a tree.
 */
export function isSafeName(name: string): boolean {
  if (ORDINARY.test(name)) return true;
  return (
    name !== '' &&
    name !== '.' &&
    name !== '..' &&
    name.length <= 255 &&
    !/[/\\\p{Cc}\p{Cs}\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u.test(name) &&
    !/^(?:\.git|git~\d+)[ .]*$/i.test(name)
  );
}

/**
 * The segments of a path on the branch.
 * @throws AgentOsError BAD_NAME
 */
export function splitPath(path: string): readonly string[] {
  if (path === '') return [];
  const segments = path.split('/');
  if (segments.every(isSafeName)) return segments;
  throw new AgentOsError('BAD_NAME', `${quoted(path)} is not a path of the branch`);
}
