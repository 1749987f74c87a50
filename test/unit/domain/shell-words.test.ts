import { expect, it } from 'vitest';
import { splitWords } from '../../../src/domain/shell-words.ts';

it.each([
  ['a  b\tc\nd', ['a', 'b', 'c', 'd']],
  ['  ', []],
  [`a 'b c' "d e"`, ['a', 'b c', 'd e']],
  [`a'b'"c"d`, ['abcd']],
  [`'' ""`, ['', '']],
  ['a\\ b \\" \\\\', ['a b', '"', '\\']],
  [`'a\\b' "a\\b\\"c\\$"`, ['a\\b', 'a\\b"c$']],
  ['$HOME `id` * ~ ;', ['$HOME', '`id`', '*', '~', ';']],
  ['a\\', ['a\\']],
  ['\u00e4 \ud83d\udc4b', ['\u00e4', '\ud83d\udc4b']],
])('%j', (line, words) => {
  expect(splitWords(line)).toEqual(words);
});

it.each([`'a`, `"a`, `a "b 'c'`])('%j has no end', (line) => {
  expect(() => splitWords(line)).toThrow('has no end');
});
