import { decode, encode } from '../domain/codec.ts';
import { AgentOsError } from '../domain/errors.ts';
import { unreadableRecord } from '../domain/join/unreadable.ts';
import { logFolder, logPath } from '../domain/layout.ts';
import type { AgentName } from '../domain/names.ts';
import type { Log } from '../domain/schema/log.ts';
import { decodeText, isYamlMap, parseYaml, type YamlValue } from '../domain/yaml.ts';
import type { Change, Snapshot } from '../store/branch.ts';
import type { Problem } from './records.ts';
import type { Workspace } from './workspace.ts';

/** An agent's log of one day, to be written with more in it. */
export interface LogDay {
  readonly path: string;
  readonly log: Log;
  /** What has to be written with it. */
  readonly beside: readonly Change[];
  /** That what stood there could not be read. */
  readonly problem: Problem | null;
}

/**
 * The day's log as it goes on. A file that nobody can read does not end the day: it gives way to a new one with the
 * entries of it that can be read, as a merge lets it give way, and a record in conflicts/ names its bytes, which the
 * history of the branch keeps.
 * @throws AgentOsError SCHEMA_TOO_NEW
 */
export async function openLogDay(
  { hash }: Pick<Workspace, 'hash'>,
  snapshot: Snapshot,
  { agent, day }: { readonly agent: AgentName; readonly day: string },
): Promise<LogDay> {
  const path = logPath(agent, day);
  const bytes = await snapshot.read(path);
  const empty: Log = { agent, day, entries: {} };
  if (bytes === null) return { path, log: empty, beside: [], problem: null };
  try {
    return { path, log: decode('log', bytes, path), beside: [], problem: null };
  } catch (error) {
    if (!(error instanceof AgentOsError) || error.code !== 'RECORD_BROKEN') throw error;
    const reason = error.message;
    const entry = (await snapshot.list(logFolder(agent))).find(({ name }) => name === `${day}.yaml`);
    if (entry === undefined) throw error;
    const record = unreadableRecord(hash, { file: path, blob: entry.oid, reason });
    return {
      path,
      log: { ...empty, entries: readableEntries(empty, bytes) },
      beside: (await snapshot.read(record.path)) === null ? [record] : [],
      problem: {
        path,
        message: `${reason}, so that a new file was begun`,
        hint: `What stood there is kept: git show ${entry.oid}`,
      },
    };
  }
}

/** The entries that fit their schema one by one. */
function readableEntries(empty: Log, bytes: Uint8Array): Log['entries'] {
  const entries = parseMap(bytes)?.['entries'];
  if (!isYamlMap(entries)) return {};
  return Object.fromEntries(
    Object.entries(entries).filter(([id, entry]) =>
      fits({ ...empty, entries: { [id]: entry } as Log['entries'] }),
    ),
  ) as Log['entries'];
}

function parseMap(bytes: Uint8Array): { readonly [key: string]: YamlValue } | null {
  try {
    const value = parseYaml(decodeText(bytes, ''), '');
    return isYamlMap(value) ? value : null;
  } catch (error) {
    if (error instanceof AgentOsError) return null;
    throw error;
  }
}

function fits(log: Log): boolean {
  try {
    encode('log', log);
    return true;
  } catch (error) {
    if (error instanceof AgentOsError) return false;
    throw error;
  }
}
