import type { AgentName, CloneId, Oid, RecordId } from '../domain/names.ts';
import type { YamlMap } from '../domain/yaml.ts';
import type { Stamp } from './files.ts';

/** A file of the view as it was rendered, or taken up, last. */
export interface KnownFile {
  readonly stamp: Stamp;
  /** Hash of its content. */
  readonly digest: string;
  /** False: it was so new that a change within the same tick of the file system's clock would not show. */
  readonly settled: boolean;
}

export interface KnownLog {
  /** What the ids of entries begin with that stand in this file by hand. */
  readonly own: string;
  readonly stamp: Stamp;
  /** Everything before this offset is taken up. */
  readonly consumed: number;
  /** Hash of the last bytes before `consumed`: another one, and the file was written anew. */
  readonly guard: string;
  /** Text up to an offset that is being taken up as of a time: after a crash it becomes the same entries. */
  readonly taking: { readonly to: number; readonly at: number } | null;
  /** The branch's files, by day, whose entries stand in the log. */
  readonly days: Readonly<Record<string, Oid>>;
  /** Whether hand-written text before `consumed` was compared with the branch, as is due for a file not known before. */
  readonly isCompared: boolean;
  /** What is taken up next is later than this, in milliseconds since 1970: entries stay in the order of the file. */
  readonly last: number;
  /** Ids of entries that stand in the file, though they are in none of `days`. */
  readonly present: readonly string[];
}

/** What a worktree remembers of its view, so that nothing is read twice. All of it can be lost without harm. */
export interface Memory {
  readonly version: 1;
  clone: CloneId;
  /** The branch as it was rendered last. */
  tip: Oid | null;
  /** Folders of the branch whose rendering is complete. */
  folders: Partial<Record<'state' | 'logs' | 'recaps' | 'messages', Oid>>;
  files: Record<string, KnownFile>;
  /** Hashes of what was renamed away after it had been taken up: without another change it goes. */
  taken: Record<string, string>;
  /** The last copies of the project state that were taken up, and the commits of which they were made. */
  copies: readonly { readonly base: string; readonly value: YamlMap }[];
  /** The copy in the view has been taken up, but names the commit of which it was made before. */
  isStale: boolean;
  logs: Partial<Record<AgentName, KnownLog>>;
  /** By id: the file of a recap whose name is not the one that it is rendered to. */
  recaps: Partial<Record<RecordId, string>>;
  /** Where latest.md points, and the recap that was the latest then. */
  latest: { readonly target: string; readonly id: RecordId } | null;
}

/** The memory that was kept, or none: when there is no such thing, or another version wrote it. */
export function parseMemory(document: unknown, clone: CloneId): Memory {
  const fresh: Memory = {
    version: 1,
    clone,
    tip: null,
    folders: {},
    files: {},
    taken: {},
    copies: [],
    isStale: false,
    logs: {},
    recaps: {},
    latest: null,
  };
  const isOurs = typeof document === 'object' && document !== null && 'version' in document;
  if (!isOurs || document.version !== 1) return fresh;
  const kept = { ...fresh, ...(document as Partial<Memory>) };
  // A copied clone: entries that the original takes up from now on are not in the copy's logs.
  return kept.clone === clone ? kept : { ...kept, clone, tip: null, logs: {} };
}
