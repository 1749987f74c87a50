import { expect, it } from 'vitest';
import { formatDuration, parseDuration, parseLease } from '../../../src/domain/duration.ts';

it.each([
  ['0s', 0],
  ['90s', 90],
  ['30m', 1800],
  ['2h', 7200],
  ['7d', 604_800],
])('%s is %i seconds, and is written so', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
  expect(formatDuration(seconds)).toBe(text);
});

it.each(['', '5', 'h', '-1h', '1.5h', '1h30m', ' 1h', '1w', '9999999999s', '10000d', '999999999h'])(
  '%j is refused',
  (text) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'BAD_VALUE' }));
  },
);

it('a lease lasts a second at least', () => {
  expect(parseLease('1s')).toBe(1);
  for (const text of ['0s', '0d', '000h'])
    expect(() => parseLease(text)).toThrow(expect.objectContaining({ code: 'BAD_VALUE' }));
});
