import { expect, it } from 'vitest';
import { addBlock, removeBlock } from '../../../src/view/exclude.ts';

it.each(['', '*.o\n', '*.o', '# a\n\n*.o\n\n'])(
  'the block in info/exclude comes once and goes without trace: %j',
  (text) => {
    const added = addBlock(text);
    expect(added.split('\n')).toContain('/.agent-os');
    expect(addBlock(added)).toBe(added);
    expect(removeBlock(added)).toBe(text);
    expect(removeBlock(text)).toBe(text);
  },
);

it('what was written after the block stays', () => {
  expect(removeBlock(`${addBlock('*.o\n')}*.a\n`)).toBe('*.o\n*.a\n');
  expect(removeBlock(`${addBlock('*.o')}\n*.a\n`)).toBe('*.o\n*.a\n');
});
