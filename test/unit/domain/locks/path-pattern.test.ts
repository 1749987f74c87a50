import { describe, expect, test } from 'vitest';
import { parsePathPattern } from '../../../../src/domain/locks/path-pattern.ts';
import { findCommonPath } from '../../../../src/domain/locks/pattern-overlap.ts';

test.each([
  ['src', ['src', 'src/a', 'src/a/b'], ['srca', 'a/src']],
  ['./src/', ['src', 'src/a'], ['lib']],
  ['.', ['a', 'a/b', '.env'], []],
  ['src/**', ['src/a', 'src/a/b', 'src/.env'], ['src', 'lib/a']],
  ['src/*', ['src/a', 'src/.env'], ['src', 'src/a/b']],
  ['**/*.ts', ['a.ts', 'src/b.ts'], ['a.tsx']],
  ['a/**/b', ['a/b', 'a/x/y/b'], ['a/bc']],
  ['*.{ts,js}', ['a.ts', 'a.js'], ['a.md', 'a.{ts,js}']],
  ['{src/{a,b},docs}', ['src/a', 'src/b/x', 'docs/y'], ['src/c']],
  ['[a-c]?.md', ['a1.md', 'cx.md'], ['d1.md', 'a.md']],
  ['[!a]', ['b'], ['a', 'bc']],
  ['src/routes/(app)/\\[id\\]', ['src/routes/(app)/[id]/page.ts'], ['src/routes/app/i']],
  ['a+b @c', ['a+b @c'], ['aab @c']],
])('%s', (glob, matching, others) => {
  const pattern = parsePathPattern(glob);
  expect(matching.filter((path) => !pattern.matches(path))).toEqual([]);
  expect(others.filter((path) => pattern.matches(path))).toEqual([]);
});

test.each([
  '',
  '/etc/passwd',
  'C:\\x',
  '..',
  'a/../b',
  'a/\\.\\./b',
  '!src',
  '@(a|b)',
  'a**b',
  '{a',
  'a}',
  '{a}',
  '{,a}',
  '[a',
  '[]',
  '[z-a]',
  'src\\api',
  'a\u0000b',
  'x'.repeat(1001),
  '{a,b}'.repeat(7),
])('%j is refused with a hint', (glob) => {
  expect(() => parsePathPattern(glob)).toThrow(
    expect.objectContaining({ code: 'BAD_VALUE', hint: expect.stringContaining('relative') }),
  );
});

describe('overlap', () => {
  test.each([
    ['src/**', 'src/api/auth.ts', 'src/api/auth.ts'],
    ['src/*/auth.ts', 'src/api', 'src/api/auth.ts'],
    ['**/a', 'b/**', 'b/a'],
    ['*.ts', '*.js', null],
    ['src/*', 'src/a/b', null],
    ['src', 'srca', null],
    ['[a-m]*', '[m-z]*', 'm'],
    ['[!a]', '[!b]', 'c'],
    ['[!a]', 'a', null],
  ])('%s and %s: %s', (one, other, common) => {
    expect(findCommonPath(parsePathPattern(one), parsePathPattern(other))).toBe(common);
  });
});
