import { describe, expect, test } from 'vitest';
import { judgeTakeover, type Moment } from '../../../../src/domain/locks/takeover.ts';

const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 10, 23);
const rules = { grace: 10, maxSkew: 600, maxUnvouchedSkew: 86_400 };
const at = (elapsed: number, options: { boot?: string; jump?: number } = {}): Moment => ({
  wall: T0 + elapsed + (options.jump ?? 0),
  uptime: 1000 + elapsed,
  bootId: options.boot ?? 'boot-1',
});
const term = { ttl: 7200, renewedAt: T0, expiresAt: T0 + 2 * HOUR };
const judge = (firstSeen: Moment | null, now: Moment, lease = term) =>
  judgeTakeover({ term: lease, firstSeen, now, rules });

describe('a lease may be taken over', () => {
  test('once this clone has watched it for ttl and grace on its uptime, whatever the wall clock says', () => {
    expect(judge(at(0), at(2 * HOUR + 9_999, { jump: -HOUR })).allowed).toBe(false);
    expect(judge(at(0), at(2 * HOUR + 10_000, { jump: -HOUR })).allowed).toBe(true);
  });

  test('not by the uptime of another boot', () => {
    expect(judge(at(0), at(2 * HOUR + 10_000, { boot: 'boot-2' })).allowed).toBe(false);
  });

  test('by wall clock, max_skew after its end, if it was seen when it was fresh', () => {
    const reboot = { boot: 'boot-2' };
    expect(judge(at(60_000), at(2 * HOUR + 600_000, reboot)).allowed).toBe(false);
    expect(judge(at(60_000), at(2 * HOUR + 600_001, reboot)).allowed).toBe(true);
  });

  test('not by wall clock alone: the writer’s clock may be an hour slow', () => {
    const slow = { ttl: 1800, renewedAt: T0 - HOUR, expiresAt: T0 - HOUR / 2 };
    expect(judge(at(0), at(0), slow).allowed).toBe(false);
    expect(judge(null, at(0), slow).allowed).toBe(false);
  });

  test('a day after its end when nothing vouches for its age', () => {
    expect(judge(null, at(26 * HOUR)).allowed).toBe(false);
    expect(judge(null, at(26 * HOUR + 1)).allowed).toBe(true);
  });
});

test('until then it says when, at the earliest', () => {
  const watched = judge(at(0), at(HOUR));
  expect(watched).toMatchObject({ allowed: false, notBefore: T0 + 2 * HOUR + 10_000 });
  const unseen = judge(null, at(HOUR));
  expect(unseen).toMatchObject({ allowed: false, notBefore: T0 + 3 * HOUR + 10_000 });
});
