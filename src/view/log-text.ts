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
 * What is new in the pieces of a file of which nothing is remembered: it was written anew by an editor, or what was
 * remembered is lost. A piece that stands whole in `known`, or in `own` alone, is not; of any other, each known text
 * that begins and ends with one of its lines is taken out once. Empty lines do not count.
 * @param known - the texts of all entries, in their order
 * @param own - of those that stand by hand in this file
 */
export function unknownPieces(
  pieces: readonly Piece[],
  known: readonly string[],
  own: readonly string[] = known,
): readonly Piece[] {
  const wholes = [known, own].map((texts) => `\n${condense(texts.join('\n'))}\n`);
  const left = known.map((text) => condense(text).split('\n'));
  return pieces
    .filter(({ text }) => !wholes.some((whole) => whole.includes(`\n${condense(text)}\n`)))
    .flatMap((piece) => cutKnown(piece, left));
}

/** The parts of a piece between the texts of `left` that stand in it; those are taken from `left`. */
function cutKnown(piece: Piece, left: string[][]): readonly Piece[] {
  const lines = piece.text.split('\n');
  const filled = lines.flatMap((text, at) => (text.trim() === '' ? [] : [{ at, text: text.trimEnd() }]));
  const parts: { first: number; last: number }[] = [];
  let isOpen = false;
  let isCut = false;
  for (let next = 0; next < filled.length; ) {
    const found = left.findIndex((text) => text.every((line, index) => filled[next + index]?.text === line));
    const [text = []] = found < 0 ? [] : left.splice(found, 1);
    if (text.length > 0) {
      isOpen = false;
      isCut = true;
      next += text.length;
      continue;
    }
    const at = filled[next]?.at ?? 0;
    const part = isOpen ? parts.at(-1) : undefined;
    if (part === undefined) parts.push({ first: at, last: at });
    else part.last = at;
    isOpen = true;
    next += 1;
  }
  if (!isCut) return [piece];
  const offset = (line: number) =>
    piece.start + new TextEncoder().encode(lines.slice(0, line).join('\n')).length + Math.min(line, 1);
  return parts.map(({ first, last }) => ({
    start: offset(first),
    end: offset(last + 1),
    text: `${lines.slice(first, last + 1).join('\n')}\n`,
  }));
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
