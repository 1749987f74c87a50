import { AgentOsError } from '../domain/errors.ts';

/** A message, a log entry or a recap: 1 MiB of UTF-8. */
export const TEXT_LIMIT = 1024 * 1024;

/**
 * Bytes as text, exactly: NUL, CRLF, escape sequences and a byte order mark stay.
 * @param what - names the text in the error, for example `the message`
 * @throws AgentOsError BAD_VALUE with the offset of the first byte that is not UTF-8
 */
export function decodeInput(bytes: Uint8Array, what: string): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const offset = findDifference(bytes, new TextEncoder().encode(text));
  if (offset === null) return text;
  throw new AgentOsError('BAD_VALUE', `${what} is not UTF-8: byte ${offset} fits no character`, {
    hint: 'Convert it, for example with `iconv -f latin1 -t utf-8`, or attach it as a file.',
    data: { offset },
  });
}

/** Bytes as text, come what may: what fits no character becomes U+FFFD. For texts that are better odd than refused. */
export function decodeLeniently(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/**
 * @returns the text as it was given
 * @throws AgentOsError BAD_VALUE when there is nothing in it, TOO_LARGE over `limit` bytes of UTF-8
 */
export function checkText(text: string, what: string, limit = TEXT_LIMIT): string {
  if (text.trim() === '') {
    throw new AgentOsError('BAD_VALUE', `${what} is empty`, {
      hint: 'Say it in words; `-` reads them from stdin.',
    });
  }
  const size = new TextEncoder().encode(text).length;
  if (size > limit) throw tooLarge(what, size, limit);
  return text;
}

/** A text's first line that says something, without control characters, cut at `limit` characters. */
export function firstLine(text: string, limit: number): string {
  const lines = text.split(/[\r\n]+/, 200).map((line) =>
    line
      .slice(0, 4 * limit)
      .replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ')
      .trim(),
  );
  const line = [...(lines.find((candidate) => candidate !== '') ?? '')];
  return line.length > limit ? `${line.slice(0, limit - 1).join('')}…` : line.join('');
}

export function tooLarge(what: string, size: number, limit: number): AgentOsError {
  return new AgentOsError('TOO_LARGE', `${what} has ${size} bytes (at most ${limit})`, {
    hint: 'Attach it as a file with --attach, or commit it and say where it is.',
    data: { size, limit },
  });
}

/** The first byte of the input that a decoder replaced: there the bytes and their round trip differ. */
function findDifference(before: Uint8Array, after: Uint8Array): number | null {
  const length = Math.max(before.length, after.length);
  for (let index = 0; index < length; index += 1) {
    if (before[index] === after[index]) continue;
    let start = index;
    while (start > 0 && ((after[start] ?? 0) & 0xc0) === 0x80) start -= 1;
    return start;
  }
  return null;
}
