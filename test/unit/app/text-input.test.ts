import { describe, expect, it } from 'vitest';
import { checkText, decodeInput, firstLine, TEXT_LIMIT } from '../../../src/app/text-input.ts';
import { AgentOsError } from '../../../src/domain/errors.ts';

const offsetOf = (...bytes: number[]) => {
  try {
    decodeInput(Uint8Array.from(bytes), 'standard input');
    return null;
  } catch (error) {
    return error instanceof AgentOsError && error.code === 'BAD_VALUE' ? error.data['offset'] : error;
  }
};

describe('bytes from outside', () => {
  it('keep NUL, CRLF, escape sequences and a byte order mark', () => {
    const text = '\ufeffa\0b\r\nc\x1b[31m\n';
    expect(decodeInput(new TextEncoder().encode(text), 'standard input')).toBe(text);
  });

  it('may contain the replacement character itself', () => {
    expect(offsetOf(0x61, 0xef, 0xbf, 0xbd, 0x62)).toBeNull();
  });

  it.each([
    ['a lone continuation byte', 2, [0x61, 0x62, 0x80]],
    ['a byte that begins nothing', 0, [0xff]],
    ['a character cut off at the end', 1, [0x61, 0xef, 0xbf]],
    ['a character cut off in the middle', 1, [0x61, 0xe2, 0x82, 0x62]],
    ['an overlong NUL', 0, [0xc0, 0x80]],
    ['a surrogate', 3, [0x61, 0x62, 0x63, 0xed, 0xa0, 0x80]],
    ['an error after a real replacement character', 3, [0xef, 0xbf, 0xbd, 0xfe]],
  ])('are refused at the offset of %s', (_what, offset, bytes) => {
    expect(offsetOf(...bytes)).toBe(offset);
  });
});

describe('a text', () => {
  it('may have exactly the limit in bytes, and not one more', () => {
    const text = `${'é'.repeat(TEXT_LIMIT / 2 - 1)}ab`;
    expect(checkText(text, 'the message')).toBe(text);
    expect(() => checkText(`${text}c`, 'the message')).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE', data: { size: TEXT_LIMIT + 1, limit: TEXT_LIMIT } }),
    );
  });

  it('says something', () => {
    expect(() => checkText(' \n\t', 'the task')).toThrow(expect.objectContaining({ code: 'BAD_VALUE' }));
  });
});

describe('a first line', () => {
  it('is the first that says something, on one line, without control characters', () => {
    expect(firstLine('\r\n  \n \x1b[1mHello\tworld\x07 \nmore', 50)).toBe('[1mHello world');
  });

  it('is cut between characters', () => {
    expect(firstLine('👋'.repeat(30), 10)).toBe(`${'👋'.repeat(9)}…`);
  });

  it('of a megabyte without line ends is found at once', () => {
    expect(firstLine('x'.repeat(TEXT_LIMIT), 5)).toBe('xxxx…');
  });
});
