import type { CommitDetail } from '../code-history.ts';
import { readPathPattern } from '../locks/path-pattern.ts';
import type { CardTrigger } from './triggers.ts';

/** The first line of a conventional commit (conventionalcommits.org 1.0). */
export interface CommitKind {
  readonly type: string;
  readonly scope: string | null;
  readonly isBreaking: boolean;
}

/** What of a commit a trigger is about. */
export interface TriggerMatch {
  /** The paths that its globs cover; all of the commit's when it has none. */
  readonly paths: readonly string[];
}

/** null: the message is no conventional commit. */
export function readCommitKind(message: string): CommitKind | null {
  const [, type, scope = null, bang] =
    /^([A-Za-z][\w-]*)(?:\(([^()\r\n]*)\))?(!)?:(?:\s|$)/.exec(message) ?? [];
  if (type === undefined) return null;
  const isBreaking = bang !== undefined || /^BREAKING[ -]CHANGE:/m.test(message);
  return { type: type.toLowerCase(), scope, isBreaking };
}

/**
 * Whether a commit is one that a trigger waits for: one of its globs covers a changed path, and the commit is of one
 * of its kinds, and has one of its trailers; of these, what the trigger does not name does not matter. One that names
 * nothing waits for no commit.
 */
export function matchTrigger(
  { paths = [], commits = [], trailers = [] }: Pick<CardTrigger, 'paths' | 'commits' | 'trailers'>,
  commit: Pick<CommitDetail, 'paths' | 'message' | 'trailers'>,
): TriggerMatch | null {
  if (paths.length + commits.length + trailers.length === 0) return null;
  const patterns = paths.flatMap(readPathPattern);
  const touched =
    paths.length === 0
      ? commit.paths
      : commit.paths.filter((path) => patterns.some((pattern) => pattern.matches(path)));
  if (paths.length > 0 && touched.length === 0) return null;
  const kind = readCommitKind(commit.message);
  if (commits.length > 0 && !commits.some((wanted) => isOfKind(wanted, kind))) return null;
  if (trailers.length > 0 && !trailers.some((wanted) => hasTrailer(wanted, commit.trailers))) return null;
  return { paths: touched };
}

/** `feat`, `feat(api)`, `feat!`, `breaking`, `*` for any conventional commit. */
function isOfKind(wanted: string, kind: CommitKind | null): boolean {
  if (kind === null) return false;
  const [, type = '', scope, bang] = /^\s*([\w*-]+)(?:\(([^()]*)\))?(!)?:?\s*$/.exec(wanted) ?? [];
  if (type.toLowerCase() === 'breaking') return kind.isBreaking;
  return (
    (type === '*' || type.toLowerCase() === kind.type) &&
    (scope === undefined || scope === kind.scope) &&
    (bang === undefined || kind.isBreaking)
  );
}

/** `Key`, or `Key: value`; neither minds upper and lower case. */
function hasTrailer(wanted: string, trailers: CommitDetail['trailers']): boolean {
  const [, key = '', value] = /^\s*([^:\s]+)\s*(?::\s*(.*?)\s*)?$/s.exec(wanted) ?? [];
  return trailers.some(
    (trailer) =>
      trailer.key.toLowerCase() === key.toLowerCase() &&
      (value === undefined || value === '' || trailer.value.toLowerCase() === value.toLowerCase()),
  );
}
