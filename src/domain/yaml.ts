import {
  Composer,
  type CST,
  Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  Pair,
  Parser,
  Scalar,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import { AgentOsError } from './errors.ts';
import { parseFlat } from './flat-yaml.ts';
import { quoted } from './names.ts';

/** What a file of the branch can hold. Maps have no prototype, so `__proto__` is a key like any other. */
export type YamlValue = null | boolean | number | string | YamlValue[] | YamlMap;
export interface YamlMap {
  [key: string]: YamlValue;
}

/** Larger files are neither read nor written: 5 MiB. A text of 1 MiB fits, whatever has to be escaped in it. */
export const MAX_BYTES = 5 * 1024 * 1024;
/** Deeper nesting is refused before the composer, which is recursive, sees it. */
export const MAX_DEPTH = 64;

const CONFLICT_MARKER = /^(?:<{7}|\|{7}|={7}|>{7})(?: .*)?$/m;
const READ_OPTIONS = { version: '1.2', merge: false, uniqueKeys: true, prettyErrors: false } as const;
const WRITE_OPTIONS = { version: '1.2', compat: 'yaml-1.1' } as const;

export function isYamlMap(value: unknown): value is YamlMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An empty map without a prototype. */
export function emptyMap(): YamlMap {
  return Object.create(null) as YamlMap;
}

/**
 * Bytes of a branch file as text.
 * @throws AgentOsError RECORD_BROKEN when they are over MAX_BYTES or are not UTF-8
 */
export function decodeText(bytes: Uint8Array, path: string): string {
  if (bytes.length > MAX_BYTES)
    throw broken(path, null, `is ${bytes.length} bytes long (at most ${MAX_BYTES})`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw broken(path, null, 'is not valid UTF-8');
  }
}

/**
 * The value of one YAML document. Aliases, tags, merge keys, duplicate keys, conflict markers, keys that are not
 * scalars and nesting over MAX_DEPTH are refused. A number that JavaScript would write differently (`0123`,
 * `1.10`, an integer over 2^53) stays the text that it was.
 * @throws AgentOsError RECORD_BROKEN, with path and line
 */
export function parseYaml(text: string, path: string): YamlValue {
  return parseFlat(text) ?? toValue(parseNodes(text, path).contents);
}

/** As parseYaml, but as nodes, for those who need the comments too. */
export function parseNodes(text: string, path: string): Document.Parsed {
  const marker = CONFLICT_MARKER.exec(text);
  if (marker !== null) throw broken(path, lineAt(text, marker.index), 'has a merge conflict marker');
  const tokens = parseTokens(text, path);
  const [document, second] = new Composer(READ_OPTIONS).compose(tokens, true, text.length);
  if (document === undefined) throw broken(path, null, 'is empty');
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) throw broken(path, lineAt(text, problem.pos[0]), problem.message);
  if (second !== undefined) throw broken(path, lineAt(text, second.range[0]), 'has more than one document');
  refuseUnsafe(document.contents, (offset, what) => {
    throw broken(path, lineAt(text, offset), what);
  });
  return document;
}

/** A YAML node as a plain value; for nodes that parseNodes has returned. */
export function toValue(node: unknown): YamlValue {
  if (isMap(node)) {
    const map = emptyMap();
    for (const pair of node.items) map[keyText(pair.key)] = toValue(pair.value);
    return map;
  }
  if (isSeq(node)) return node.items.map(toValue);
  return isScalar(node) ? scalarValue(node) : null;
}

/** The text of a map's key. */
export function keyText(key: unknown): string {
  return isScalar(key) ? String(scalarValue(key)) : String(key);
}

/**
 * The one way in which agent-os writes a value: two spaces, no folding, quoting that YAML 1.1 readers understand
 * too, text of several lines as a literal block where that is lossless, otherwise in double quotes with everything
 * escaped that a terminal would not print. Keys are ordered as in `order`, the rest by code unit.
 */
export function formatYaml(value: YamlValue, order: readonly string[] = []): string {
  return formatNodes(newDocument(toNode(value, order)));
}

/** A document to format, around nodes that toNode made. */
export function newDocument(contents: Scalar | YAMLMap | YAMLSeq): Document {
  return new Document(contents, WRITE_OPTIONS);
}

/** The text of nodes that toNode made, with the comments that the caller put on them. */
export function formatNodes(document: Document): string {
  const text = document.toString({
    lineWidth: 0,
    // Over several lines, yaml 2.9 writes a line of one space as a backslash and a space.
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
    indent: 2,
    blockQuote: 'literal',
    flowCollectionPadding: true,
  });
  return text.replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A value as nodes in canonical order and style. */
export function toNode(value: YamlValue, order: readonly string[] = []): Scalar | YAMLMap | YAMLSeq {
  if (isYamlMap(value)) {
    const map = new YAMLMap();
    map.flow = Object.keys(value).length === 0;
    for (const key of orderKeys(Object.keys(value), order)) {
      map.items.push(new Pair(textNode(key), toNode(value[key] ?? null)));
    }
    return map;
  }
  if (Array.isArray(value)) {
    const list = new YAMLSeq();
    list.flow = value.length === 0;
    list.items = value.map((item) => toNode(item));
    return list;
  }
  // There is one zero: -0 would be read as text, as it is not what JavaScript writes.
  return typeof value === 'string' ? textNode(value) : new Scalar(value === 0 ? 0 : value);
}

/** Keys of `order` first, as they stand there; then the others by code unit. */
function orderKeys(keys: readonly string[], order: readonly string[]): string[] {
  const rank = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  return [...keys].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));
}

/** @internal The error for a file that cannot be read. */
export function broken(path: string, line: number | null, what: string): AgentOsError {
  const where = line === null ? quoted(path, 200) : `${quoted(path, 200)}, line ${line}`;
  return new AgentOsError('RECORD_BROKEN', `${where}: ${what}`, {
    hint: `See \`git log -p\` of the branch for ${quoted(path, 200)}, and restore or mend it there.`,
    data: { path, line },
  });
}

/** DEL, C1, line separators, bidirectional controls, byte order marks: legal or not, never written as they are. */
const UNPRINTABLE = /[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]/g;
/** What forces double quotes: all of that, C0 but for newline and tab, and lone surrogates. */
const NEEDS_ESCAPES = new RegExp(`${UNPRINTABLE.source}|[\\0-\\x08\\x0b-\\x1f\\x85]|\\p{Cs}`, 'u');

function textNode(text: string): Scalar<string> {
  const node = new Scalar(text);
  if (NEEDS_ESCAPES.test(text)) node.type = Scalar.QUOTE_DOUBLE;
  else if (text.includes('\n')) node.type = /[ \t]$/m.test(text) ? Scalar.QUOTE_DOUBLE : Scalar.BLOCK_LITERAL;
  return node;
}

function scalarValue(node: Scalar): YamlValue {
  const { value, source } = node;
  if (typeof value === 'number') return source === undefined || String(value) === source ? value : source;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return null;
}

/** Parser.parse() lexes by itself and yields whole documents; token by token, the depth shows while it grows. */
function* parseTokens(text: string, path: string): Generator<CST.Token> {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > MAX_DEPTH)
      throw broken(path, null, `is nested more than ${MAX_DEPTH} levels deep`);
  }
  yield* parser.end();
}

function refuseUnsafe(root: unknown, refuse: (offset: number, what: string) => never): void {
  const pending: unknown[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (isAlias(node)) refuse(node.range?.[0] ?? 0, 'has an alias, which is not allowed');
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.tag?.startsWith('!')) {
      refuse(node.range?.[0] ?? 0, 'has a tag, which is not allowed');
    }
    if (isSeq(node)) pending.push(...node.items);
    if (isMap(node)) {
      const keys = new Set<string>();
      for (const { key, value } of node.items) {
        const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
        if (!isScalar(key) || key.tag !== undefined) refuse(offset, 'has a key that is not plain text');
        if (keys.has(keyText(key))) refuse(offset, `has the key ${quoted(keyText(key))} twice`);
        keys.add(keyText(key));
        pending.push(value);
      }
    }
  }
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
