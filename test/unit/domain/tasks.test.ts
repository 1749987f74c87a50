import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinRecords } from '../../../src/domain/join/records.ts';
import type { AgentName, RecordId } from '../../../src/domain/names.ts';
import type { OperationId } from '../../../src/domain/operation.ts';
import type { Message } from '../../../src/domain/schema/message.ts';
import { isOpenTask, type TaskStep, takeStep, taskState } from '../../../src/domain/tasks.ts';
import type { YamlMap } from '../../../src/domain/yaml.ts';

const TASK: Message = {
  id: '01M83HE2C0E969EC272B40F9EB' as RecordId,
  thread: '01M83HE2C0E969EC272B40F9EB' as RecordId,
  kind: 'task',
  from: 'a' as AgentName,
  to: 'b' as AgentName,
  subject: 'add-tests',
  body: 'add-tests',
  priority: 'normal',
  ack_required: false,
  sent_at: '2026-11-23T04:00:00.000Z',
  attachments: [],
  op: '001795406400000-4k2f9q0zt7m1x8ce-01M83HE2C0E969EC272B40F9EB' as OperationId,
};
const at = (minute: number) => `2026-11-23T05:${String(minute).padStart(2, '0')}:00.000Z`;
const answered = (message: Message, step: TaskStep, minute = 1, answer: string | null = null) =>
  takeStep(message, step, { at: at(minute), answer });

describe('a task', () => {
  it('is open, then accepted, then closed for good', () => {
    const accepted = answered(TASK, 'accept');
    expect(taskState(TASK)).toBe('open');
    expect(accepted).toMatchObject({ accepted_at: at(1), read_at: at(1), read_by: 'b' });
    if (accepted === null) throw new Error('not accepted');
    expect(answered(accepted, 'accept', 2)).toBe(accepted);
    const done = answered(accepted, 'done', 3, 'ready');
    expect(done).toMatchObject({ closed_at: at(3), outcome: 'done', answer: 'ready', accepted_at: at(1) });
    if (done === null) throw new Error('not done');
    expect([isOpenTask(TASK), isOpenTask(accepted), isOpenTask(done)]).toEqual([true, true, false]);
    expect(answered(done, 'done', 4)).toBe(done);
    expect([answered(done, 'decline', 4), answered(done, 'accept', 4)]).toEqual([null, null]);
  });

  it('is only what was sent as one', () => {
    const message: Message = { ...TASK, kind: 'message' };
    expect([taskState(message), isOpenTask(message), answered(message, 'accept')]).toEqual([
      null,
      false,
      null,
    ]);
  });
});

/** What a clone has made of the task, alone. */
const versions = fc
  .array(
    fc.record({
      step: fc.constantFrom<TaskStep>('accept', 'decline', 'done'),
      minute: fc.nat(59),
      answer: fc.option(fc.constantFrom('x', 'y')),
    }),
    { maxLength: 3 },
  )
  .map((steps) =>
    steps.reduce<Message>(
      (message, { step, minute, answer }) => answered(message, step, minute, answer) ?? message,
      TASK,
    ),
  );
const join = (a: Message, b: Message): Message =>
  joinRecords('message', a as unknown as YamlMap, b as unknown as YamlMap) as unknown as Message;

describe('different answers joined', () => {
  it('are the same in any order and grouping, and the earlier end counts as a whole', () => {
    fc.assert(
      fc.property(versions, versions, versions, (a, b, c) => {
        const all = join(join(a, b), c);
        expect(join(a, join(b, c))).toEqual(all);
        expect(join(join(c, b), a)).toEqual(all);
        expect(join(all, a)).toEqual(all);
        const ends = [a, b, c].filter(({ closed_at }) => closed_at !== undefined);
        const first = ends.map(({ closed_at = '' }) => closed_at).sort()[0];
        expect(all.closed_at).toBe(first);
        const isSame = ({ closed_at, outcome, answer }: Message) =>
          closed_at === first && outcome === all.outcome && answer === all.answer;
        expect(ends.length === 0 || ends.some(isSame)).toBe(true);
      }),
    );
  });
});
