import { describe, expect, it } from 'vitest';
import { findEdits } from '../../../src/view/state-edit.ts';

const state = (changes: string[], more: Record<string, string> = {}) => ({
  critical_context: { recent_changes: changes, ...more },
});
const append = (value: string, nth = 0) => ({
  kind: 'append',
  path: ['critical_context', 'recent_changes'],
  value,
  nth,
});

describe('edits of a copy of the project state', () => {
  it('are none when the copy is as its base, or as what stands there now', () => {
    expect(findEdits({ base: state(['a']), edited: state(['a']), current: state(['a', 'b']) })).toEqual([]);
    expect(findEdits({ base: state(['a']), edited: state(['b']), current: state(['b']) })).toEqual([]);
  });

  it('set the keys that changed, and leave those that others changed', () => {
    const base = state([], { current_focus: 'one', phase: 'x' });
    const edited = state([], { current_focus: 'two', phase: 'x' });
    const current = state([], { current_focus: 'one', phase: 'y' });
    expect(findEdits({ base, edited, current })).toEqual([
      { kind: 'set', path: ['critical_context', 'current_focus'], value: 'two' },
    ]);
  });

  it('add items to the list that others have added to as well', () => {
    const edits = findEdits({
      base: state(['a']),
      edited: state(['a', 'b', 'b']),
      current: state(['a', 'c']),
    });
    expect(edits).toEqual([append('b', 0), append('b', 1)]);
  });

  it('keep what others added when items are removed, changed or moved', () => {
    const versions = { base: state(['a', 'b']), edited: state(['b', 'x']), current: state(['a', 'b', 'c']) };
    expect(findEdits(versions)).toEqual([
      { ...append(''), kind: 'set', nth: undefined, value: ['b', 'c', 'x'] },
    ]);
  });

  it('remove a key, unless others have set it since', () => {
    const base = { a: 1, b: 1 };
    expect(findEdits({ base, edited: {}, current: { a: 1, b: 2, c: 3 } })).toEqual([
      { kind: 'remove', path: ['a'] },
    ]);
  });

  it('delete nothing without a base', () => {
    const current = { ...state(['a', 'b']), other: 1 };
    expect(findEdits({ base: undefined, edited: state(['b', 'c']), current })).toEqual([append('c')]);
  });

  it('do not repeat what an earlier copy of the same base has brought', () => {
    const base = state(['a'], { current_focus: 'one' });
    const first = state(['a', 'x'], { current_focus: 'two' });
    const second = state(['a', 'x', 'y'], { current_focus: 'two' });
    const current = state(['a', 'x'], { current_focus: 'set by another since' });
    expect(findEdits({ base, edited: second, current, earlier: [first] })).toEqual([append('y')]);
  });

  it('take prototype-like keys for keys', () => {
    const edited = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}');
    const edits = findEdits({ base: {}, edited, current: {} });
    expect(edits.map(({ path }) => path)).toEqual([['__proto__'], ['constructor']]);
  });
});
