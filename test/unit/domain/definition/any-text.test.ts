import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encode } from '../../../../src/domain/codec.ts';
import { parseDefinition } from '../../../../src/domain/definition/parse-definition.ts';
import { readReportedGates } from '../../../../src/domain/definition/reported-gates.ts';
import type { Card } from '../../../../src/domain/schema/card.ts';

const word = fc.constantFrom(
  ...[
    '`',
    '**',
    '@agent:x',
    'add-tests',
    '[name]',
    '|',
    '---',
    ':',
    '- ',
    '1. ',
    '# ',
    '> ',
    '```',
    '<!--',
    '-->',
  ],
  ...[
    '80%',
    'at least',
    'no errors',
    'passed',
    'db/**',
    '`*.sql`',
    'feat:',
    'Needs-Review: x',
    '{',
    '&a',
    '*a',
  ],
  ...[
    'lock_resource "a"',
    'agent-os lock',
    '\ufffd',
    '\u202e',
    '\u0000',
    '\ud800',
    '\t',
    '\r\n',
    '\n',
    '\n\n',
    'x',
  ],
);
const heading = fc.constantFrom(
  '## Commands',
  'Triggers:',
  '**Quality Gates**',
  '# Check with',
  '## Files you own',
);
const text = fc.array(fc.oneof({ weight: 8, arbitrary: word }, heading, fc.string()), { maxLength: 60 });
const field = fc.constantFrom(
  'name',
  'tools',
  'commands',
  'triggers',
  'gates',
  'owns',
  'coordinates-with',
  'color',
  'x',
);
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }).map((json) => JSON.stringify(json)),
  text.map((words) => words.join(' ')),
);
const definition = fc
  .tuple(fc.array(fc.tuple(field, value), { maxLength: 6 }), text, fc.boolean())
  .map(([fields, words, hasEnd]) =>
    [
      '---',
      ...fields.map(([key, said]) => `${key}: ${said}`),
      ...(hasEnd ? ['---'] : []),
      words.join(' '),
    ].join('\n'),
  );

it('any text becomes a card that can be written and read', () => {
  fc.assert(
    fc.property(definition, (source) => {
      const { name, fields, warnings } = parseDefinition(source, 'some.md');
      expect(() => encode('card', { ...(fields as unknown as Card), name })).not.toThrow();
      expect(warnings.every((warning) => warning.startsWith('it') || warning.startsWith('some'))).toBe(true);
      readReportedGates(source);
    }),
    { numRuns: 500 },
  );
});
