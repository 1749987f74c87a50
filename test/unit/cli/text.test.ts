import { expect, test } from 'vitest';
import {
  bad,
  escapeForTerminal,
  paragraph,
  renderLine,
  strong,
  table,
  wantsColour,
} from '../../../src/cli/text.ts';

test('text cannot make a terminal do anything', () => {
  expect(escapeForTerminal('\x1b]0;title\x07 \x9b31m')).toBe('\\x1b]0;title\\x07 \\x9b31m');
  expect(escapeForTerminal('one\ntwo\r\tthree')).toBe('one\\ntwo\\x0d\\tthree');
  expect(escapeForTerminal('admin\u202egpj.exe')).toBe('admin\\u{202e}gpj.exe');
  expect(escapeForTerminal('\ud800')).toBe('\\u{d800}');
});

test('emoji and accents stay as they are', () => {
  expect(escapeForTerminal('👩‍💻 é 漢字')).toBe('👩‍💻 é 漢字');
});

test('a styled piece is escaped inside its style', () => {
  expect(renderLine(['a ', bad('\x1b[0mb')], true)).toBe('a \x1b[31m\\x1b[0mb\x1b[39m');
  expect(renderLine(['a ', bad('\x1b[0mb')], false)).toBe('a \\x1b[0mb');
});

test('columns line up with styles, wide characters and escapes in them', () => {
  const lines = table([
    [strong('NAME'), 'WHO'],
    ['漢字', 'x'],
    ['a\tb', 'y'],
    ['👩', 'z'],
  ]);
  expect(lines.map((line) => renderLine(line, false))).toEqual([
    'NAME  WHO',
    '漢字  x',
    'a\\tb  y',
    '👩    z',
  ]);
});

test('a paragraph is indented, so that its lines cannot pass for the program', () => {
  const lines = paragraph('one\r\nerror: two\n\nthree\n');
  expect(lines.map((line) => renderLine(line, false))).toEqual(['  one', '  error: two', '', '  three']);
});

test.each([
  ['a terminal', { isTTY: true }, {}, true],
  ['a pipe', { isTTY: false }, {}, false],
  ['a terminal in CI', { isTTY: true }, { CI: 'true' }, false],
  ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
  ['NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, true],
  ['FORCE_COLOR in a pipe in CI', { isTTY: false }, { FORCE_COLOR: '1', CI: '1' }, true],
  ['FORCE_COLOR=0', { isTTY: true }, { FORCE_COLOR: '0' }, false],
])('colour on %s', (_, stream, env, expected) => {
  expect(wantsColour(stream, env)).toBe(expected);
});
