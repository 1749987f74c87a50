import { describe, expect, test } from 'vitest';
import {
  fenced,
  forHtml,
  forJson,
  forMarkdown,
  forSummary,
  oneLine,
  printable,
} from '../../../src/report/escape.ts';

test('what would not be seen is made visible, in every format', () => {
  const text = 'a\u001b[31m\u0000\u007f\u0085\u202e\u200b\ufeff\u{e0041}\ud800b\r\nc';
  const seen = 'a\\x1b[31m\\x00\\x7f\\x85\\u{202e}\\u{200b}\\u{feff}\\u{e0041}\\u{d800}b\nc';
  expect(printable(text)).toBe(seen);
  expect(forHtml(text)).toBe(seen);
  expect(printable('👩‍💻 é\tü')).toBe('👩‍💻 é\tü');
});

test('one line is cut by characters and says so', () => {
  expect(oneLine('  a \n\n b\t c ', 20)).toBe('a b c');
  expect(oneLine('👩👩👩👩', 3)).toBe('👩👩…');
  expect(oneLine('x'.repeat(1_000_000), 5)).toBe('xxxx…');
});

describe('HTML', () => {
  test('has no markup of others, in text and in attributes', () => {
    expect(forHtml(`</style><a b="c" d='e'>&amp;`)).toBe(
      '&lt;/style&gt;&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;',
    );
  });
  test('has no workflow commands', () => {
    expect(forHtml('::error::x\n##[error]y')).toBe('&#58;&#58;error&#58;&#58;x\n&#35;&#35;[error]y');
  });
});

describe('Markdown', () => {
  const cases: Record<string, [string, string]> = {
    'emphasis and code': ['*a* _b_ `c` ~~d~~', '\\*a\\* \\_b\\_ \\`c\\` \\~\\~d\\~\\~'],
    'an image': ['![x](https://e.example/x.png)', '\\!\\[x\\]\\(https\\://e.example/x.png\\)'],
    'a bare link': ['www.e.example', 'www\\.e.example'],
    'a table cell': ['a | b', 'a \\| b'],
    HTML: ['<b>&lt;', '\\<b\\>\\&lt;'],
    'a mention': ['hi @octocat and @org/team', 'hi @&#8203;octocat and @&#8203;org/team'],
    'an address': ['a@b.example', 'a@&#8203;b.example'],
    'an issue': ['fixes #12', 'fixes #&#8203;12'],
    'a heading': ['# a', '\\# a'],
    'a workflow command': ['::set-output name=x::y', '\\::set-output name\\=x\\::y'],
    'an old workflow command': ['##[error]', '\\#\\#\\[error\\]'],
    'several lines': ['a\n\n/close\n- b', 'a /close - b'],
    mathematics: ['$x^2$', '\\$x\\^2\\$'],
    'ordinary words': ['feat: add (1.2) a-b', 'feat: add \\(1.2\\) a-b'],
  };
  test.each(Object.entries(cases))('%s is text', (_, [text, shown]) => {
    expect(forMarkdown(text, 200)).toBe(shown);
  });

  test('a summary is HTML without mentions', () => {
    expect(forSummary('<b>@all</b> #12 &#35;', 100)).toBe(
      '&lt;b&gt;@&#8203;all&lt;/b&gt; #&#8203;12 &amp;#&#8203;35;',
    );
  });

  test('a code block has a longer fence than its text, and nothing in it starts a command', () => {
    const lines = fenced('````\n::error::x\n  ::a\n##[b]\n@everyone\n/close\n\n', 1000);
    expect(lines).toEqual([
      '`````text',
      '````',
      ':\u200b:error::x',
      '  :\u200b:a',
      '#\u200b#[b]',
      '@\u200beveryone',
      '/close',
      '`````',
    ]);
  });
});

test('JSON survives as it is, and is plain for terminals and logs', () => {
  const value = { text: '\u001b[31m\u202e\u0085 ##[error] ::x \n' };
  const text = forJson(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toBe('{\n  "text": "\\u001b[31m\\u202e\\u0085 \\u0023#[error] ::x \\n"\n}');
});
