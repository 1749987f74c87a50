import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePathPattern } from '../../src/domain/locks/path-pattern.ts';
import { findCommonPath } from '../../src/domain/locks/pattern-overlap.ts';

const atom = fc.constantFrom(
  'a',
  'b',
  'c',
  '*',
  '?',
  '[ab]',
  '[!a]',
  '[a-b]',
  '{a,b}',
  '{a,bc}',
  '\\*',
  '-',
  '{a/b,c}',
);
const segment = fc.oneof(
  { weight: 1, arbitrary: fc.constant('**') },
  {
    weight: 5,
    arbitrary: fc
      .array(atom, { minLength: 1, maxLength: 4 })
      .map((atoms) => atoms.join('').replace(/\*{2,}/g, '*')),
  },
);
const glob = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join('/'))
  .filter((text) => text.split('{').length < 6);
const path = fc
  .array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '*', '-'), minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((segments) => segments.join('/'));

const RUNS = { numRuns: 3000 };

test('two globs that a path matches both overlap', () => {
  fc.assert(
    fc.property(glob, glob, fc.array(path, { minLength: 20, maxLength: 20 }), (one, other, paths) => {
      const [a, b] = [parsePathPattern(one), parsePathPattern(other)];
      if (paths.some((candidate) => a.matches(candidate) && b.matches(candidate))) {
        expect(findCommonPath(a, b)).not.toBeNull();
      }
    }),
    RUNS,
  );
});

test('two globs that overlap have a path that matches both', () => {
  fc.assert(
    fc.property(glob, glob, (one, other) => {
      const [a, b] = [parsePathPattern(one), parsePathPattern(other)];
      const common = findCommonPath(a, b);
      fc.pre(common !== null);
      expect([common, a.matches(common), b.matches(common)]).toEqual([common, true, true]);
    }),
    RUNS,
  );
});

test('whether two globs overlap does not depend on their order, and each overlaps itself', () => {
  fc.assert(
    fc.property(glob, glob, (one, other) => {
      const [a, b] = [parsePathPattern(one), parsePathPattern(other)];
      expect(findCommonPath(a, b) === null).toBe(findCommonPath(b, a) === null);
      expect(findCommonPath(a, a)).not.toBeNull();
    }),
    RUNS,
  );
});
