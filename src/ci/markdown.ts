import { plainMarkdown } from './ascii.ts';
import { countByRule } from './github.ts';
import { type Checked, sentenceOf } from './place.ts';

/** Beyond this many the host's limits come near, and nobody reads on. */
const SHOWN = 200;

/** Hosts take 65,536 characters in a comment. */
export const COMMENT_LIMIT = 60_000;
/** For the headline, the counts, and what says that something was left out. */
const FRAME = 1000;

/**
 * A step summary or comment: a headline, then a table in which all text is text. At most `limit` characters, by leaving
 * out whole lines; how many is said.
 */
export function formatMarkdown({ findings, unknown }: Checked, limit = COMMENT_LIMIT): readonly string[] {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const headline =
    errors > 0
      ? `❌ ${errors} ${errors === 1 ? 'finding stands' : 'findings stand'} against it`
      : unknown.length > 0
        ? '❔ Cannot be known'
        : '✅ Nothing stands against it';
  const counts = countByRule(findings).map(([rule, count]) => `${rule}: ${count}`);
  const rows = findings.slice(0, SHOWN).map(({ severity, rule, path, ...rest }) => {
    const sentence = sentenceOf({ severity, rule, path, ...rest });
    return `| ${severity} | ${rule} | ${plainMarkdown(path ?? '')} | ${plainMarkdown(sentence, 500)} |`;
  });
  const items = unknown.map((text) => `- unknown: ${plainMarkdown(text)}`);
  const shownItems = fitting(items, (limit - FRAME) / 2);
  const shownRows = fitting(rows, limit - FRAME - sizeOf(shownItems));
  const [restItems, rest] = [items.length - shownItems.length, findings.length - shownRows.length];
  return [
    '### agent-os verify',
    '',
    headline + (counts.length > 0 ? ` (${counts.join(', ')})` : ''),
    ...(items.length > 0 ? ['', ...shownItems] : []),
    ...(restItems > 0 ? ['', `and ${restItems} more unknown: see the log.`] : []),
    ...(shownRows.length > 0 ? ['', '| | rule | path | what |', '|---|---|---|---|', ...shownRows] : []),
    ...(rest > 0 ? ['', `and ${rest} more: see the log.`] : []),
    '',
  ];
}

/** Lines from the first on, as many as have at most `budget` characters. */
function fitting(lines: readonly string[], budget: number): readonly string[] {
  let [count, used] = [0, 0];
  for (const line of lines) {
    used += line.length + 1;
    if (used > budget) break;
    count += 1;
  }
  return lines.slice(0, count);
}

function sizeOf(lines: readonly string[]): number {
  return lines.reduce((size, line) => size + line.length + 1, 0);
}
