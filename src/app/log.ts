import { encode } from '../domain/codec.ts';
import { parseDuration } from '../domain/duration.ts';
import { AgentOsError } from '../domain/errors.ts';
import { classify, dayOf, logFolder } from '../domain/layout.ts';
import { type AgentName, isAgentName, parseAgentName, quoted } from '../domain/names.ts';
import type { Snapshot } from '../store/branch.ts';
import { openLogDay } from './log-day.ts';
import { formatTime, openRecords, type Problem, type RecordReader } from './records.ts';
import { checkText, firstLine } from './text-input.ts';
import type { Workspace } from './workspace.ts';

/** An entry is a note, not a document: 64 KiB. */
export const LOG_ENTRY_LIMIT = 64 * 1024;
const DEFAULT_SINCE = '7d';

/** A log entry as `--json` shows it; its id is the operation that wrote it. */
export interface LogEntryView {
  readonly id: string;
  readonly agent: AgentName;
  readonly at: string;
  readonly text: string;
}

/**
 * Add an entry to the log of the day; see openLogDay for one that cannot be read, which is named.
 * @throws AgentOsError BAD_VALUE, TOO_LARGE, SCHEMA_TOO_NEW (the day's file), NOT_INITIALISED
 */
export async function addLogEntry(
  workspace: Workspace,
  input: { readonly agent?: string; readonly text: string },
): Promise<{ readonly entries: readonly LogEntryView[]; readonly problems: readonly Problem[] }> {
  const text = checkText(input.text, 'the log entry', LOG_ENTRY_LIMIT);
  const who = await workspace.identify(input.agent);
  const { result } = await workspace.branch.commit({
    ...who,
    async plan({ snapshot, id }) {
      const now = workspace.clock.now();
      const at = formatTime(now);
      const day = { agent: who.agent, day: dayOf(now) };
      const { path, log, beside, problem } = await openLogDay(workspace, snapshot, day);
      const entry = { at, text, ...(who.session !== null && { session: who.session }) };
      const content = encode('log', { ...log, entries: { ...log.entries, [id]: entry } });
      return {
        subject: `log: ${who.agent}: ${firstLine(text, 80)}`,
        changes: [{ path, content }, ...beside],
        result: {
          entries: [{ id, agent: who.agent, at, text }],
          problems: problem === null ? [] : [problem],
        },
      };
    },
  });
  return result;
}

export interface LogInput {
  /** Default: all agents. */
  readonly agent?: string;
  /** A duration back from now (`2h`, `7d`), a day, or a time in ISO 8601; default 7d. */
  readonly since?: string;
}

/**
 * Log entries in the order in which they were written. Only the files of the days asked for are read.
 * @throws AgentOsError BAD_NAME, BAD_VALUE, NOT_INITIALISED
 */
export async function listLogEntries(
  workspace: Workspace,
  input: LogInput = {},
): Promise<{ readonly entries: readonly LogEntryView[]; readonly problems: readonly Problem[] }> {
  const agent = input.agent === undefined ? undefined : parseAgentName(input.agent);
  const since = parseSince(input.since ?? DEFAULT_SINCE, workspace.clock.now());
  const records = await openRecords(workspace);
  return {
    entries: await readLogEntries(records, { ...(agent !== undefined && { agent }), since }),
    problems: records.problems,
  };
}

/** @param wanted.since - milliseconds since 1970 */
export async function readLogEntries(
  records: RecordReader,
  wanted: { readonly agent?: AgentName; readonly since: number },
): Promise<readonly LogEntryView[]> {
  const agents = wanted.agent === undefined ? await listLogAgents(records.snapshot) : [wanted.agent];
  const days = (
    await Promise.all(agents.map((agent) => listDays(records.snapshot, agent, dayOf(wanted.since))))
  ).flat();
  const logs = await records.readAll(
    'log',
    days,
    (log, place) => log.agent === place.agent && log.day === place.day,
  );
  return logs
    .flatMap((log) =>
      Object.entries(log.entries).map(([id, { at, text }]) => ({ id, agent: log.agent, at, text })),
    )
    .filter(({ at }) => Date.parse(at) >= wanted.since)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * Milliseconds since 1970 of a moment in the past, as people write it.
 * @throws AgentOsError BAD_VALUE
 */
export function parseSince(text: string, now: number): number {
  if (/^\d+[smhd]$/.test(text)) return now - 1000 * parseDuration(text);
  const time = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new AgentOsError('BAD_VALUE', `${quoted(text)} is neither a duration nor a time`, {
    hint: 'Write 2h, 7d, 2026-11-23 or 2026-11-23T04:00:00Z.',
  });
}

async function listLogAgents(snapshot: Snapshot): Promise<readonly AgentName[]> {
  return (await snapshot.list('logs')).map(({ name }) => name).filter(isAgentName);
}

async function listDays(snapshot: Snapshot, agent: AgentName, first: string) {
  return (await snapshot.list(logFolder(agent))).flatMap(({ name }) => {
    const path = `${logFolder(agent)}/${name}`;
    const place = classify(path);
    return place.kind === 'log' && place.day >= first ? [{ ...place, path }] : [];
  });
}
