/** What installing hooks needs of git and the disk. Types only: src/git implements them. */

/** A file as it stands. A symlink, or what is no UTF-8 text, has no text. */
export interface HookFile {
  readonly text: string | null;
  readonly isExecutable: boolean;
}

/** One step of an installation; a path is absolute. */
export type HookEdit =
  /** `text: null` removes the file. */
  | {
      readonly kind: 'write';
      readonly path: string;
      readonly text: string | null;
      readonly isExecutable: boolean;
    }
  | { readonly kind: 'move'; readonly path: string; readonly to: string }
  /** All values of a key of this repository's configuration; none: the key goes. */
  | { readonly kind: 'config'; readonly key: string; readonly values: readonly string[] };

/** What a file was before agent-os changed it, and what it was made. */
export interface Remembered {
  readonly path: string;
  /** null: there was none. */
  readonly before: string | null;
  readonly wasExecutable: boolean;
  readonly after: string;
  /** Where the file that was here is now, when it was moved aside. */
  readonly aside?: string;
}

/** A folder with files that git checks out, and where git looks for hooks there. */
export interface WorktreeHooks {
  readonly workTree: string;
  /** Absolute. */
  readonly folder: string;
}

export interface HookSurvey {
  /** `2.39.5` */
  readonly gitVersion: string;
  readonly commonDir: string;
  /** null in a bare repository. */
  readonly workTree: string | null;
  /** Where git looks for hooks in this worktree; absolute. */
  readonly folder: string;
  /** core.hooksPath as it applies, and who has set it. */
  readonly hooksPath: { readonly value: string; readonly scope: string } | null;
  /** Hooks that git's configuration of this repository names: hook.agent-os-<hook>.event. */
  readonly configured: readonly string[];
  /** Of the files that were looked at, and of those that no worktree has any more. */
  readonly remembered: readonly Remembered[];
  /** Of files of other worktrees that were not looked at, or that are not there now: it is to be kept. */
  readonly elsewhere: readonly Remembered[];
  /** By absolute path: those that exist of all that could be concerned. */
  readonly files: ReadonlyMap<string, HookFile>;
}

/** A worktree, as far as it says which files could be concerned. */
export type HookPlace = Pick<HookSurvey, 'commonDir' | 'folder' | 'workTree'>;

/** What a run of a hook by git itself has shown. */
export type Probe =
  /** So many times: more than once is a commit that is guarded twice. */
  | { readonly kind: 'reached'; readonly times: number }
  | { readonly kind: 'silent'; readonly words: string }
  /** This git cannot run a single hook (before 2.36). */
  | { readonly kind: 'unknown' };

export interface HookFiles {
  /**
   * @param concerned - the files that could matter, by where git looks for hooks; see concernedFiles
   * @param scope - whether the files of the other worktrees are looked at, too
   */
  survey(
    concerned: (place: HookPlace) => readonly string[],
    scope: 'here' | 'everywhere',
  ): Promise<HookSurvey>;
  /** Each edit whole or not at all, in order; remembers what is to be restored before anything is changed. */
  apply(edits: readonly HookEdit[], remembered: readonly Remembered[]): Promise<void>;
  /** The shell files that ship with this program, and where node and program are. */
  installShims(program: string, node: string): Promise<void>;
  /** What is still to be restored stays remembered. */
  removeShims(): Promise<void>;
  /** Whether node and program are where the shims look first. */
  launcher(): Promise<{ readonly node: string; readonly program: string; readonly isThere: boolean } | null>;
  /** All worktrees of this clone that are there. */
  worktrees(): Promise<readonly WorktreeHooks[]>;
  /** A file that a worktree has for a hook or its manager; null: none. */
  read(path: string): Promise<HookFile | null>;
  /** Let git run one hook in a worktree in such a way that it only answers. */
  probe(workTree: string, hook: string, args: readonly string[]): Promise<Probe>;
}
