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

function problemOf({ path, mode, size, isSafe }: BranchEntry): string | null {
  const name = quoted(path, 200);
  if (!isSafe) return `${name} is a path that clients refuse`;
  if (mode === '120000') return `${name} is a symbolic link`;
  if (mode === '160000') return `${name} is a submodule`;
  if (isFolder(path)) return `${name} is a file, and the branch has a folder there`;
  const { kind } = classify(path);
  const limit = kind === 'attachment' ? MAX_ATTACHMENT : MAX_BYTES;
  if (size > limit) return `${name} is ${size} bytes large (at most ${limit})`;
  if (/^\.(?:github|gitlab|gitea|forgejo|circleci)(?:\/|-ci)/.test(path) && path !== WORKFLOW_PATH)
    return `${name} could run on the host, and is not what agent-os puts there`;
  if (path === '.gitmodules' || path === '.gitattributes') return `${name} changes how git treats the branch`;
  return null;
}
