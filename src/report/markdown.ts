import type { Report } from '../domain/report/report.ts';
import { formatMoment } from '../domain/time.ts';
import { forMarkdown } from './escape.ts';
import {
  commitSection,
  elsewhereSection,
  gateSection,
  lockSection,
  problemSection,
} from './markdown-facts.ts';
import type { Detail } from './markdown-parts.ts';
import {
  decisionSection,
  messageSection,
  openSection,
  recapSection,
  sessionSection,
} from './markdown-words.ts';
import { headline } from './words.ts';

/** Hosts take 65,536 characters in a comment; what is around the report needs some of them. */
const LIMIT = 60_000;

const LEVELS: readonly Detail[] = [
  { entries: 500, body: 8000, line: 300 },
  { entries: 200, body: 2000, line: 300 },
  { entries: 100, body: 600, line: 200 },
  { entries: 50, body: 300, line: 160 },
  { entries: 25, body: 0, line: 120 },
  { entries: 10, body: 0, line: 100 },
  { entries: 5, body: 0, line: 60 },
];

/**
 * The report as a comment in a pull request: headings, tables and collapsed sections. Fewer than `limit` characters,
 * whatever there is to say; what was left out for that is said at the top and at the end of each list.
 */
export function formatMarkdown(report: Report, limit = LIMIT): string {
  for (const [index, detail] of LEVELS.entries()) {
    const text = render(report, detail, index > 0);
    if (text.length < limit) return text;
  }
  return [...opening(report), '', '> Too much to show in a comment: see the HTML report.', ''].join('\n');
}

function render(report: Report, detail: Detail, isCut: boolean): string {
  const texts = detail.body === 0 ? 'texts are left out' : `texts are cut at ${detail.body} characters`;
  return [
    ...opening(report),
    ...(isCut
      ? [
          '',
          `> Shortened to fit: lists end after ${detail.entries} entries, ${texts}. \`--format html\` has everything.`,
        ]
      : []),
    ...openSection(report, detail),
    ...sessionSection(report, detail),
    ...decisionSection(report, detail),
    ...gateSection(report, detail),
    ...elsewhereSection(report, detail),
    ...recapSection(report, detail),
    ...messageSection(report, detail),
    ...lockSection(report, detail),
    ...commitSection(report, detail),
    ...problemSection(report, detail),
    '',
  ].join('\n');
}

function opening(report: Report): readonly string[] {
  return [
    `## Agents’ work in ${forMarkdown(report.range.text, 120)}`,
    '',
    `${headline(report)} As of ${formatMoment(report.generatedAt)}.`,
  ];
}
