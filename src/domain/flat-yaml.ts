/**
 * A reader for the plainest YAML: a map whose values are scalars, lists of scalars and literal blocks, as this program
 * writes most of its records. It is exact where it answers, and answers nothing where anything else is met: the full
 * parser takes a millisecond for a record that it sees early in a process, this one a few microseconds.
 */
type Flat = boolean | number | string | Flat[] | FlatMap;
interface FlatMap {
  [key: string]: Flat;
}

const PAIR = /^([a-z][a-z0-9_]*):(?: (.+))?$/;
const WORD = /^(?:null|true|false)$/i;
/** Every number of YAML's core schema; how it would be written again is the full parser's concern. */
const NUMBER = /^[-+]?(?:\d+|0o[0-7]+|0x[\da-f]+|(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?|\.inf|\.nan)$/i;
const PLAIN_INTEGER = /^(?:0|[1-9]\d{0,14})$/;
/** Nothing that could begin something else; no `: ` and no ` #`; neither controls nor what is invisible. */
const PLAIN =
  /^[A-Za-z0-9_/(\u00a1-\u1fff](?:[!-"$-9;-~\u00a1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\ud7ff\u{10000}-\u{dffff}]|:(?=[!-~])|(?<! )#| (?! *$))*$/u;
/** Where YAML and JSON say the same. */
const QUOTED = /^"(?:[^"\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\\["\\/bfnrt]|\\u[\da-fA-F]{4})*"$/u;
const ITEM = '  - ';

/** The map that a text is, in the order of its keys and without a prototype; null: ask the full parser. */
export function parseFlat(text: string): FlatMap | null {
  if (!text.endsWith('\n') || text.includes('\r')) return null;
  const lines = text.split('\n');
  lines.pop();
  const map = Object.create(null) as FlatMap;
  let at = 0;
  while (lines[at]?.startsWith('#') === true) at += 1;
  if (at === lines.length) return null;
  while (at < lines.length) {
    const [, key, written] = PAIR.exec(lines[at] ?? '') ?? [];
    if (key === undefined || WORD.test(key) || key in map) return null;
    at += 1;
    const end = endOf(lines, at);
    const value = parseValue(written, lines.slice(at, end));
    if (value === null) return null;
    map[key] = value;
    at = end;
  }
  return map;
}

/** The first line from `start` that is neither indented nor empty. */
function endOf(lines: readonly string[], start: number): number {
  let end = start;
  while (end < lines.length && (lines[end] === '' || lines[end]?.startsWith(' ') === true)) end += 1;
  return end;
}

function parseValue(written: string | undefined, below: readonly string[]): Flat | null {
  if (written === undefined) return parseList(below);
  if (written === '|' || written === '|-' || written === '|+') return parseLiteral(written, below);
  return below.length === 0 ? parseScalar(written) : null;
}

function parseList(below: readonly string[]): Flat | null {
  if (below.length === 0) return null;
  const items: Flat[] = [];
  for (const line of below) {
    const item = line.startsWith(ITEM) ? parseScalar(line.slice(ITEM.length)) : null;
    if (item === null) return null;
    items.push(item);
  }
  return items;
}

function parseScalar(written: string): Flat | null {
  if (written === '[]') return [];
  if (QUOTED.test(written)) return JSON.parse(written) as string;
  if (written === 'true' || written === 'false') return written === 'true';
  if (PLAIN_INTEGER.test(written)) return Number(written);
  return WORD.test(written) || NUMBER.test(written) || !PLAIN.test(written) ? null : written;
}

/** A literal block indented by two; `|` ends in one line end, `|-` in none, `|+` in those that stand there. */
function parseLiteral(header: string, below: readonly string[]): string | null {
  const first = below.find((line) => line !== '');
  if (first === undefined || !/^ {2}[^ \t]/.test(first)) return null;
  const content: string[] = [];
  for (const line of below) {
    if (line !== '' && (!line.startsWith('  ') || line.trim() === '')) return null;
    content.push(line.slice(2));
  }
  const kept = content.join('\n');
  if (header === '|+') return `${kept}\n`;
  const clipped = kept.replace(/\n+$/, '');
  return header === '|' ? `${clipped}\n` : clipped;
}
