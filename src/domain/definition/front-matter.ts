import { AgentOsError } from '../errors.ts';
import { emptyMap, isYamlMap, parseYaml, type YamlMap, type YamlValue } from '../yaml.ts';

/** A definition's two parts, and what was odd about them. */
export interface FrontMatter {
  readonly fields: YamlMap;
  /** The Markdown behind the front matter, with line ends as LF. */
  readonly body: string;
  readonly warnings: readonly string[];
}

/** UTF-8 that was read as Latin-1 or Windows-1252, and what a decoder puts in place of bytes that it cannot read. */
const MISREAD = /\ufffd|\u00f0[\u0178\u009f]|\u00e2[\u20ac\u0080]|\u00c3[\u0080-\u00bf]|\u00ef\u00b8/;
const KEY = /^["']?([A-Za-z][\w-]*)["']?[ \t]*:(?:[ \t]+(.*)|)$/;

/**
 * The front matter of a Markdown text, however it was saved: with a byte order mark, CRLF, tabs, blank lines before
 * it, without its end, or none at all. Where it is no YAML it is read line by line, as harnesses do: descriptions
 * often have colons that YAML forbids. Total: what is odd becomes a warning.
 */
export function readFrontMatter(text: string): FrontMatter {
  const warnings: string[] = [];
  if (text.startsWith('\ufeff')) warnings.push('it begins with a byte order mark');
  if (text.includes('\r')) warnings.push('its lines end in CRLF; they are kept with LF');
  if (MISREAD.test(text)) warnings.push('some of its text was saved in a wrong encoding, emoji perhaps');
  const plain = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const { front, body } = split(plain, warnings);
  if (front === null) return { fields: emptyMap(), body: plain, warnings };
  return { fields: readFields(front, warnings), body, warnings };
}

function split(text: string, warnings: string[]): { readonly front: string | null; readonly body: string } {
  const [opening] = /^(?:[ \t]*\n)*---[ \t]*\n/.exec(text) ?? [];
  if (opening === undefined) {
    warnings.push('it has no front matter');
    return { front: null, body: text };
  }
  const rest = text.slice(opening.length);
  const end = /^(?:---|\.\.\.)[ \t]*$/m.exec(rest);
  if (end !== null)
    return { front: rest.slice(0, end.index), body: rest.slice(end.index + end[0].length + 1) };
  warnings.push('its front matter has no end, a line with nothing but ---');
  const lines = rest.split('\n');
  const first = lines.findIndex((line) => line.trim() === '' || /^#{1,6} /.test(line));
  const cut = first === -1 ? lines.length : first;
  return { front: lines.slice(0, cut).join('\n'), body: lines.slice(cut).join('\n') };
}

function readFields(front: string, warnings: string[]): YamlMap {
  const hasTabs = /^[ \t]*\t|:\t/m.test(front);
  if (hasTabs) warnings.push('its front matter has tabs, which YAML does not allow; they count as spaces');
  const text = hasTabs ? front.replace(/\t/g, '  ') : front;
  if (text.trim() === '') return emptyMap();
  try {
    const value = parseYaml(text, 'the front matter');
    if (isYamlMap(value)) return value;
  } catch (error) {
    if (!(error instanceof AgentOsError)) throw error;
  }
  warnings.push('its front matter is no YAML; it was read line by line');
  return readLines(text);
}

/** `key: value`, with a list or a text of several lines below it. The first of two equal keys counts. */
function readLines(front: string): YamlMap {
  const fields = emptyMap();
  let key: string | null = null;
  for (const line of front.split('\n')) {
    const [, name, value = ''] = KEY.exec(line) ?? [];
    if (name !== undefined) {
      key = Object.hasOwn(fields, name) ? null : name;
      if (key !== null) fields[key] = unquote(/^[|>][+-]?$/.test(value.trim()) ? '' : value.trim());
    } else if (key !== null && line.trim() !== '' && !/^\s*#/.test(line)) {
      fields[key] = append(fields[key], line.trim());
    }
  }
  return fields;
}

function append(value: YamlValue | undefined, line: string): YamlValue {
  const [, item] = /^-\s+(.*)$/.exec(line) ?? [];
  if (item !== undefined && (value === '' || Array.isArray(value)))
    return [...(Array.isArray(value) ? value : []), unquote(item)];
  return Array.isArray(value) ? value : `${value ?? ''}\n${line}`.trim();
}

function unquote(text: string): YamlValue {
  const [, quote, inner = ''] = /^(["'])(.*)\1$/.exec(text) ?? [];
  if (quote !== undefined) return inner;
  const [, listed] = /^\[(.*)\]$/.exec(text) ?? [];
  if (listed === undefined) return text;
  return listed
    .split(',')
    .map((item) => item.trim().replace(/^(["'])(.*)\1$/, '$2'))
    .filter((item) => item !== '');
}
