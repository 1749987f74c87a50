import { forMarkdown, forSummary } from './escape.ts';

/** How much of everything is shown: entries of a list, characters of a text and of a line. */
export interface Detail {
  readonly entries: number;
  readonly body: number;
  readonly line: number;
}

/** A heading and what stands below it; nothing when there is nothing. */
export function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `### ${title}`, '', ...lines];
}

/** A collapsed part; `title` is plain text, `lines` are Markdown. */
export function details(title: string, lines: readonly string[], limit = 200): readonly string[] {
  if (lines.length === 0) return [];
  return ['', `<details><summary>${forSummary(title, limit)}</summary>`, '', ...lines, '', '</details>'];
}

/** As many entries as the detail allows, and how many there are beyond. */
export function listed<T>(
  entries: readonly T[],
  detail: Detail,
  show: (entry: T) => readonly string[],
): readonly string[] {
  const left = entries.length - detail.entries;
  return [
    ...entries.slice(0, detail.entries).flatMap(show),
    ...(left > 0 ? ['', `_… and ${left} more._`] : []),
  ];
}

/** A table; the cells are Markdown already. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  detail: Detail,
): readonly string[] {
  if (rows.length === 0) return [];
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell || '–').join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...listed(rows, detail, (cells) => [row(cells)])];
}

/** Several short texts, escaped, at most `most` of them. */
export function some(texts: readonly string[], most: number, limit: number): string {
  const shown = texts.slice(0, most).map((text) => forMarkdown(text, limit));
  return [...shown, ...(texts.length > most ? [`${texts.length - most} more`] : [])].join(', ');
}
