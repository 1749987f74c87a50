import { randomUUID } from 'node:crypto';
import { mkdir, readFile, realpath, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import {
  formatAgentsSection,
  type ListedAgent,
  placeAgentsSection,
} from '../domain/definition/agents-section.ts';
import { AgentOsError } from '../domain/errors.ts';
import type { AgentName } from '../domain/names.ts';

/** What became of a file for harnesses, relative to the work tree. */
export interface HarnessFile {
  readonly path: string;
  /** `kept`: another text stands there and was not touched; `unclear`: its marks do not pair up. */
  readonly status: 'written' | 'replaced' | 'same' | 'kept' | 'unclear';
}

const AGENTS_FILE = 'AGENTS.md';

/**
 * Write a definition where harnesses look for it, `.claude/agents/<name>.md`, and list the agents in a section of
 * AGENTS.md that is agent-os's own. A definition that stands there and differs is kept, but with `force`.
 * @throws AgentOsError BAD_NAME when a symlink leads out of the work tree, DISK_FULL
 */
export async function writeHarnessFiles(input: {
  readonly workTree: string;
  readonly name: AgentName;
  readonly definition: string;
  readonly agents: readonly ListedAgent[];
  readonly force: boolean;
}): Promise<readonly HarnessFile[]> {
  const { workTree, name, definition, agents, force } = input;
  const file = join('.claude', 'agents', `${name}.md`);
  return [
    await writeDefinition(workTree, file, { definition, force }),
    await writeSection(workTree, formatAgentsSection(agents)),
  ];
}

async function writeDefinition(
  workTree: string,
  path: string,
  { definition, force }: { readonly definition: string; readonly force: boolean },
): Promise<HarnessFile> {
  const target = await locate(workTree, path);
  const before = await readText(target);
  if (before === definition) return { path, status: 'same' };
  if (before !== null && !force) return { path, status: 'kept' };
  const isPlaced = await place(target, definition, before !== null);
  if (!isPlaced) return { path, status: 'kept' };
  return { path, status: before === null ? 'written' : 'replaced' };
}

async function writeSection(workTree: string, section: string): Promise<HarnessFile> {
  const target = await locate(workTree, AGENTS_FILE);
  const before = await readText(target);
  const after = placeAgentsSection(before, section);
  if (after === null) return { path: AGENTS_FILE, status: 'unclear' };
  if (after === before) return { path: AGENTS_FILE, status: 'same' };
  await place(target, after, true);
  return { path: AGENTS_FILE, status: before === null ? 'written' : 'replaced' };
}

/** Where a file really lies: symlinks are followed within the work tree, so that what they lead to is what changes. */
async function locate(workTree: string, path: string): Promise<string> {
  const root = await realpath(workTree);
  const folder = join(root, dirname(path));
  // Before anything is made there: the folders on the way may be symlinks.
  let present = folder;
  while (present !== root && (await realpath(present).catch(() => null)) === null) present = dirname(present);
  if (!isInside(root, await realpath(present))) throw leadsOut(path);
  await attempt(folder, () => mkdir(folder, { recursive: true }));
  const target = join(await realpath(folder), path.slice(path.lastIndexOf(sep) + 1));
  const real = await realpath(target).catch(() => target);
  if (real !== root && isInside(root, real)) return real;
  throw leadsOut(path);
}

/** In the work tree, and not among git's own files. */
function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && way !== '.git' && !way.startsWith(`.git${sep}`);
}

function leadsOut(path: string): AgentOsError {
  return new AgentOsError('BAD_NAME', `${path} leads out of the work tree`, {
    hint: 'Write the file yourself, or add the card alone: --no-harness.',
  });
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new AgentOsError('BAD_VALUE', `${path} cannot be read`, {
      hint: 'Look at what stands there, or add the card alone: --no-harness.',
      cause: error,
    });
  }
}

/** A whole file or none. @returns false when something has come to stand there that may not be replaced */
async function place(path: string, text: string, replace: boolean): Promise<boolean> {
  if (!replace) {
    try {
      await writeFile(path, text, { flag: 'wx' });
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw cannotWrite(path, error);
    }
  }
  const temporary = `${path}.${randomUUID()}.tmp`;
  await attempt(path, async () => {
    try {
      await writeFile(temporary, text, { flag: 'wx' });
      await rename(temporary, path);
    } catch (error) {
      await unlink(temporary).catch(() => {});
      throw error;
    }
  });
  return true;
}

async function attempt(path: string, step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function cannotWrite(path: string, cause: unknown): AgentOsError {
  return new AgentOsError('DISK_FULL', `${path} cannot be written`, {
    hint: 'The card is on the branch all the same; `agent-os agent add` again writes the file.',
    cause,
  });
}
