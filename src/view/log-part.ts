import { type LogDay, openLogDay } from '../app/log-day.ts';
import { formatTime } from '../app/records.ts';
import { firstLine } from '../app/text-input.ts';
import { decode, encode } from '../domain/codec.ts';
import { derivedText } from '../domain/derived-id.ts';
import { classify, dayOf, logFolder, logPath } from '../domain/layout.ts';
import { type AgentName, isAgentName, type Oid, type RecordId } from '../domain/names.ts';
import { nextClock, type OperationId, operationId } from '../domain/operation.ts';
import type { Log } from '../domain/schema/log.ts';
import type { Snapshot } from '../store/branch.ts';
import { isOurs } from './filing.ts';
import {
  advance,
  advanceTo,
  isConsumed,
  isLogName,
  logFile,
  readTail,
  statLog,
  type Tail,
} from './log-file.ts';
import { formatEntry, isWritten, type Piece, readLog, unknownPieces } from './log-text.ts';
import type { KnownLog } from './memory.ts';
import { attempt, isAboutOnePath, oidOf, type Round, report, type ViewWorkspace } from './round.ts';

/** Entries of older days are not rendered. */
const DAYS_SHOWN = 14;
const DAY = 24 * 60 * 60 * 1000;

/** An entry on its way to the branch; `at` in milliseconds since 1970. */
interface NewEntry {
  readonly id: OperationId;
  readonly at: number;
  readonly text: string;
}

/** An entry on its way into a log file. */
interface ShownEntry {
  readonly operation: string;
  readonly id: string;
  readonly at: string;
  readonly text: string;
}

/** Take up what was written by hand into `logs/*.log`; the files themselves are left as they are. */
export async function takeUpLogs(round: Round): Promise<void> {
  for (const name of round.files.list('logs')) {
    if (!isLogName(name)) continue;
    const agent = name.slice(0, -'.log'.length);
    if (isAgentName(agent)) await attempt(round, `logs/${name}`, () => takeUpLog(round, agent));
    else report(round, `logs/${name}`, `logs/${name} is not named for an agent and is left alone`);
  }
}

async function takeUpLog(round: Round, agent: AgentName): Promise<void> {
  const stamp = statLog(round, agent);
  if (stamp === null || isConsumed(round.memory.logs[agent], stamp)) return;
  const tail = readTail(round, agent, stamp);
  await takeUpTail(round, agent, tail);
  if (tail.log.taking !== null) await takeUpLog(round, agent);
}

async function takeUpTail(round: Round, agent: AgentName, tail: Tail): Promise<void> {
  const { log, pieces, marked, end } = tail;
  const { added, present } = log.isCompared
    ? { added: pieces, present: [] }
    : await compare(round, agent, tail);
  const ours: Piece[] = [];
  for (const piece of added) {
    const { start, text } = piece;
    if (await isOurs(round, logFile(agent), { kind: 'log', agent, start, text })) ours.push(piece);
  }
  const last = ours.length === 0 ? log.last : await commitPieces(round, agent, tail, ours);
  const known = advanceTo(round, agent, log, end);
  round.memory.logs[agent] = { ...known, last, present: [...log.present, ...marked, ...present] };
}

/** What stands by hand in a file that was not known before: pieces that are new, and ids of entries that are not. */
async function compare(round: Round, agent: AgentName, { log, pieces }: Tail) {
  const known = await readShown(round, await round.workspace.branch.snapshot(), agent);
  const own = known.filter(({ id }) => id.startsWith(log.own));
  const [all, mine] = [known, own].map((entries) => entries.map(({ text }) => text));
  const present = known.filter((entry) => !own.includes(entry) && isWritten(entry.text, pieces));
  return {
    added: unknownPieces(pieces, all ?? [], mine),
    present: present.map(({ id }) => id),
  };
}

/** @returns the time of the last entry */
async function commitPieces(
  round: Round,
  agent: AgentName,
  { log, end }: Tail,
  pieces: readonly Piece[],
): Promise<number> {
  const { memory, workspace } = round;
  const { clock } = await workspace.branch.snapshot();
  // Kept before it is committed: after a crash the same text becomes the same entries.
  const taking = log.taking ?? { to: end, at: nextClock(workspace.clock.now(), Math.max(clock, log.last)) };
  memory.logs[agent] = { ...log, taking };
  await round.save();
  try {
    const entries = planEntries(workspace, log.own, pieces, taking.at);
    if (await commitEntries(round, agent, entries)) round.ingested.add(logFile(agent));
    return taking.at + entries.length - 1;
  } catch (error) {
    // Nothing was committed: tomorrow's file may have room.
    if (isAboutOnePath(error)) memory.logs[agent] = { ...log, taking: null };
    throw error;
  }
}

/** The entries that pieces of a log become: the same pieces at the same time become the same entries. */
function planEntries(
  { clone, hash }: Pick<ViewWorkspace, 'clone' | 'hash'>,
  own: string,
  pieces: readonly Piece[],
  at: number,
): readonly NewEntry[] {
  return pieces.map(({ start, text }, index) => {
    const unique = `${own}${derivedText(hash(`${start} ${text}`), 26 - own.length)}` as RecordId;
    const id = operationId({ clock: at + index, clone, unique });
    return { id, at: at + index, text: text.trimEnd() };
  });
}

/** @returns false when the branch had them all */
async function commitEntries(round: Round, agent: AgentName, entries: readonly NewEntry[]): Promise<boolean> {
  const active = await round.workspace.sessions.list();
  const session = active.findLast((entry) => entry.agent === agent)?.session ?? null;
  const what = entries.length === 1 ? firstLine(entries[0]?.text ?? '', 80) : `${entries.length} entries`;
  const { changed } = await round.workspace.branch.commit({
    agent,
    session,
    async plan({ snapshot }) {
      const logs = new Map<string, LogDay>();
      for (const { id, at, text } of entries) {
        const day = dayOf(at);
        const known = logs.get(day) ?? (await openLogDay(round.workspace, snapshot, { agent, day }));
        const { log } = known;
        if (log.entries[id] !== undefined) continue;
        const entry = { at: formatTime(at), text, ...(session !== null && { session }) };
        logs.set(day, { ...known, log: { ...log, entries: { ...log.entries, [id]: entry } } });
      }
      const changes = [...logs.values()].flatMap(({ path, log, beside }) => [
        { path, content: encode('log', log) },
        ...beside,
      ]);
      return { subject: `log: ${agent}: ${what}`, changes, result: null };
    },
  });
  return changed;
}

/** Append to every log what is new on the branch. */
export async function renderLogs(round: Round, snapshot: Snapshot): Promise<void> {
  const { memory, files } = round;
  const folder = await oidOf(snapshot, '', 'logs');
  const isKnown = folder === memory.folders.logs;
  let isComplete = true;
  for (const { name } of await snapshot.list('logs')) {
    if (!isAgentName(name) || (isKnown && files.stat(logFile(name)) !== null)) continue;
    const isDone = await attempt(round, logFile(name), async () => {
      isComplete = (await renderLog(round, snapshot, name)) && isComplete;
    });
    isComplete &&= isDone;
  }
  if (folder !== undefined && isComplete) memory.folders.logs = folder;
}

/** @returns false when it has to wait: somebody is in the middle of a line, or text could not be taken up */
async function renderLog(round: Round, snapshot: Snapshot, agent: AgentName): Promise<boolean> {
  const stamp = statLog(round, agent);
  const { log, marked, isUnfinished } = readTail(round, agent, stamp);
  if (isUnfinished || log.taking !== null || !log.isCompared) return false;
  const days = await listDays(round, snapshot, agent);
  const shown = new Set([...log.present, ...marked]);
  const entries: ShownEntry[] = [];
  for (const [day, oid] of days) {
    if (log.days[day] === oid) continue;
    for (const id of await readShownIds(round, agent, day, log.days[day])) shown.add(id);
    const all = entriesOf(await readDay(snapshot, agent, day));
    entries.push(...all.filter(({ id }) => !shown.has(id) && !id.startsWith(log.own)));
  }
  entries.sort((a, b) => (a.operation < b.operation ? -1 : 1));
  const text = entries.map(formatEntry).join('');
  if (text === '' && stamp === null) return true;
  const written = text === '' ? log : append(round, agent, log, text);
  round.memory.logs[agent] = { ...written, days: Object.fromEntries(days), present: [] };
  return true;
}

function append(round: Round, agent: AgentName, log: KnownLog, text: string): KnownLog {
  const stamp = round.files.append(logFile(agent), text);
  round.rendered.add(logFile(agent));
  const bytes = Buffer.from(text);
  // When somebody else has written as well, the next round reads on from where this one did.
  const isAlone = stamp.size === log.consumed + bytes.length;
  return isAlone ? advance(round, log, stamp.size, bytes, stamp) : { ...log, stamp };
}

/** The branch's files of the last days, by day. */
async function listDays(
  round: Round,
  snapshot: Snapshot,
  agent: AgentName,
): Promise<readonly [string, Oid][]> {
  const first = dayOf(round.workspace.clock.now() - DAYS_SHOWN * DAY);
  return (await snapshot.list(logFolder(agent))).flatMap(({ name, oid }): [string, Oid][] => {
    const place = classify(`${logFolder(agent)}/${name}`);
    return place.kind === 'log' && place.day >= first ? [[place.day, oid]] : [];
  });
}

/** Ids of the entries that were rendered when a day's file had this oid; by the log itself when that is gone. */
async function readShownIds(round: Round, agent: AgentName, day: string, oid: Oid | undefined) {
  if (oid === undefined) return [];
  const bytes = await round.workspace.objects.reader.blob(oid);
  if (bytes !== null) return entriesOf(decode('log', bytes, logPath(agent, day))).map(({ id }) => id);
  return readLog(round.files.read(logFile(agent)).bytes, 0, true).marked;
}

/** Every entry that a log shows when it is complete. */
async function readShown(round: Round, snapshot: Snapshot, agent: AgentName): Promise<readonly ShownEntry[]> {
  const days = await listDays(round, snapshot, agent);
  const logs = await Promise.all(days.map(([day]) => readDay(snapshot, agent, day)));
  return logs.flatMap(entriesOf).sort((a, b) => (a.operation < b.operation ? -1 : 1));
}

async function readDay(snapshot: Snapshot, agent: AgentName, day: string): Promise<Log> {
  const path = logPath(agent, day);
  const bytes = await snapshot.read(path);
  return bytes === null ? { agent, day, entries: {} } : decode('log', bytes, path);
}

/** In the log an entry goes by the ULID in its operation id. */
function entriesOf(log: Log): ShownEntry[] {
  return Object.entries(log.entries).map(([operation, { at, text }]) => ({
    operation,
    id: operation.slice(-26),
    at,
    text,
  }));
}
