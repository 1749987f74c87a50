import { expect, test } from 'vitest';
import { lastSeenNotes, listLines } from '../../../src/cli/lock-lines.ts';
import { renderLine } from '../../../src/cli/text.ts';
import type { HolderView, LockView } from '../../../src/store/locks/locks.ts';

const NOW = Date.parse('2026-11-23T05:00:00Z');
const PLACE = { remote: 'origin', now: NOW };

function held(...holders: readonly Partial<HolderView>[]): LockView {
  return {
    resource: 'api',
    mode: 'shared',
    holders: holders.map((holder) => ({ agent: 'ada', session: null, clone: 'c', ...holder })),
    paths: [],
    oid: 'a'.repeat(40),
    token: 1,
    reason: null,
    acquiredAt: '2026-11-23T04:00:00.000Z',
    expiresAt: '2026-11-23T06:00:00.000Z',
    scope: 'remote',
  } as unknown as LockView;
}

test('what was seen a minute ago counts as it is; what is older, or of unknown age, says so', () => {
  const at = (seenAt: string | null) => lastSeenNotes({ locks: [held({})], seenAt }, PLACE);
  expect(at('2026-11-23T04:59:00.000Z')).toEqual([]);
  expect(at('2026-11-23T04:57:00.000Z')).toEqual([
    'as last seen 2026-11-23 04:57 UTC (3 min ago): `agent-os locks --refresh` asks origin',
  ]);
  expect(at(null)).toEqual(['as last seen some time ago: `agent-os locks --refresh` asks origin']);
});

test('a release that waits for the remote is marked, beside those who go on holding', () => {
  const locks = [held({ releasing: true }, { agent: 'bob' as never })];
  expect(listLines(locks, NOW).map((line) => renderLine(line, false))[1]).toContain(
    'ada (released, waits for sync), bob',
  );
  expect(lastSeenNotes({ locks, seenAt: '2026-11-23T05:00:00.000Z' }, PLACE)).toHaveLength(1);
});
