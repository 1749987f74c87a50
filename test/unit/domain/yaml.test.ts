import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgentOsError } from '../../../src/domain/errors.ts';
import { decodeText, formatYaml, MAX_BYTES, parseYaml, type YamlValue } from '../../../src/domain/yaml.ts';

function failure(run: () => unknown): AgentOsError {
  try {
    run();
  } catch (error) {
    if (error instanceof AgentOsError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

const roundTrip = (value: YamlValue) => parseYaml(formatYaml(value), 'x.yaml');

describe('text that survives writing and reading', () => {
  const texts = {
    empty: '',
    NUL: 'a\0b',
    CRLF: 'one\r\ntwo\r\n',
    'a lone CR': 'one\rtwo',
    'an escape sequence': '\u001b[31mred\u001b[0m\u009b1m',
    'trailing spaces': 'one  \ntwo \n',
    'leading spaces': '  one\n two\n',
    'only newlines': '\n\n\n',
    'no final newline': 'one\ntwo',
    'many final newlines': 'one\ntwo\n\n\n',
    'a tab': 'a\tb\n\tc',
    'line separators': 'a\u2028b\u2029c\u0085d',
    'a byte order mark': '\ufeffone\n\ufefftwo',
    'a lone surrogate': 'a\ud800b\nc',
    emoji: '👩‍💻 done\n✅\n',
    'right-to-left override': 'a\u202eb',
    'document markers': '---\n...\n--- x',
    'conflict markers': '<<<<<<< ours\n=======\n>>>>>>> theirs\n',
    'a comment': '# not a comment',
    'old booleans': 'yes',
    octal: '0123',
    'underscored number': '1_000',
    sexagesimal: '12:30:45',
    'a merge key': '<<',
    null: 'null',
    tilde: '~',
  };
  it.each(Object.entries(texts))('%s', (_name, text) => {
    expect(roundTrip({ value: text, list: [text], [text]: 1 })).toEqual({
      value: text,
      list: [text],
      [text]: 1,
    });
  });

  it('any text, as value, key and list item', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'ab:#-\n\r\t \'"\\|>&*!%@`{}[],?<=~\0\x1b\u0085\u2028\ufeff\ud83d😀'),
    });
    fc.assert(
      fc.property(text, fc.string({ unit: 'binary' }), (a, b) => {
        expect(roundTrip([a, { [a]: b }, { [b]: [a, b] }])).toEqual([a, { [a]: b }, { [b]: [a, b] }]);
      }),
      { numRuns: 100 },
    );
  });

  it('long text, whatever white space its lines begin, end or consist of', () => {
    const text = fc.string({
      unit: fc.constantFrom(' ', '\n', '\t', '\r', 'a', '\\'),
      minLength: 40,
      maxLength: 200,
    });
    fc.assert(
      fc.property(text, (a) => {
        expect(roundTrip({ a })).toEqual({ a });
      }),
    );
  });

  it('any value, and the second writing equals the first', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 }), (value) => {
        const text = formatYaml(value as YamlValue);
        expect(formatYaml(parseYaml(text, 'x'))).toBe(text);
      }),
    );
  });
});

describe('canonical form', () => {
  it('orders keys, writes blocks literally and never folds', () => {
    const value = {
      z: 1,
      body: 'one\ntwo\n',
      a: 'x '.repeat(200).trim(),
      first: [],
      empty: {},
      at: '2026-11-23',
    };
    expect(formatYaml(value, ['first', 'body'])).toBe(
      `first: []\nbody: |\n  one\n  two\na: ${'x '.repeat(200).trim()}\nat: "2026-11-23"\nempty: {}\nz: 1\n`,
    );
  });

  it('quotes what a YAML 1.1 reader would take for something else', () => {
    expect(formatYaml({ a: 'yes', b: '0123', c: '1_000', d: '12:30:45' })).toBe(
      'a: "yes"\nb: "0123"\nc: "1_000"\nd: "12:30:45"\n',
    );
  });

  it('leaves nothing in the text that a terminal would obey', () => {
    expect(formatYaml({ a: '\x1b[2J\x9b\x7f\u202e' })).toBe('a: "\\e[2J\\u009b\\u007f\\u202e"\n');
  });
});

describe('numbers', () => {
  it.each(['0123', '1.10', '9007199254740993', '1e3', '-0', '+5', '0x1F', '.5'])(
    '%s stays as it was written',
    (text) => {
      expect(parseYaml(`a: ${text}\n`, 'x')).toEqual({ a: text });
    },
  );

  it('the others are numbers', () => {
    expect(parseYaml('[1, -2, 0.5, 9007199254740991]', 'x')).toEqual([1, -2, 0.5, 9007199254740991]);
  });
});

describe('hostile and broken input', () => {
  it.each([
    ['an alias', 'a: &x 1\nb: *x\n', 2, 'alias'],
    ['aliases by the thousand', `a: &x 1\nb: [${'*x,'.repeat(5000)}]\n`, 2, 'alias'],
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', 3, 'unique'],
    ['a key as text and as number', '"1": a\n1: b\n', 2, 'twice'],
    ['a conflict marker', 'a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n', 2, 'conflict marker'],
    ['a tag', 'a: 1\nb: !!js/function x\n', 2, 'tag'],
    ['a key that is a list', 'a: 1\n? [x]\n: 2\n', 2, 'key'],
    ['two documents', 'a: 1\n---\nb: 1\n', 2, 'more than one'],
    ['a syntax error', 'a: 1\nb: [1\nc: }\n', 3, ''],
  ])('%s is a clear error with path and line', (_name, text, line, words) => {
    const error = failure(() => parseYaml(text, 'state/project.yaml'));
    expect(error.code).toBe('RECORD_BROKEN');
    expect(error.message).toContain('state/project.yaml');
    expect(error.message.toLowerCase()).toContain(words);
    expect(error.data).toEqual({ path: 'state/project.yaml', line });
  });

  it.each([
    ['flow', '['.repeat(100_000)],
    ['block', '- '.repeat(100_000)],
    ['keys', Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ])('nesting without end is refused (%s)', (_name, text) => {
    expect(failure(() => parseYaml(text, 'x')).message).toContain('levels deep');
  });

  it('more than 4 MiB and invalid UTF-8 are refused', () => {
    expect(failure(() => decodeText(new Uint8Array(MAX_BYTES + 1), 'x')).message).toContain('bytes long');
    expect(failure(() => decodeText(new Uint8Array([0x61, 0xff]), 'x')).message).toContain('UTF-8');
  });

  it('__proto__ and << are keys like any other', () => {
    const value = parseYaml('__proto__: {polluted: true}\n<<: {a: 1}\nconstructor: 1\n', 'x') as Record<
      string,
      unknown
    >;
    expect(Object.keys(value)).toEqual(['__proto__', '<<', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(formatYaml(value as YamlValue)).toContain('__proto__:\n  polluted: true\n');
  });
});
