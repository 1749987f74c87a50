import { classify, isFolder, WORKFLOW_PATH } from '../layout.ts';
import { quoted } from '../names.ts';
import type { TreeMode } from '../ports.ts';
import { MAX_BYTES } from '../yaml.ts';
import type { Draft } from './finding.ts';

/** One entry of the branch's tree that is no folder. */
export interface BranchEntry {
  readonly path: string;
  readonly mode: TreeMode;
  /** Bytes; 0 for a submodule. */
  readonly size: number;
  /** Whether every part of the path may be followed and written. */
  readonly isSafe: boolean;
}

const MAX_ATTACHMENT = 10 * 1024 * 1024;

/**
 * Entries that no client follows or writes, that are larger than clients read, that stand where the layout has a
 * folder, and programs of the host: a workflow on this branch would run with the rights of the repository.
 */
export function findBadEntries(entries: readonly BranchEntry[]): readonly Draft[] {
  return entries.flatMap((entry): Draft[] => {
    const problem = problemOf(entry);
    return problem === null
      ? []
      : [{ rule: 'branch-content', path: entry.path, message: problem, hint: HINT }];
  });
}

/** A file whose content its schema refuses. */
export function badRecord(problem: { readonly path: string; readonly message: string }): Draft {
  return { rule: 'branch-content', path: problem.path, message: problem.message, hint: HINT };
}

const HINT = 'See `git log` of the branch for who wrote it, and mend or remove it there.';

/** Written for the many entries that are in order: what costs time is done for the few that may not be. */
function problemOf({ path, mode, size, isSafe }: BranchEntry): string | null {
  const problem = !isSafe
    ? 'is a path that clients refuse'
    : (MODES[mode] ?? (isInTheWay(path) ? 'is a file, and the branch has a folder there' : null));
  const found = problem ?? (size > MAX_BYTES ? judgeSize(path, size) : null) ?? judgeName(path);
  return found === null ? null : `${quoted(path, 200)} ${found}`;
}

const MODES: Partial<Record<TreeMode, string>> = { 120000: 'is a symbolic link', 160000: 'is a submodule' };

/** No folder of the layout is named like a record. */
function isInTheWay(path: string): boolean {
  return !path.endsWith('.yaml') && isFolder(path);
}

function judgeSize(path: string, size: number): string | null {
  const limit = classify(path).kind === 'attachment' ? MAX_ATTACHMENT : MAX_BYTES;
  return size > limit ? `is ${size} bytes large (at most ${limit})` : null;
}

function judgeName(path: string): string | null {
  if (!path.startsWith('.') || path === WORKFLOW_PATH) return null;
  if (path === '.gitmodules' || path === '.gitattributes') return 'changes how git treats the branch';
  const isRun = /^\.(?:github|gitlab|gitea|forgejo|circleci)(?:\/|-ci)/.test(path);
  return isRun ? 'could run on the host, and is not what agent-os puts there' : null;
}
