import { expect, test } from 'vitest';
import { planTimeline } from '../../../src/report/timeline.ts';
import { sampleReport } from '../../support/sample-report.ts';

test('everything stands within the time from the first start to the last end', () => {
  const timeline = planTimeline(sampleReport());
  expect(timeline?.lanes.map((lane) => (lane.kind === 'lock' ? lane.resource : lane.session.agent))).toEqual([
    'go-backend',
    'api-contracts',
    'database-specialist',
    'database-schema',
    'sveltekit-specialist',
    'web-routes',
  ]);
  const [first, locks, , , last] = timeline?.lanes ?? [];
  expect(first).toMatchObject({ bar: { from: 0, to: 56.67 } });
  expect(locks).toMatchObject({
    holdings: [{ bar: { from: 16.67, to: 20 } }, { bar: { from: 41.67, to: 55.83 } }],
  });
  expect(last).toMatchObject({ bar: { to: 100 } });
  expect(timeline?.ticks.map(({ label }) => label)).toEqual(['08:00', '10:00', '12:00', '14:00']);
});

test('a stale session ends where it was last heard of', () => {
  const report = sampleReport();
  const sessions = report.sessions.map((session) => ({ ...session, stale: session.status === 'active' }));
  const timeline = planTimeline({ ...report, locks: [], sessions, generatedAt: '2027-06-01T00:00:00Z' });
  expect(timeline?.end).toBe(Date.parse('2026-11-23T13:24:00Z'));
});

test.each([
  ['a moment', '2026-11-23T08:00:00Z', ['08:00', '08:01']],
  ['a night', '2026-11-24T02:00:00Z', ['12:00', '18:00', 'Nov 24']],
  ['a week', '2026-11-30T08:00:00Z', ['Nov 25', 'Nov 27', 'Nov 29']],
  ['years', '2029-11-23T08:00:00Z', ['Dec 2026', 'Dec 2027', 'Dec 2028']],
])('%s has few ticks with names of their own', (_, end, labels) => {
  const report = sampleReport({ commits: 0, messages: 0 });
  const [session] = report.sessions;
  const sessions = session === undefined ? [] : [{ ...session, endedAt: end, lastSeenAt: end }];
  const ticks = planTimeline({ ...report, sessions, locks: [] })?.ticks ?? [];
  expect(ticks.map(({ label }) => label)).toEqual(labels);
});

test('nothing is drawn where nobody is known', () => {
  expect(planTimeline({ ...sampleReport(), sessions: [] })).toBeNull();
});

test('what is not drawn for its number is counted', () => {
  const report = sampleReport();
  const [session] = report.sessions;
  const many = Array.from({ length: 70 }, () => session).filter((one) => one !== undefined);
  expect(planTimeline({ ...report, sessions: many })?.left).toBe(10);
});
