import { cut, oneLine } from './escape.ts';
import { type Html, html, NOTHING } from './html-template.ts';

/** Longer texts are cut, and say so. */
const TEXT_LIMIT = 50_000;
const LINE_LIMIT = 300;
/** So many characters a column of any table has room for, seven columns on the narrowest screen that shows tables. */
const WORD_LIMIT = 20;

/** One line of somebody's text. */
export function line(text: string): string {
  return oneLine(text, LINE_LIMIT);
}

/** A name, id or time in a table, which is broken between its words only unless one of them is long. */
export function words(text: string): Html {
  const shown = line(text);
  const isShort = shown.split(/[\s-]+/).every((word) => word.length <= WORD_LIMIT);
  return isShort && shown !== '' ? html`<span class="word">${shown}</span>` : html`${shown}`;
}

/** A section with a heading that says how many; nothing when there is nothing. */
export function section(id: string, title: string, parts: readonly Html[], size = parts.length): Html {
  if (parts.length === 0) return NOTHING;
  return html`<section id="${id}">
<h2>${title}${size > 0 ? ` (${size})` : ''}</h2>
${parts}
</section>`;
}

/** A text as it was written; one line of it is a paragraph. */
export function block(text: string): Html {
  const shown = cut(text.replace(/\s+$/, ''), TEXT_LIMIT);
  return shown.includes('\n') ? html`<pre>${shown}</pre>` : html`<p class="said">${shown}</p>`;
}

/** A table that becomes a list of labelled lines on a phone; columns in which nothing stands are left out. */
export function table(head: readonly string[], rows: readonly (readonly (string | Html)[])[]): Html {
  const columns = head.flatMap((name, index) =>
    rows.some((row) => !isEmpty(row[index] ?? '')) ? [{ name, index }] : [],
  );
  const cell = (value: string | Html, name: string) =>
    isEmpty(value) ? html`<td></td>` : html`<td data-label="${name}">${value}</td>`;
  return html`<table>
<thead><tr>${columns.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${columns.map(({ name, index }) => cell(row[index] ?? '', name))}</tr>\n`)}</tbody>
</table>`;
}

function isEmpty(value: string | Html): boolean {
  return value === '' || (typeof value !== 'string' && value.html === '');
}
