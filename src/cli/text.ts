/** Text for terminals: commands build lines of plain and styled pieces, the printer alone makes bytes of them. */

export type Style = 'strong' | 'dim' | 'good' | 'warn' | 'bad';

export interface Styled {
  readonly text: string;
  readonly style: Style;
}

export type Piece = string | Styled;
/** One line without its line end; nothing in it needs to be escaped by who builds it. */
export type Line = Piece | readonly Piece[];

const SGR: Record<Style, readonly [number, number]> = {
  strong: [1, 22],
  dim: [2, 22],
  good: [32, 39],
  warn: [33, 39],
  bad: [31, 39],
};

export const strong = (text: string): Styled => ({ text, style: 'strong' });
export const dim = (text: string): Styled => ({ text, style: 'dim' });
export const good = (text: string): Styled => ({ text, style: 'good' });
export const warn = (text: string): Styled => ({ text, style: 'warn' });
export const bad = (text: string): Styled => ({ text, style: 'bad' });

/**
 * Text that no terminal acts on: control characters (tab and line feed too), escape sequences, bidirectional and
 * invisible format characters and lone surrogates are shown as `\x1b` or `\u{202e}`. Emoji joiners stay.
 */
export function escapeForTerminal(text: string): string {
  return text
    .replace(/\n/g, '\\n')
    .replace(/\t/g, '\\t')
    .replace(
      /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu,
      (c) => {
        const code = c.codePointAt(0) ?? 0;
        return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
      },
    );
}

/** Untrusted text of several lines as lines of output, indented so that it cannot pass for the program's own words. */
export function paragraph(text: string, indent = '  '): Line[] {
  return text
    .replace(/(?:\r?\n)+$/, '')
    .split(/\r?\n/)
    .map((line) => (line === '' ? '' : [indent, line]));
}

/** A line two columns further in. */
export function indented(line: Line): Line {
  return ['  ', line].flat();
}

/** Rows as left-aligned columns two spaces apart; the last column is not padded. */
export function table(rows: readonly (readonly Piece[])[]): Line[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
    });
  }
  return rows.map((row) =>
    row.flatMap((cell, column) => {
      const gap = (widths[column] ?? 0) - displayWidth(cell) + 2;
      return column === row.length - 1 ? [cell] : [cell, ' '.repeat(gap)];
    }),
  );
}

/** Bytes-to-be of one line, escaped, with colour only when asked for. */
export function renderLine(line: Line, colour: boolean): string {
  const pieces: readonly Piece[] = typeof line === 'string' || 'style' in line ? [line] : line;
  return pieces
    .map((piece) => renderPiece(piece, colour))
    .join('')
    .trimEnd();
}

function renderPiece(piece: Piece, colour: boolean): string {
  if (typeof piece === 'string') return escapeForTerminal(piece);
  const text = escapeForTerminal(piece.text);
  if (!colour || text === '') return text;
  const [on, off] = SGR[piece.style];
  return `\x1b[${on}m${text}\x1b[${off}m`;
}

/** Columns that a terminal uses: two for wide East Asian characters and emoji, none for combining marks. */
function displayWidth(piece: Piece): number {
  let width = 0;
  for (const character of escapeForTerminal(typeof piece === 'string' ? piece : piece.text)) {
    if (/^(?:\p{M}|\p{Cf})$/u.test(character)) continue;
    width +=
      /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]$/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

/**
 * Whether to colour a stream: FORCE_COLOR and NO_COLOR (force-color.org, no-color.org) decide, then whether it is a
 * capable terminal outside CI.
 */
export function wantsColour(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false';
  return stream.isTTY === true && !env['CI'] && env['TERM'] !== 'dumb';
}
