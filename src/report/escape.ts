/**
 * The one place where text of others becomes part of a page. Every function takes text as it was written and returns
 * text that the format shows and does not act on: no markup, no image, no mention that would tell somebody, no escape
 * sequence, no workflow command (`::…` at the start of a line, `##[…]` anywhere) when a page is printed in a CI log.
 */

/** Control, bidirectional and invisible format characters and lone surrogates; line feed and tab are not among them. */
const UNPRINTABLE =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;
/** Most of what people write. */
const PLAIN = /^[ -~\n\t]*$/;
/** Zero width space: breaks a word for machines, not for people. */
const BREAK = '\u200b';

/** Text with everything that would not be seen made visible (`\x1b`, `\u{202e}`); lines and tabs stay. */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(/\r\n?/g, '\n').replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** One line of at most `limit` characters. */
export function oneLine(text: string, limit: number): string {
  return cut(
    printable(text.slice(0, 20 * limit))
      .replace(/\s+/g, ' ')
      .trim(),
    limit,
  );
}

/** At most `limit` characters; says so when something is missing. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const characters = [...text];
  return characters.length > limit
    ? `${characters
        .slice(0, limit - 1)
        .join('')
        .trimEnd()}…`
    : text;
}

/** For the text of an HTML element and the value of a quoted attribute. */
export function forHtml(text: string): string {
  return printable(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;')
    .replace(/::/g, '&#58;&#58;')
    .replace(/##/g, '&#35;&#35;');
}

/**
 * For one line of Markdown, never at its beginning: nothing is emphasised, linked or shown as an image. `@name` and
 * `#123` get an invisible break, because hosts look for them in the rendered text, where a backslash is gone.
 */
export function forMarkdown(text: string, limit: number): string {
  return oneLine(text, limit)
    .replace(/[\\`*_{}[\]<>()|~&!$^=]|:(?=[/:])|#(?!\w)/g, '\\$&')
    .replace(/\bwww\./gi, (start) => `${start.slice(0, -1)}\\.`)
    .replace(/[@#](?=\w)/g, '$&&#8203;');
}

/** For HTML inside of Markdown, such as a summary: on one line, where Markdown is not read. */
export function forSummary(text: string, limit: number): string {
  return forHtml(oneLine(text, limit)).replace(/@(?=\w)|(?<!&)#(?=\w)/g, '$&&#8203;');
}

/** A Markdown code block with a text of several lines; its fence is longer than any in the text. */
export function fenced(text: string, limit: number): readonly string[] {
  const shown = cut(printable(text).replace(/\s+$/, ''), limit)
    .replace(/\t/g, '    ')
    .replace(/^(\s*):(?=:)/gm, `$1:${BREAK}`)
    .replace(/#(?=#(?:\[|vso\[))/gi, `#${BREAK}`)
    .replace(/@(?=\w)/g, `@${BREAK}`);
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, ...shown.split('\n'), fence];
}

/** JSON on several lines that any terminal or log prints as it is. */
export function forJson(value: unknown): string {
  return JSON.stringify(value, null, 2)
    .replace(UNPRINTABLE, (character) =>
      character
        .split('')
        .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join(''),
    )
    .replace(/##(?=\[|vso\[)/gi, '\\u0023#');
}
