import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFlat } from '../../../src/domain/flat-yaml.ts';
import { formatYaml, parseNodes, toValue, type YamlValue } from '../../../src/domain/yaml.ts';

/** What the full parser makes of a text; undefined when it refuses it. */
function parseFully(text: string): YamlValue | undefined {
  try {
    return toValue(parseNodes(text, 'x').contents);
  } catch {
    return undefined;
  }
}

/** Pieces from which trouble is made: the characters that YAML gives a meaning to, and words and numbers of its own. */
const piece = fc.constantFrom(
  ...[
    'a',
    'b c',
    ' ',
    '  ',
    ':',
    ': ',
    '#',
    ' #',
    '-',
    '- ',
    '"',
    "'",
    '\\',
    '\n',
    '\n\n',
    '\t',
    '|',
    '>',
    '[',
    ']',
  ],
  ...[
    '{',
    '}',
    ',',
    '&',
    '*',
    '!',
    '%',
    '@',
    '`',
    '?',
    '0',
    '1',
    '7',
    '.',
    'e',
    'x',
    '~',
    'null',
    'true',
    'No',
    '=',
  ],
  ...[
    '<<',
    '---',
    '...',
    '\u00e9',
    '\u{1f600}',
    '\u2028',
    '\u0085',
    '\ufeff',
    '\u200b',
    '\ud800',
    '\u0000',
    '\r',
    '01E5',
  ],
);
const text = fc.oneof(
  fc.string({ unit: piece, maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);
const scalar = fc.oneof(text, fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null));
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 4 }) },
);
const key = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9_]{0,6}$/),
  fc.constantFrom('true', 'null', 'y', 'no', 'on'),
  text,
);

describe('what the plain reader answers is what the full parser says', () => {
  test('of whatever this program writes', () => {
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 5 }), (map) => {
        const written = `# a comment\n${formatYaml(map as YamlValue)}`;
        const flat = parseFlat(written);
        if (flat === null) return;
        expect(flat).toEqual(parseFully(written));
        expect(Object.keys(flat)).toEqual(Object.keys(parseFully(written) as object));
      }),
      { numRuns: 3000 },
    );
  });

  test('of whatever people write', () => {
    const line = fc
      .tuple(
        fc.constantFrom('a: ', 'b:', 'a_1: ', '  ', '  - ', '', '#', 'c: |\n  ', 'd: |+\n  ', 'e: |-\n'),
        text,
      )
      .map(([start, rest]) => start + rest);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const written = `${lines.join('\n')}\n`;
        const flat = parseFlat(written);
        if (flat !== null) expect(flat).toEqual(parseFully(written));
      }),
      { numRuns: 5000 },
    );
  });
});

test('it answers for an ordinary record', () => {
  const record = {
    ...{ schema: 'agent-os/message/v1', id: '01M83HE2C0E969EC272B40F9EB', subject: 'Auth: ready (v2) #7' },
    ...{ body: 'First line\n\n  indented: yes\nlast\n', closed: 'one\ntwo', ack_required: false, size: 42 },
    ...{
      sent_at: '2026-11-23T08:00:00.000Z',
      attachments: [],
      commits: ['a'.repeat(40), `0${'1'.repeat(39)}`],
    },
    ...{ text: 'Schöne Grüße 👋', empty: '', hash: '1e5' },
  };
  const written = formatYaml(record);
  expect(parseFlat(written)).toEqual(record);
  expect(parseFlat(written)).toEqual(parseFully(written));
});

test.each([
  '',
  'a: 1',
  'a: 1\r\n',
  'a: b\n  c\n',
  'a: 1\na: 2\n',
  'a: *b\n',
  'a: {}\n',
  'a:\n',
  'a: ~\n',
  'a: 0123\n',
  'a: |\n   x\n',
  'a: >\n  x\n',
  '---\na: 1\n',
  '<<: 1\n',
  'a: b # c\n',
  '- a\n',
  'true: 1\n',
  '# only a comment\n',
])('it answers nothing for %j', (written) => {
  expect(parseFlat(written)).toBeNull();
});
