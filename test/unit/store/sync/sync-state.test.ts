import { describe, expect, it } from 'vitest';
import type { Oid } from '../../../../src/domain/names.ts';
import { addSightings, addTried, elapsed, parseSyncState } from '../../../../src/store/sync/sync-state.ts';

const oid = (digit: string) => digit.repeat(40) as Oid;
const at = { boot: 'one', uptime: 1_000, wall: 500_000 };
const later = { boot: 'one', uptime: 31_000, wall: 400_000 };
const empty = parseSyncState(null);

describe('sync state', () => {
  it('survives being written and read', () => {
    const outboxes = [
      { clone: 'x', oid: oid('1'), onBranch: false },
      { clone: 'y', oid: oid('2'), onBranch: true },
    ];
    const state = addSightings(addTried(empty, oid('3')), { branch: oid('4'), outboxes, at });
    expect(parseSyncState(JSON.parse(JSON.stringify(state)))).toEqual(state);
    expect(state.settled).toEqual({ branch: oid('4'), outboxes: [oid('2')] });
  });

  it('is empty where the document is broken', () => {
    for (const broken of [null, 7, [], { tried: 'x', settled: [], waiting: { a: { oid: 'x' }, b: null } }]) {
      expect(parseSyncState(broken)).toEqual({
        tried: [],
        settled: { branch: null, outboxes: [] },
        waiting: {},
      });
    }
  });

  it('counts how long an outbox waits from when that value was first seen', () => {
    const see = (state: typeof empty, value: string, when: typeof at) =>
      addSightings(state, {
        branch: null,
        outboxes: [{ clone: 'x', oid: oid(value), onBranch: false }],
        at: when,
      });
    const first = see(empty, '1', at);
    expect(see(first, '1', later).waiting['x']?.since).toEqual(at);
    expect(see(first, '2', later).waiting['x']?.since).toEqual(later);
  });

  it('measures an age by uptime within a boot, by wall time across boots, and never below zero', () => {
    expect(elapsed(at, later)).toBe(30_000);
    expect(elapsed(at, { boot: 'two', uptime: 5, wall: 507_000 })).toBe(7_000);
    expect(elapsed(at, { boot: 'two', uptime: 5, wall: 1 })).toBe(0);
  });

  it('keeps the latest hundred values that were tried, each once', () => {
    const hex = (n: number) => n.toString(16).padStart(40, '0') as Oid;
    let state = empty;
    for (let n = 0; n < 150; n += 1) state = addTried(state, hex(n));
    state = addTried(state, hex(60));
    expect(state.tried).toHaveLength(100);
    expect(state.tried.at(-1)).toBe(hex(60));
    expect(state.tried).not.toContain(hex(49));
  });
});
