import { plainMarkdown } from './ascii.ts';
import { countByRule } from './github.ts';
import { type Checked, sentenceOf } from './place.ts';

/** Beyond this many the host's limits come near, and nobody reads on. */
const SHOWN = 200;

/** A step summary or comment: a headline, then a table in which all text is text. */
export function formatMarkdown({ findings, unknown }: Checked): readonly string[] {
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
  const rest = findings.length - rows.length;
  return [
    '### agent-os verify',
    '',
    headline + (counts.length > 0 ? ` (${counts.join(', ')})` : ''),
    ...(unknown.length > 0 ? ['', ...unknown.map((text) => `- unknown: ${plainMarkdown(text)}`)] : []),
    ...(rows.length > 0 ? ['', '| | rule | path | what |', '|---|---|---|---|', ...rows] : []),
    ...(rest > 0 ? ['', `and ${rest} more: see the log.`] : []),
    '',
  ];
}
