import { decode } from '../domain/codec.ts';
import { AgentOsError } from '../domain/errors.ts';
import { quoted } from '../domain/names.ts';
import type { Kind, Values } from '../domain/schema/kinds.ts';
import type { Snapshot } from '../store/branch.ts';
import { inTheWay } from '../store/edit-tree.ts';
import { requireBranch } from './initialised.ts';
import type { Workspace } from './workspace.ts';

/** A file of the branch that could not be read; everything else went on. */
export interface Problem {
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

/** Reads records of one snapshot, and remembers those that are broken instead of failing. */
export interface RecordReader {
  readonly snapshot: Snapshot;
  readonly problems: readonly Problem[];
  /** Each path once: the first problem is the one that counts. */
  report(problem: Problem): void;
  /** What `read` returns; null, and a problem of `path`, when it throws RECORD_BROKEN or SCHEMA_TOO_NEW. */
  attempt<T>(path: string, read: () => Promise<T>): Promise<T | null>;
  /** null: there is none, or it, or what stands in its place, is broken and now among the problems. */
  read<K extends Kind>(kind: K, path: string): Promise<Values[K] | null>;
  /**
   * Those of `places` that can be read, in their order. A record that `belongs` denies (its path says other than it
   * does) is broken: whoever wrote it could make it pass for another's.
   */
  readAll<K extends Kind, P extends { readonly path: string }>(
    kind: K,
    places: readonly P[],
    belongs: (record: Values[K], place: P) => boolean,
  ): Promise<readonly Values[K][]>;
}

/** So many records are read and parsed at once: enough to keep git busy, few enough to be forgotten on the way. */
const BATCH = 64;

/** @throws AgentOsError NOT_INITIALISED */
export async function openRecords(workspace: Workspace): Promise<RecordReader> {
  return readRecords(await requireBranch(workspace));
}

export function readRecords(snapshot: Snapshot): RecordReader {
  const problems: Problem[] = [];
  const report = (problem: Problem): void => {
    if (!problems.some(({ path }) => path === problem.path)) problems.push(problem);
  };
  const attempt = async <T>(path: string, read: () => Promise<T>): Promise<T | null> => {
    try {
      return await read();
    } catch (error) {
      if (!isBroken(error)) throw error;
      report(describeProblem(path, error));
      return null;
    }
  };
  const read = <K extends Kind>(kind: K, path: string): Promise<Values[K] | null> =>
    attempt(path, async () => {
      const record = await readRecord(snapshot, kind, path);
      if (record === null) await assertFree(snapshot, path);
      return record;
    });
  return {
    snapshot,
    problems,
    report,
    attempt,
    read,
    async readAll<K extends Kind, P extends { readonly path: string }>(
      kind: K,
      places: readonly P[],
      belongs: (record: Values[K], place: P) => boolean,
    ): Promise<readonly Values[K][]> {
      const found: Values[K][] = [];
      for (let start = 0; start < places.length; start += BATCH) {
        const batch = places.slice(start, start + BATCH);
        const records = await Promise.all(batch.map(({ path }) => read(kind, path)));
        for (const [index, place] of batch.entries()) {
          const record = records[index] ?? null;
          if (record === null) continue;
          if (belongs(record, place)) found.push(record);
          else
            report({
              path: place.path,
              message: `${quoted(place.path, 200)} says that it belongs elsewhere`,
            });
        }
      }
      return found;
    },
  };
}

/**
 * One record; null when there is none.
 * @throws AgentOsError RECORD_BROKEN, SCHEMA_TOO_NEW
 */
export async function readRecord<K extends Kind>(
  snapshot: Snapshot,
  kind: K,
  path: string,
): Promise<Values[K] | null> {
  const bytes = await snapshot.read(path);
  return bytes === null ? null : decode(kind, bytes, path);
}

/**
 * That nothing stands in the place of a file.
 * @throws AgentOsError RECORD_BROKEN
 */
export async function assertFree(snapshot: Snapshot, path: string): Promise<void> {
  const obstacle = await snapshot.obstacle(path);
  if (obstacle !== null) throw inTheWay(obstacle);
}

export function describeProblem(path: string, { message, hint }: AgentOsError): Problem {
  return { path, message, ...(hint !== undefined && { hint }) };
}

function isBroken(error: unknown): error is AgentOsError {
  return error instanceof AgentOsError && (error.code === 'RECORD_BROKEN' || error.code === 'SCHEMA_TOO_NEW');
}

/** ISO 8601 in UTC with milliseconds. */
export function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
