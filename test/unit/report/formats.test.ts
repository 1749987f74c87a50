import { describe, expect, test } from 'vitest';
import { formatReport } from '../../../src/report/format.ts';
import { formatHtml } from '../../../src/report/html.ts';
import { formatMarkdown } from '../../../src/report/markdown.ts';
import { HOSTILE_TEXT, sampleReport } from '../../support/sample-report.ts';

const EMPTY = {
  ...sampleReport({ commits: 0, messages: 0 }),
  ...{ agents: [], sessions: [], paths: [], recaps: [], locks: [], gates: [], open: [], problems: [] },
  others: { branches: [], locks: [], examined: 0, left: 0 },
};

describe('Markdown', () => {
  test('says everything about an ordinary day', () => {
    const text = formatMarkdown(sampleReport());
    for (const words of [
      '## Agents’ work in main..feature/login',
      '3 agents in 3 sessions made 10 of 11 commits on 3 files.',
      '### Open (5)',
      '- dba has not done “add-index users”, which go-backend asked for on 2026-11-23 10:00 UTC',
      '- sveltekit-specialist has not acknowledged “Can you confirm the cookie name?”, which go-backend sent on',
      '| go-backend | test coverage | at least 80 % | **failed** | 76 % |',
      '| go-backend | security scan | required | **not reported** | – |',
      'Refresh tokens live in Redis',
      '**origin/passkeys** (dba): 2 commits on db/users.sql, last 1 h ago; at work on Passkeys',
      '**billing** holds the lock billing #&#8203;12, which covers api/auth.go and ends in 1 h',
      '<details><summary>Messages (14, of which 2 handoffs)</summary>',
      '| database-schema | 1795665218 | database-specialist | 60 min | 2026-11-23 08:39 UTC | db/\\*\\* | users table |',
    ])
      expect(text).toContain(words);
    expect(text).not.toContain('Shortened');
  });

  test.each([
    ['ordinary texts', 'A message of some length that somebody wrote to somebody else. '.repeat(20)],
    ['hostile texts', HOSTILE_TEXT.repeat(3)],
    ['texts that grow when they are escaped', '@a#1'.repeat(2000)],
  ])('stays under 60,000 characters with 2,000 messages and commits of %s, and says so', (_, words) => {
    const text = formatMarkdown(sampleReport({ text: words, messages: 2000, commits: 2000 }));
    expect(text.length).toBeLessThan(60_000);
    expect(text).toMatch(/Shortened to fit|Too much to show/);
    expect(text).toMatch(/and \d+ more\._|Too much to show/);
  });

  test('has no line that begins with what others wrote, but in code blocks', () => {
    const text = formatMarkdown(sampleReport({ text: HOSTILE_TEXT }));
    let fence: string | null = null;
    for (const line of text.split('\n')) {
      const mark = /^(`{3,})(?:text)?$/.exec(line)?.[1];
      if (fence === null && mark !== undefined) fence = mark;
      else if (fence !== null && line === fence) fence = null;
      else if (fence === null) expect(line).toMatch(/^(?:[#|>_-]|<\/?details>|\*\*|$|\d+ agent)/);
      expect(line).not.toMatch(/^\s*::|##\[|@\w/);
    }
    expect(fence).toBeNull();
  });
});

describe('HTML', () => {
  test('has no tag, attribute or style of others', () => {
    const text = formatHtml(sampleReport({ text: HOSTILE_TEXT }));
    expect(text).not.toMatch(/<(?:script|img|h1>free)/);
    expect(text).not.toMatch(/[\u0000-\u0008\u001b\u0085\u202e]/);
    expect(text.match(/<\/style>/g)).toHaveLength(1);
    expect(text.match(/<\/title>/g)?.length).toBe(text.match(/<title>/g)?.length);
    expect(text).not.toMatch(/^\s*::|##\[/m);
  });

  test('is told to load nothing', () => {
    expect(formatHtml(sampleReport())).toContain(`content="default-src 'none'; img-src data:; style-src`);
  });
});

test('JSON is the report', () => {
  const report = sampleReport({ text: HOSTILE_TEXT });
  const text = formatReport(report, 'json', 'agent-os/cli/report/v1');
  expect(JSON.parse(text)).toEqual(
    JSON.parse(JSON.stringify({ schema: 'agent-os/cli/report/v1', ...report })),
  );
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u0080-\u009f\u202e]/);
});

test('a range without commits and agents is said to be one, in a few lines', () => {
  expect(formatMarkdown(EMPTY)).toBe(
    '## Agents’ work in main..feature/login\n\nThere is no commit in this range. As of 2026-11-23 14:00 UTC.\n',
  );
  const page = formatHtml(EMPTY);
  expect(page).toContain('There is no commit in this range.');
  expect(page).not.toContain('<h2>');
});
