import { derivedText } from '../domain/derived-id.ts';
import { AgentOsError } from '../domain/errors.ts';
import type { AgentName } from '../domain/names.ts';
import { MAX_BYTES } from '../domain/yaml.ts';
import { isSameStamp, type Stamp } from './files.ts';
import { type LogRead, readLog } from './log-text.ts';
import type { KnownLog } from './memory.ts';
import type { Round } from './round.ts';

/** A last line without line end counts when nothing was added for so long, in milliseconds. */
const PATIENCE = 2000;
const GUARD = 64;

/** What a log file holds beyond what is known of it. */
export interface Tail extends LogRead {
  readonly log: KnownLog;
  /** What stands after `end` is a line that somebody is still writing. */
  readonly isUnfinished: boolean;
}

/** `*.log`, without what editors keep beside the files that they edit. */
export function isLogName(name: string): boolean {
  return name.endsWith('.log') && !/^[.#~]/.test(name);
}

export function logFile(agent: AgentName): string {
  return `logs/${agent}.log`;
}

/**
 * The stamp of a log; `null` when there is none.
 * @throws AgentOsError BAD_NAME when it is no regular file
 */
export function statLog({ files }: Round, agent: AgentName): Stamp | null {
  const found = files.stat(logFile(agent));
  if (found === null || found.kind === 'file') return found?.stamp ?? null;
  throw new AgentOsError('BAD_NAME', `${logFile(agent)} is no regular file and is left alone`);
}

/** Whether nothing was added since the log was taken up. */
export function isConsumed(log: KnownLog | undefined, stamp: Stamp): boolean {
  return (
    log !== undefined && log.taking === null && log.consumed === stamp.size && isSameStamp(log.stamp, stamp)
  );
}

/**
 * A log from where it is known on; from its start when nothing is known of it, or when an editor has written it anew.
 * What a round that was cut short had begun to take up ends where it ended then.
 * @throws AgentOsError TOO_LARGE over 5 MiB
 */
export function readTail(round: Round, agent: AgentName, stamp: Stamp | null): Tail {
  const known = round.memory.logs[agent];
  const fresh = newLog(round);
  if (stamp === null) return { log: fresh, marked: [], pieces: [], end: 0, isUnfinished: false };
  const isOld = round.workspace.clock.now() - stamp.modified > PATIENCE;
  // An editor writes a file of its own over it, which begins as this one did unless what stood there was changed.
  const isSame = known?.stamp.inode === stamp.inode || known?.taking === null;
  if (known !== undefined && isSame && known.consumed <= stamp.size) {
    const start = Math.max(0, known.consumed - GUARD);
    const bytes = readFrom(round, agent, stamp, start);
    const before = bytes.subarray(0, known.consumed - start);
    if (guardOf(round, before) === known.guard) return divide(known, bytes.subarray(before.length), isOld);
  }
  const log = { ...fresh, ...(known && { own: known.own }), isCompared: false };
  return divide(log, readFrom(round, agent, stamp, 0), isOld);
}

function divide(log: KnownLog, bytes: Uint8Array, isOld: boolean): Tail {
  const { consumed, taking } = log;
  if (taking !== null) {
    return { log, ...readLog(bytes.subarray(0, taking.to - consumed), consumed, true), isUnfinished: false };
  }
  const read = readLog(bytes, consumed, isOld);
  return { log, ...read, isUnfinished: read.end < consumed + bytes.length };
}

function readFrom({ files }: Round, agent: AgentName, stamp: Stamp, start: number): Uint8Array {
  const size = stamp.size - start;
  if (size <= MAX_BYTES) return files.read(logFile(agent), start).bytes;
  throw new AgentOsError(
    'TOO_LARGE',
    `${logFile(agent)} has ${size} bytes to be taken up (at most ${MAX_BYTES})`,
    {
      hint: 'Move what is no log out of it.',
    },
  );
}

/** A log file of which nothing is known yet; what is taken up from it gets ids that begin with `own`. */
function newLog({ workspace }: Round): KnownLog {
  return {
    own: derivedText(workspace.hash(`${workspace.clone} ${workspace.ids.nonce()}`), 10),
    stamp: { inode: 0, size: 0, modified: 0 },
    consumed: 0,
    guard: workspace.hash(''),
    taking: null,
    days: {},
    isCompared: true,
    last: 0,
    present: [],
  };
}

/**
 * What is known of a log once everything before `consumed` is.
 * @param last - the bytes before that offset, or enough of them
 */
export function advance(
  round: Round,
  log: KnownLog,
  consumed: number,
  last: Uint8Array,
  stamp: Stamp,
): KnownLog {
  return { ...log, stamp, consumed, guard: guardOf(round, last), taking: null, isCompared: true };
}

/** As `advance`, by what stands in the file. */
export function advanceTo(round: Round, agent: AgentName, log: KnownLog, consumed: number): KnownLog {
  const { bytes, stamp } = round.files.read(logFile(agent), Math.max(0, consumed - GUARD));
  return advance(round, log, consumed, bytes.subarray(0, Math.min(GUARD, consumed)), stamp);
}

function guardOf({ workspace }: Round, last: Uint8Array): string {
  return workspace.hash(Buffer.from(last.subarray(-GUARD)).toString('latin1'));
}
