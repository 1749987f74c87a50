import { printable } from './printable.ts';

/** A stretch of a log file that somebody wrote by hand; offsets in bytes from the start of the file. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface LogRead {
  /** Ids of the entries that agent-os has written into this stretch. */
  readonly marked: readonly string[];
  readonly pieces: readonly Piece[];
  /** Where the last line that is complete ends. */
  readonly end: number;
}

interface Entry {
  readonly id: string;
  readonly at: string;
  readonly text: string;
}

/** So much text by hand is one entry at most, if it has lines. */
const PIECE_LIMIT = 64 * 1024;
const MARK = '#agent-os:';
const BEGIN = /^#agent-os:entry ([0-9A-Z]{26})\b/;
/** `[2026-11-23 04:00] …`, `[Mon Nov 23 04:19:14 UTC 2026] …`: brackets with a year or a time of day in them. */
const HEADER = /^\[(?=[^\]]*(?:\d{4}|\d:\d{2}))[^\]]{4,60}\]/;

/**
 * An entry as the log shows it, between two lines with its id. The empty line before it ends whatever line another
 * process has only begun.
 */
export function formatEntry({ id, at, text }: Entry): string {
  const body = printable(text)
    .replace(/\n+$/, '')
    .replaceAll(/^(?=#agent-os:)/gm, '\\');
  return `\n${MARK}entry ${id} ${at}\n${body}\n${MARK}end ${id}\n`;
}

/**
 * What a stretch of a log file holds, which begins at the start of a line.
 * @param offset - where in the file `bytes` begin
 * @param unfinished - also take a last line that has no line end yet
 */
export function readLog(bytes: Uint8Array, offset: number, unfinished: boolean): LogRead {
  const lines = splitLines(bytes, unfinished);
  const marked: string[] = [];
  const pieces: Piece[] = [];
  let first = 0; // of the lines by hand that are not yet in a piece
  const close = (before: number) => {
    const [start, end] = [lines[first]?.start ?? 0, lines[before - 1]?.end ?? 0];
    const text = first < before ? decode(bytes.subarray(start, end)) : '';
    if (text.trim() !== '') pieces.push({ start: offset + start, end: offset + end, text });
    first = before;
  };
  for (let index = 0; index < lines.length; index += 1) {
    const { text, end: lineEnd } = lines[index] as Line;
    if (HEADER.test(text) || lineEnd - (lines[first]?.start ?? 0) > PIECE_LIMIT) close(index);
    if (!text.startsWith(MARK)) continue;
    close(index);
    const id = BEGIN.exec(text)?.[1];
    const end = id === undefined ? -1 : findEnd(lines, index + 1, id);
    if (id !== undefined && end > 0) {
      marked.push(id);
      index = end;
    }
    first = index + 1; // an entry without end is half written: it does not count, and will be written again
  }
  close(lines.length);
  return { marked, pieces, end: offset + (lines.at(-1)?.end ?? 0) };
}

function findEnd(lines: readonly Line[], from: number, id: string): number {
  const end = `${MARK}end ${id}`;
  for (let index = from; index < lines.length; index += 1) if (lines[index]?.text === end) return index;
  return -1;
}

/**
 * The pieces that are not in any of `known`, for a file of which nothing is remembered: it was replaced by an editor,
 * or what was remembered is lost. Empty lines do not count.
 */
export function unknownPieces(pieces: readonly Piece[], known: readonly string[]): readonly Piece[] {
  const whole = `\n${condense(known.join('\n'))}\n`;
  return pieces.filter(({ text }) => !whole.includes(`\n${condense(text)}\n`));
}

/** Whether all of a text stands in what was written by hand. */
export function isWritten(text: string, pieces: readonly Piece[]): boolean {
  return `\n${condense(pieces.map((piece) => piece.text).join('\n'))}\n`.includes(`\n${condense(text)}\n`);
}

interface Line {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One character a byte, so that offsets are bytes; only what agent-os looks for is compared, and that is ASCII. */
function splitLines(bytes: Uint8Array, unfinished: boolean): Line[] {
  const all = Buffer.from(bytes).toString('latin1');
  const lines: Line[] = [];
  for (let start = 0; start < all.length; ) {
    const stop = all.indexOf('\n', start);
    if (stop < 0 && !unfinished) break;
    const end = stop < 0 ? all.length : stop + 1;
    lines.push({ start, end, text: all.slice(start, stop < 0 ? end : stop) });
    start = end;
  }
  return lines;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).replaceAll('\r\n', '\n');
}

function condense(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n');
}
