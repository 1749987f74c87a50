/** One thing that a section of a definition says. */
export interface Entry {
  /** `title`: a heading below the section's own, without a role of its own. */
  readonly kind: 'item' | 'row' | 'code' | 'text' | 'title';
  /** Without bullet, number, checkbox or quote mark; a row's cells are joined by ` | `. */
  readonly text: string;
  /** Columns of white space before it; a tab counts as four. */
  readonly indent: number;
  /** Of a row. */
  readonly cells: readonly string[];
  /** Of a row: the cells of the table's heading, in lower case; empty when there is none. */
  readonly columns: readonly string[];
}

/** A stretch of Markdown under one heading. */
export interface Section {
  /** '' before the first heading. */
  readonly heading: string;
  /** Headings above it, the outermost first. */
  readonly path: readonly string[];
  readonly entries: readonly Entry[];
}

interface Open extends Section {
  readonly level: number;
  readonly entries: Entry[];
}

const BULLET = /^(?:[-*+\u2022\u2023\u25e6\u2013]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?/;
/** A line that begins with a picture is a point, too. */
const PICTURE = /^(?:\p{Extended_Pictographic}|\ufe0f|\u200d)+\s+/u;
const BOLD_LINE = 7;
const COLON_LINE = 8;
/** A definition is a few pages; what comes after so many lines is not looked at. */
const MAX_LINES = 20_000;
/** And a point is a sentence or two: the patterns that read it never see more characters than this. */
const MAX_LINE = 2000;

/**
 * What a Markdown text says, section by section: bullets, numbered points, table rows, lines of code blocks and text.
 * Headings are those of Markdown, a line all in bold, and a short line that ends in a colon before a list. Total: any
 * text gives some result.
 */
export function readSections(markdown: string): readonly Section[] {
  const lines = withoutComments(markdown).split('\n', MAX_LINES);
  const stack: Open[] = [{ heading: '', path: [], level: 0, entries: [] }];
  const sections: Open[] = [...stack];
  let fence: string | null = null;
  let columns: readonly string[] = [];
  lines.forEach((raw, index) => {
    const line = raw
      .slice(0, MAX_LINE)
      .replace(/^(?: {0,3}> ?)+/, '')
      .trimEnd();
    const current = sections.at(-1);
    if (current === undefined) return;
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && (fence === null || line.trim().startsWith(fence))) {
      fence = fence === null ? mark : null;
      return;
    }
    if (fence !== null) {
      current.entries.push(entry('code', line.trim(), indentOf(line)));
      return;
    }
    const heading = readHeading(line, nextLine(lines, index));
    if (heading === null) {
      columns = readLine(current.entries, line, nextLine(lines, index), columns);
      return;
    }
    while ((stack.at(-1)?.level ?? 0) >= heading.level) stack.pop();
    const path = stack.map((open) => open.heading).filter((text) => text !== '');
    const opened = { heading: heading.text, path, level: heading.level, entries: [] };
    stack.push(opened);
    sections.push(opened);
    columns = [];
  });
  return sections;
}

/** Adds what a line says; returns the heading of the table that goes on, if any. */
function readLine(
  entries: Entry[],
  line: string,
  next: string,
  columns: readonly string[],
): readonly string[] {
  const text = line.trim();
  if (text === '' || /^(?:-{3,}|\*{3,}|_{3,}|={3,})$/.test(text)) return [];
  if (/^\|?[\s:|-]*-{2,}[\s:|-]*\|?$/.test(text) && text.includes('|')) return columns;
  if (text.startsWith('|') || (text.match(/ \| /g)?.length ?? 0) >= 1) {
    const cells = text.replace(/^\||\|$/g, '').split(/(?<!\\)\|/);
    const trimmed = cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
    if (/^\|?[\s:|-]*-{2,}[\s:|-]*\|?$/.test(next.trim()) && next.includes('|'))
      return trimmed.map((cell) => cell.toLowerCase());
    entries.push({ ...entry('row', trimmed.join(' | '), 0), cells: trimmed, columns });
    return columns;
  }
  const indent = indentOf(line);
  const last = entries.at(-1);
  const isPoint = BULLET.test(text) || PICTURE.test(text);
  if (isPoint) entries.push(entry('item', text.replace(BULLET, ''), indent));
  else if (last?.kind === 'item' && indent > last.indent)
    entries[entries.length - 1] = { ...last, text: `${last.text} ${text}`.slice(0, MAX_LINE) };
  else entries.push(entry('text', text, indent));
  return [];
}

function readHeading(line: string, next: string): { readonly text: string; readonly level: number } | null {
  const [, marks, title] = /^ {0,3}(#{1,6})\s+(.+?)\s*#*$/.exec(line) ?? [];
  if (marks !== undefined && title !== undefined) return { text: plain(title), level: marks.length };
  const text = line.trim();
  if (text === '' || BULLET.test(text)) return null;
  const [, strong] = /^\*\*([^*]{1,100})\*\*:?$/.exec(text) ?? /^__([^_]{1,100})__:?$/.exec(text) ?? [];
  if (strong !== undefined) return { text: plain(strong), level: BOLD_LINE };
  if (/^={3,}$/.test(next.trim())) return { text: plain(text), level: 1 };
  if (text.length > 80 || !/[^:]:$/.test(text)) return null;
  return /^\s*(?:[-*+\u2022]|\d{1,3}[.)]|`{3}|\||$)/.test(next)
    ? { text: plain(text), level: COLON_LINE }
    : null;
}

/** A heading without emphasis and the colon at its end; backticks stay, they mark what is code. */
function plain(text: string): string {
  return text
    .replace(/\*\*|__/g, '')
    .replace(/:\s*$/, '')
    .trim();
}

function entry(kind: Entry['kind'], text: string, indent: number): Entry {
  return { kind, text, indent, cells: [], columns: [] };
}

function nextLine(lines: readonly string[], index: number): string {
  return (lines[index + 1] ?? '').slice(0, MAX_LINE);
}

function indentOf(line: string): number {
  return (/^\s*/.exec(line)?.[0] ?? '').replaceAll('\t', '    ').length;
}

/** What stands in HTML comments is for people who edit; line ends stay where they are. */
function withoutComments(markdown: string): string {
  return markdown
    .replace(/\r\n?/g, '\n')
    .replace(/<!--[\s\S]{0,20000}?-->/g, (comment) => comment.replace(/[^\n]+/g, ''));
}
