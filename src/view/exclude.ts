import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { VIEW_FOLDER } from './files.ts';

const BLOCK = `# >>> agent-os: the view of the agent-os branch\n/${VIEW_FOLDER}\n# <<< agent-os\n`;

/**
 * Keep git from seeing the view, in every worktree: one block in `info/exclude`, which belongs to no commit. Safe to
 * repeat.
 * @param commonDir - the git directory that all worktrees share
 */
export function excludeView(commonDir: string): void {
  editExclude(commonDir, addBlock);
}

/** Undoes `excludeView`; whatever else stands in the file is as it was. */
export function includeView(commonDir: string): void {
  editExclude(commonDir, removeBlock);
}

/** The text with the block at its end; a text without a last line end gets none after the block either. */
export function addBlock(text: string): string {
  if (text.includes(BLOCK.trimEnd())) return text;
  return text === '' || text.endsWith('\n') ? text + BLOCK : `${text}\n${BLOCK.trimEnd()}`;
}

export function removeBlock(text: string): string {
  const bare = BLOCK.trimEnd();
  return text.endsWith(`\n${bare}`) ? text.slice(0, -bare.length - 1) : text.replace(BLOCK, '');
}

function editExclude(commonDir: string, edit: (text: string) => string): void {
  const path = join(commonDir, 'info', 'exclude');
  const before = readIfThere(path);
  const after = edit(before ?? '');
  if (after === (before ?? '')) return;
  mkdirSync(dirname(path), { recursive: true });
  // Through a symlink, as people keep their configuration elsewhere, to the file itself.
  const file = before === null ? path : realpathSync(path);
  const temporary = `${file}.agent-os-${process.pid}`;
  writeFileSync(temporary, after);
  renameSync(temporary, file);
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
