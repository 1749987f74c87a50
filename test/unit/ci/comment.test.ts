import { describe, expect, test } from 'vitest';
import { formatComment } from '../../../src/ci/comment.ts';
import { formatMarkdown as formatVerdict } from '../../../src/ci/markdown.ts';
import type { Finding } from '../../../src/domain/verify/finding.ts';
import { formatMarkdown as formatReport } from '../../../src/report/markdown.ts';
import { sampleReport } from '../../support/sample-report.ts';

const LIMIT = 60_000;
const LONG = 'ünïcode 🔒 @somebody <b>`code`</b> '.repeat(40);

const findings = (count: number): Finding[] =>
  Array.from({ length: count }, (_, index) => ({
    rule: 'foreign-lock',
    severity: 'error',
    path: `src/${LONG}${index}`,
    line: null,
    commit: null,
    message: LONG,
    hint: null,
  }));
const unknowns = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index} ${LONG}`);

/** Nothing is cut off in the middle: what was begun is ended. */
function expectWhole(text: string): void {
  let fence: string | null = null;
  let open = 0;
  for (const line of text.split('\n')) {
    const mark = /^(`{3,})(?:text)?$/.exec(line)?.[1];
    if (fence === null && mark !== undefined) fence = mark;
    else if (fence !== null && line === fence) fence = null;
    if (fence !== null) continue;
    open += (line.match(/<details>/g)?.length ?? 0) - (line.match(/<\/details>/g)?.length ?? 0);
    if (line.startsWith('|')) expect(line).toMatch(/\|$/);
  }
  expect({ fence, open }).toEqual({ fence: null, open: 0 });
  expect(text).not.toMatch(/\p{Cs}/u);
}

describe('a comment', () => {
  const report = sampleReport({ text: LONG, messages: 2000, commits: 2000 });

  test.each([
    [3, 0],
    [1000, 0],
    [0, 1000],
    [1000, 1000],
  ])(
    'of %i findings, %i unknowns and a large report is whole and as short as hosts want it',
    (some, more) => {
      const checked = { findings: findings(some), unknown: unknowns(more) };
      const text = formatComment(checked, (limit) => formatReport(report, limit)).join('\n');
      expect(text.length).toBeLessThanOrEqual(LIMIT);
      expectWhole(text);
      expect(text.startsWith('<!-- agent-os -->\n### agent-os verify\n')).toBe(true);
      expect(text).toContain('## Agents’ work in');
      if (some > 3) expect(text).toMatch(/\nand \d+ more: see the log\./);
      if (more > 3) expect(text).toMatch(/\nand \d+ more unknown: see the log\./);
    },
  );

  test('shows all of what fits, and has no report where there is none', () => {
    const checked = { findings: findings(3), unknown: ['who knows'] };
    const text = formatComment(checked, (limit) => formatReport(sampleReport(), limit)).join('\n');
    expect(text).not.toMatch(/more|Shortened/);
    expect(formatComment(checked, null)).toEqual(['<!-- agent-os -->', ...formatVerdict(checked)]);
  });
});

test('a verdict by itself is as short as hosts want it, too', () => {
  const text = formatVerdict({ findings: findings(1000), unknown: unknowns(1000) }).join('\n');
  expect(text.length).toBeLessThanOrEqual(LIMIT);
  expectWhole(text);
});
