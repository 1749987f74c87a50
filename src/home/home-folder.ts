import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { VIEW_TITLE, WORK_FOLDER } from '../view/files.ts';

/** Names that lead through `current` to the view of the repository that the folder is bound to. */
const SHOWN = ['state', 'logs', 'recaps', 'inbox'] as const;
const CURRENT = 'current';
const UNFILED = 'unfiled';
const BEFORE = 'before';
const VIEWS = 'views';
const README = `# The agent-os home folder

For documents that name \`~/.agent-os\`: \`state\`, \`logs\`, \`recaps\` and \`inbox\` show one repository at a time;
\`agent-os home\` says which, \`agent-os home --switch\` typed in another repository changes it. What is written here by
hand is taken up by the next agent-os command in its repository. What belongs to no one of them for certain is kept in
\`unfiled\`: \`agent-os home --file NAME\`, typed in the right repository, takes it.
`;

/** The folder `~/.agent-os` on disk: one view for each repository that it knows, and a symlink to one of them. */
export interface HomeFolder {
  /** Absolute, without symlinks. */
  readonly root: string;
  /** Whether this is the view of a repository whose work tree is the home folder. */
  isView(): boolean;
  /** Makes what is missing; what stands in the way is moved to `before`. @returns where to */
  prepare(): readonly string[];
  /** The folder of the repository that is shown; null: none. */
  bound(): string | null;
  /** Shows another repository, in one step. */
  bind(folder: string): void;
  viewOf(folder: string): string;
  /** A copy of the project state for another repository, as if it had been renamed away there. */
  hand(folder: string, name: string, text: string): void;
  /** Keeps a text; a second time is harmless. @returns its path */
  setAside(name: string, text: string): string;
  unfiled(): readonly string[];
  /** null: there is no such file. */
  readUnfiled(name: string): string | null;
  removeUnfiled(name: string): void;
}

export function openHomeFolder(path: string): HomeFolder {
  const root = isThere(path) ? realpathSync(path) : path;
  const at = (...parts: string[]): string => join(root, ...parts);
  /** A whole new file, never over another. */
  const keep = (target: string, text: string): void => {
    // A name that who takes up the folder passes over.
    const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.new`);
    writeFileSync(temporary, text);
    try {
      unlessThere(() => linkSync(temporary, target));
    } finally {
      unlinkSync(temporary);
    }
  };

  return {
    root,
    isView: () => isFile(at('README.md')) && readFileSync(at('README.md'), 'utf8').startsWith(VIEW_TITLE),
    prepare() {
      for (const folder of [VIEWS, UNFILED]) mkdirSync(at(folder), { recursive: true });
      const moved = [...SHOWN, CURRENT].flatMap((name) => {
        const isOurs =
          linkTarget(at(name))?.startsWith(name === CURRENT ? `${VIEWS}/` : `${CURRENT}/`) ??
          !isThere(at(name));
        if (isOurs) return [];
        mkdirSync(at(BEFORE), { recursive: true });
        const aside = freeName(at(BEFORE, name));
        renameSync(at(name), aside);
        return [aside];
      });
      for (const name of SHOWN) {
        unlessThere(() => symlinkSync(`${CURRENT}/${name}`, at(name)));
      }
      if (!isThere(at('README.md'))) keep(at('README.md'), README);
      return moved;
    },
    bound() {
      const target = linkTarget(at(CURRENT));
      return target?.startsWith(`${VIEWS}/`) ? basename(target) : null;
    },
    bind(folder) {
      mkdirSync(at(VIEWS, folder), { recursive: true });
      const next = at(`${CURRENT}.${process.pid}.new`);
      rmSync(next, { force: true }); // of a process that had this number and was killed
      symlinkSync(`${VIEWS}/${folder}`, next);
      renameSync(next, at(CURRENT));
    },
    viewOf: (folder) => at(VIEWS, folder),
    hand(folder, name, text) {
      mkdirSync(at(VIEWS, folder, WORK_FOLDER), { recursive: true });
      keep(at(VIEWS, folder, WORK_FOLDER, name), text);
    },
    setAside(name, text) {
      mkdirSync(at(UNFILED), { recursive: true });
      keep(at(UNFILED, name), text);
      return at(UNFILED, name);
    },
    unfiled: () =>
      isThere(at(UNFILED))
        ? readdirSync(at(UNFILED))
            .filter((name) => !name.startsWith('.'))
            .sort()
        : [],
    readUnfiled(name) {
      if (basename(name) !== name || !isFile(at(UNFILED, name))) return null;
      return readFileSync(at(UNFILED, name), 'utf8');
    },
    removeUnfiled: (name) => unlinkSync(at(UNFILED, name)),
  };
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** null: no symlink. */
function linkTarget(path: string): string | null {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : null;
}

function freeName(path: string): string {
  let name = path;
  for (let number = 2; isThere(name); number += 1) name = `${path}-${number}`;
  return name;
}

/** Another process may have made it meanwhile. */
function unlessThere(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
