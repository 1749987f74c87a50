/**
 * JSON in ASCII, on one line: every other character is escaped, so that no terminal, log or printer on the way changes
 * or obeys it.
 */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text as XML in ASCII; characters that XML 1.0 forbids become U+FFFD. */
export function asciiXml(text: string): string {
  let escaped = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const isForbidden =
      (code < 0x20 && !/[\t\n\r]/.test(character)) ||
      (code >= 0xd800 && code <= 0xdfff) ||
      code === 0xfffe ||
      code === 0xffff;
    if (isForbidden) escaped += '&#xFFFD;';
    else if (code > 0x7e || code < 0x20 || /[<>&"']/.test(character)) escaped += `&#x${code.toString(16)};`;
    else escaped += character;
  }
  return escaped;
}

/** One line of Markdown that shows the text and nothing else: no markup, no HTML, no link, nobody is mentioned. */
export function plainMarkdown(text: string, limit = 300): string {
  const characters = [
    ...text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\s]+/gu, ' ').trim(),
  ];
  const line =
    characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : characters.join('');
  return line
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/@/g, '&#64;')
    .replace(/[\\`*_{}[\]()#+!|~-]/g, '\\$&')
    .replace(/:\/\//g, ':&#47;&#47;')
    .replace(/\bwww\./gi, 'www&#46;');
}
