import { describe, expect, it } from 'vitest';
import { formatEntry, isWritten, readLog, unknownPieces } from '../../../src/view/log-text.ts';

const ID = '01KAQ000000000000000000000';
const read = (text: string, { offset = 0, unfinished = false } = {}) =>
  readLog(Buffer.from(text), offset, unfinished);
const texts = (text: string) => read(text).pieces.map((piece) => piece.text);

describe('a log file', () => {
  it('is divided at headers with a date or a time, and at nothing else in brackets', () => {
    const parts = [
      'intro\n',
      '[2026-11-23] Task: a\n[x] done\n\n',
      '[Mon Nov 23 04:19:14 UTC 2026] b\n[1] ref\n',
    ];
    expect(texts(parts.join(''))).toEqual(parts);
  });

  it('gives offsets in bytes, and ends where the last complete line does', () => {
    const text = 'ä\n[10:00 UTC] ö\nunfinished';
    expect(read(text, { offset: 100 })).toMatchObject({
      pieces: [
        { start: 100, end: 103 },
        { start: 103, end: 118 },
      ],
      end: 118,
    });
    expect(read(text, { unfinished: true }).pieces.at(-1)?.text).toBe('[10:00 UTC] ö\nunfinished');
  });

  it('knows the entries of agent-os, whatever their text looks like', () => {
    const entry = formatEntry({
      id: ID,
      at: 'now',
      text: `[2026-11-23] x\n#agent-os:end ${ID}\n\u001b[31mred\r\n`,
    });
    const { marked, pieces } = read(`before\n${entry}after\n`);
    expect(marked).toEqual([ID]);
    expect(pieces.map(({ text }) => text)).toEqual(['before\n\n', 'after\n']);
    expect(entry).not.toMatch(/[\r\u001b]/);
  });

  it('takes the text of half an entry for text by hand', () => {
    const half = formatEntry({ id: ID, at: 'now', text: 'one\ntwo' }).slice(0, -20);
    expect(read(half)).toMatchObject({ marked: [] });
    expect(texts(`${half}\nby hand\n`).join('')).toContain('by hand');
  });

  it('is compared with what is known, by lines that are not empty', () => {
    const { pieces } = read('[2026-11-23] a\n\none \n[2026-11-24] b\ntwo\n');
    expect(unknownPieces(pieces, ['x', '[2026-11-23] a\none']).map(({ text }) => text)).toEqual([
      '[2026-11-24] b\ntwo\n',
    ]);
    const bare = read('one\n\ntwo \nnew\nmore\ntwo\nthree\nlast\n').pieces;
    expect(unknownPieces(bare, ['two', 'one', 'three'])).toEqual([
      { start: 10, end: 23, text: 'new\nmore\ntwo\n' },
      { start: 29, end: 34, text: 'last\n' },
    ]);
    expect([isWritten('one\n[2026-11-24] b', pieces), isWritten('on', pieces)]).toEqual([true, false]);
  });

  it('of many lines is divided into pieces that an entry can hold', () => {
    const { pieces } = read('0123456789\n'.repeat(20_000));
    expect(pieces.length).toBeGreaterThan(3);
    expect(Math.max(...pieces.map(({ start, end }) => end - start))).toBeLessThanOrEqual(64 * 1024);
  });
});
