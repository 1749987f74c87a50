import type { Workspace } from '../app/workspace.ts';
import type { AgentOsError } from '../domain/errors.ts';
import type { Line } from './text.ts';

export interface ArgumentSpec {
  /** As `values` knows it and the help shows it, for example `resource`. */
  readonly name: string;
  readonly description: string;
  readonly optional?: boolean;
  /** Takes all words that follow; only for the last argument. */
  readonly variadic?: boolean;
}

export interface OptionSpec {
  /** In commander's notation: `--ttl <duration>`, `--paths <glob...>`, `--all`, `--no-hooks`. */
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
  /** Accepted, but not in the help. */
  readonly hidden?: boolean;
}

/** What was typed. Arguments go by their name, options by their long flag in camelCase (`--reply-to` is `replyTo`). */
export interface Values {
  /** A required argument. */
  text(name: string): string;
  optional(name: string): string | undefined;
  /** A variadic argument or option; empty when it was not given. */
  list(name: string): readonly string[];
  /** A flag without a value; a `--no-x` flag is `x`, and true unless it was given. */
  flag(name: string): boolean;
  /** Of a pair of flags `--x` and `--no-x`, which was given; undefined: neither. */
  choice(name: string): boolean | undefined;
}

export interface Invocation {
  readonly values: Values;
  /** `--agent`, an allowed name. */
  readonly agent: string | undefined;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** False with `--no-input`: then nothing may be asked. */
  readonly input: boolean;
  /** The workspace of `cwd`, opened at the first call and closed by the framework. */
  workspace(): Promise<Workspace>;
  /** Closes the workspaces of `cwd` and opens one anew, with these variables set beside those of `env`. */
  reopen(variables: Readonly<Record<string, string>>): Promise<Workspace>;
  /** All of standard input, as bytes. @throws AgentOsError TOO_LARGE over `limit` bytes */
  readInput(limit: number): Promise<Uint8Array>;
  /** Standard input as it comes, for commands that answer while they read. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Runs another command line in this process and its open workspaces; for `batch`. */
  perform(argv: readonly string[], stdin: AsyncIterable<Uint8Array>): Promise<Performed>;
  /** Writes one line to standard output at once, for commands that answer while they read. */
  answer(line: string): Promise<void>;
  /** Prints lines to standard output at once, unless `--json`; for commands that tell a story. */
  show(...lines: Line[]): void;
  /** A question to a person at a terminal; null where nobody can be asked, or nothing may be (`--no-input`, `--json`). */
  ask(question: string): Promise<boolean | null>;
  /** Tells a waiting person what goes on; standard error, only on a terminal and without `--quiet`. */
  progress(line: Line): void;
}

/** What a command has to say; it prints nothing itself. */
export interface CommandOutput {
  /** For `--json`, next to `schema`; camelCase keys, times in ISO 8601. null: everything was answered already. */
  readonly data: Readonly<Record<string, unknown>> | null;
  /** For standard output without `--json`. Untrusted text is made safe by the printer. */
  readonly text?: readonly Line[];
  /** Warnings and advice for standard error, unless `--quiet`. */
  readonly notes?: readonly Line[];
  /** An expected "no" (held by another, some checks failed): printed as an error, with its exit code. */
  readonly error?: AgentOsError;
  /** When it is neither 0 nor the error's. */
  readonly exitCode?: number;
}

/** A command that has run, and how its output was asked for. */
export interface Performed {
  /** The first word of the command line. */
  readonly command: string;
  readonly output: CommandOutput;
  readonly json: boolean;
  readonly quiet: boolean;
}

export interface CommandSpec {
  /** `lock`; a subcommand has its own word only, `add`. */
  readonly name: string;
  /** One line, lower case, no full stop. The table in command-table.ts repeats it so that help loads no command. */
  readonly summary: string;
  /** Works, but stands in no list: not for people. */
  readonly hidden?: boolean;
  /** What the help says beyond the summary. */
  readonly description?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /**
   * How it uses the view of the worktree: `read`: what was written there by hand is taken up before it runs; `write`:
   * and what it has changed is shown there afterwards.
   */
  readonly view?: 'read' | 'write';
  /** Command lines that work as they stand. */
  readonly examples: readonly string[];
  run(invocation: Invocation): Promise<CommandOutput>;
}

/** A command of several words, such as `log add` and `log show`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly subcommands: readonly CommandSpec[];
  /** The subcommand that is meant when none is named. */
  readonly fallback?: string;
}

export type AnyCommand = CommandSpec | CommandGroup;
