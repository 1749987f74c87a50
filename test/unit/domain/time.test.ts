import { expect, test } from 'vitest';
import { formatDistance, formatMoment, formatSpan } from '../../../src/domain/time.ts';

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [40_400, '40 s'],
  [59_600, '60 s'],
  [61_000, '1 min 1 s'],
  [7_500_000, '2 h 5 min'],
  [7_200_000 + 5000, '2 h'],
  [7_200_000 - 800, '2 h'],
  [86_400_000 - 800, '24 h'],
  [90_000_000, '1 d 1 h'],
])('a span of %i ms is %s', (span, text) => expect(formatSpan(span)).toBe(text));

test('a distance says which way', () => {
  const now = Date.parse('2026-11-23T05:00:00Z');
  expect(formatDistance('2026-11-23T05:58:00Z', now)).toBe('in 58 min');
  expect(formatDistance('2026-11-23T04:59:55Z', now)).toBe('5 s ago');
});

test('a moment is to the minute, and text that is no time stays', () => {
  expect(formatMoment('2026-11-23T05:00:59.123Z')).toBe('2026-11-23 05:00 UTC');
  expect(formatMoment('soon')).toBe('soon');
});
