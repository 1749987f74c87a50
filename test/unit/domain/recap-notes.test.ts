import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AgentName, RecordId } from '../../../src/domain/names.ts';
import { formatRecapNote, joinNotes } from '../../../src/domain/recap-notes.ts';

const recap = (number: number, body = 'Done.', title = 'Title') =>
  formatRecapNote({
    ...{ id: `01M8${String(number).padStart(22, '0')}` as RecordId, agent: 'ada' as AgentName, title, body },
    at: '2026-11-23T08:00:00.000Z',
  });

test('a recap is a header with its body indented below', () => {
  expect(recap(1, '# Done\n\n- a\n', 'Log in\nnow')).toBe(
    'Recap 01M80000000000000000000001 by ada, 2026-11-23T08:00:00.000Z: Log in now\n\n    # Done\n\n    - a',
  );
});

test('no body passes for another recap, and none steers a terminal', () => {
  const forged = recap(1, `${recap(2, 'forged')}\n\u001b[31mred`);
  expect(forged).not.toContain('\u001b');
  expect(joinNotes([forged]).match(/^Recap /gm)).toHaveLength(1);
  expect(joinNotes([forged, recap(2, 'real')])).toContain('\n\n    real\n');
});

test('what people wrote by hand stays, before the recaps, once', () => {
  const joined = joinNotes(['reviewed by me\n\nsecond', recap(2), 'reviewed by me\n', recap(1)]);
  expect(joined).toBe(`reviewed by me\n\nsecond\n\n${recap(1)}\n\n${recap(2)}\n`);
  expect(joinNotes([])).toBe('');
});

test('joining is idempotent, commutative and associative', () => {
  const words = fc.string({
    unit: fc.constantFrom('a', 'b', ' ', '\n', '\n\n', '    ', recap(1), '\r\n'),
    maxLength: 12,
  });
  const note = fc.oneof(
    words,
    fc.tuple(fc.integer({ min: 1, max: 3 }), words).map(([number, body]) => recap(number, body)),
  );
  fc.assert(
    fc.property(fc.array(note, { maxLength: 4 }), note, note, (some, a, b) => {
      const all = joinNotes([...some, a, b]);
      expect(joinNotes([all])).toBe(all);
      expect(joinNotes([b, a, ...some.toReversed()])).toBe(all);
      expect(joinNotes([joinNotes([...some, a]), b])).toBe(all);
      expect(joinNotes([joinNotes(some), joinNotes([a, b])])).toBe(all);
    }),
    { numRuns: 2000 },
  );
});
