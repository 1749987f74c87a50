import type { Problem } from '../app/records.ts';
import type { Workspace } from '../app/workspace.ts';
import { AgentOsError } from '../domain/errors.ts';
import type { AgentName, RecordId } from '../domain/names.ts';
import { MAX_BYTES } from '../domain/yaml.ts';
import type { Snapshot } from '../store/branch.ts';
import { type Found, isSameStamp, type Stamp, type ViewFiles } from './files.ts';
import type { Filing } from './filing.ts';
import type { KnownFile, Memory } from './memory.ts';

/** What a view needs of its workspace. */
export type ViewWorkspace = Pick<
  Workspace,
  'paths' | 'clone' | 'branch' | 'objects' | 'sessions' | 'clock' | 'ids' | 'hash' | 'identify'
>;

/** One refresh under way: the only one in this worktree. */
export interface Round {
  readonly workspace: ViewWorkspace;
  readonly files: ViewFiles;
  readonly memory: Memory;
  readonly problems: Problem[];
  /** Paths of the view whose content was taken up. */
  readonly ingested: Set<string>;
  /** Paths of the view that were written or removed. */
  readonly rendered: Set<string>;
  /** The text of bin/load-context.sh, read when it is needed; null: there is none to render. */
  readonly script?: (() => string | null) | undefined;
  readonly filing?: Filing | undefined;
  /** Keeps the memory as it is now. */
  save(): Promise<void>;
}

export interface Writer {
  readonly agent: AgentName;
  readonly session: RecordId | null;
}

/** The clock of a file system may tick this slowly, in milliseconds. */
const TICK = 20;

/** Notes that something about a path is not as it should be; nothing else stops. */
export function report(round: Round, path: string, message: string): void {
  round.problems.push({ path, message });
}

/**
 * Run a step that concerns one path of the view. What is wrong with that file, its folder or its record becomes a
 * problem; a defect, or a branch that cannot be written, ends the round.
 * @returns false when there was a problem
 */
export async function attempt(round: Round, path: string, step: () => Promise<void>): Promise<boolean> {
  try {
    await step();
    return true;
  } catch (error) {
    const isFromSystem = error instanceof Error && 'syscall' in error;
    if (!isAboutOnePath(error) && !isFromSystem) throw error;
    report(round, path, error.message);
    return false;
  }
}

/** Whether an error concerns one file or record; thrown while an operation is planned, nothing was committed. */
export function isAboutOnePath(error: unknown): error is AgentOsError {
  return error instanceof AgentOsError && ABOUT_ONE_PATH.has(error.code);
}

const ABOUT_ONE_PATH: ReadonlySet<string> = new Set([
  'BAD_NAME',
  'BAD_VALUE',
  'TOO_LARGE',
  'NO_IDENTITY',
  'NOT_FOUND',
  'RECORD_BROKEN',
  'SCHEMA_TOO_NEW',
]);

/**
 * Whether a file may have changed since the memory of it. One that cannot be taken up (no regular file, too large) is
 * reported, and has not.
 */
export function hasChanged(round: Round, path: string): boolean {
  const found = round.files.stat(path);
  return found !== null && isReadable(round, path, found) && !isKnown(round.memory.files[path], found.stamp);
}

export function isKnown(known: KnownFile | undefined, stamp: Stamp): boolean {
  return known?.settled === true && isSameStamp(known.stamp, stamp);
}

export function isReadable(round: Round, path: string, { kind, stamp }: Found): boolean {
  if (kind !== 'file') {
    report(round, path, `${path} is a ${kind === 'other' ? 'special file' : kind} and is left alone`);
  } else if (stamp.size > MAX_BYTES) {
    report(round, path, `${path} has ${stamp.size} bytes (at most ${MAX_BYTES}) and is left alone`);
  } else return true;
  return false;
}

export function readText(round: Round, path: string): { readonly text: string; readonly stamp: Stamp } {
  const { bytes, stamp } = round.files.read(path);
  return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), stamp };
}

/** Remembers that a file is as agent-os knows it. */
export function remember(round: Round, path: string, stamp: Stamp, text: string): void {
  const settled = round.workspace.clock.now() - stamp.modified > TICK;
  round.memory.files[path] = { stamp, digest: round.workspace.hash(text), settled };
}

/**
 * Who wrote by hand in this worktree: the agent that is active here, the newest session if there are several; else
 * who would speak in a command.
 * @throws AgentOsError NO_IDENTITY
 */
export async function findWriter(workspace: ViewWorkspace): Promise<Writer> {
  const active = await workspace.sessions.list();
  return active.at(-1) ?? (await workspace.identify());
}

/** The oid of an entry of a folder of the branch. */
export async function oidOf(snapshot: Snapshot, folder: string, name: string) {
  return (await snapshot.list(folder)).find((entry) => entry.name === name)?.oid;
}
