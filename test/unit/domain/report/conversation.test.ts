import { describe, expect, test } from 'vitest';
import type { AgentName } from '../../../../src/domain/names.ts';
import { selectMessages } from '../../../../src/domain/report/conversation.ts';
import { ago, HOUR, id, message, NOW, session } from './records.ts';

const ada = session('ada', 1);
const select = (...messages: Parameters<typeof selectMessages>[0][number][]) =>
  selectMessages(messages, [ada], NOW);

describe('shown is', () => {
  test('what a session of the range sent', () => {
    expect(select(message(5, { session: ada.id }))).toMatchObject([{ id: id(5), session: ada.id }]);
  });

  test('what its agent sent meanwhile without a session', () => {
    expect(select(message(5))).toMatchObject([{ session: ada.id }]);
    expect(select(message(5, { sent_at: ago(2 * HOUR) }))).toEqual([]);
  });

  test('an answer in its thread', () => {
    const answer = message(6, {
      from: 'bob' as AgentName,
      to: 'ada' as AgentName,
      thread: id(5),
      reply_to: id(5),
    });
    expect(select(message(5), answer).map((one) => [one.id, one.session])).toEqual([
      [id(5), ada.id],
      [id(6), null],
    ]);
  });

  test('a question to its agent that was never acknowledged', () => {
    const asked = message(6, { from: 'eve' as AgentName, to: 'ada' as AgentName, ack_required: true });
    expect(select(asked)).toMatchObject([{ from: 'eve', waitingFor: ['ada'] }]);
    expect(select({ ...asked, acked_at: ago(0) })).toEqual([]);
    expect(select({ ...asked, ack_required: false })).toEqual([]);
  });

  test('a task that its agent has not done', () => {
    const task = message(6, { kind: 'task', from: 'eve' as AgentName, to: 'ada' as AgentName });
    expect(select(task)).toMatchObject([{ from: 'eve', openFor: ['ada'] }]);
    expect(select({ ...task, accepted_at: ago(0) })).toMatchObject([{ openFor: ['ada'] }]);
    expect(select({ ...task, closed_at: ago(0), outcome: 'declined' })).toEqual([]);
    expect(select(message(5, { kind: 'task', closed_at: ago(0) }))).toMatchObject([{ openFor: [] }]);
  });

  test('nothing of another session of the same agent', () => {
    expect(select(message(5, { session: id(9) }))).toEqual([]);
  });
});

test('a message to several is one, with those who owe an answer', () => {
  const copies = ['bob', 'eve', 'zoe'].map((to) =>
    message(5, { to: to as AgentName, ack_required: true, ...(to === 'eve' && { acked_at: ago(0) }) }),
  );
  expect(select(...copies)).toMatchObject([{ to: ['bob', 'eve', 'zoe'], waitingFor: ['bob', 'zoe'] }]);
});
