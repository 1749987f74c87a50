import { expect, test } from 'vitest';
import { planWatermarks, type Stock } from '../../../src/app/maintenance-plan.ts';
import type { AgentName, RecordId } from '../../../src/domain/names.ts';
import { resolveConfig } from '../../../src/domain/schema/resolve-config.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-23T00:00:00Z');
const ADA = 'ada' as AgentName;

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** An id of a record that was made so many days ago. */
function id(daysAgo: number): RecordId {
  let digits = '';
  for (let rest = NOW - daysAgo * DAY; digits.length < 10; rest = Math.floor(rest / 32))
    digits = `${CROCKFORD[rest % 32]}${digits}`;
  return `${digits}ZZZZZZZZZZZZZZZZ` as RecordId;
}

const nothing: Stock = { messages: new Map(), sessions: new Map(), logs: new Map(), attachments: [] };
const plan = (stock: Partial<Stock>, known = {}) =>
  planWatermarks({ ...nothing, ...stock }, known, { policy: resolveConfig(null).retention, now: NOW });

test('read messages older than policy keeps go, younger ones stay', () => {
  const { messages } = plan({ messages: new Map([[ADA, { unread: [], read: [id(31), id(29)] }]]) });
  const mark = messages?.[ADA] ?? '';
  expect(id(31) < mark).toBe(true);
  expect(id(29) < mark).toBe(false);
});

test('a watermark never passes the oldest unread message', () => {
  const { messages } = plan({ messages: new Map([[ADA, { unread: [id(40)], read: [id(50), id(35)] }]]) });
  expect(messages?.[ADA]).toBe(id(40));
});

test('nothing old: no watermark is made or moved', () => {
  expect(plan({ messages: new Map([[ADA, { unread: [id(40)], read: [id(3)] }]]) })).toEqual({});
  const known = { messages: { [ADA]: id(100) } };
  expect(plan({ messages: new Map([[ADA, { unread: [], read: [id(3)] }]]) }, known)).toEqual(known);
});

test('a watermark is never lowered, and those of others stay', () => {
  const known = { messages: { [ADA]: id(1), bob: id(9) }, later: 'field' };
  expect(plan({ messages: new Map([[ADA, { unread: [], read: [id(31)] }]]) }, known)).toEqual(known);
});

test('sessions go up to the oldest that has not ended, logs by day', () => {
  const { sessions, logs } = plan({
    sessions: new Map([[ADA, { ended: [id(60), id(40)], other: [id(50)] }]]),
    logs: new Map([[ADA, ['2026-08-01', '2026-11-01']]]),
  });
  expect(sessions?.[ADA]).toBe(id(50));
  expect(logs?.[ADA]).toBe('2026-08-25');
});

test('files stay as long as a message that may have brought them', () => {
  const old = id(60);
  const messages = new Map([[ADA, { unread: [id(45)], read: [old] }]]);
  expect(plan({ messages, attachments: [old, id(45)] }).attachments).toBe(id(45));
  const kept = new Map([[ADA, { unread: [old], read: [] }]]);
  expect(plan({ messages: kept, attachments: [old] }).attachments).toBeUndefined();
});
