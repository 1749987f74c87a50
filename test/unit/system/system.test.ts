import { uptime } from 'node:os';
import { describe, expect, it } from 'vitest';
import { isCloneId, isRecordId } from '../../../src/domain/names.ts';
import { openClock } from '../../../src/system/clock.ts';
import { hashText, openIds } from '../../../src/system/ids.ts';

describe('ids', () => {
  it('are ULIDs that sort in the order they were made', () => {
    const ids = openIds();
    const made = Array.from({ length: 1000 }, () => ids.record());
    expect(made.every(isRecordId)).toBe(true);
    expect([...made].sort()).toEqual(made);
  });

  it('have nonces that serve as clone ids and do not repeat', () => {
    const ids = openIds();
    const nonces = Array.from({ length: 1000 }, () => ids.nonce());
    expect(nonces.every(isCloneId)).toBe(true);
    expect(new Set(nonces).size).toBe(1000);
  });

  it('come from SHA-256 where they are derived', () => {
    expect(hashText('abc')).toMatch(/^ba7816bf8f01cfea/);
  });
});

describe('the clock', () => {
  it('tells uptime in milliseconds and one boot', () => {
    const clock = openClock();
    expect(Math.abs(clock.uptime() - uptime() * 1000)).toBeLessThan(60_000);
    expect(clock.bootId()).toBe(openClock().bootId());
  });
});
