import type { ReportedGate } from './gate-report.ts';
import { readRoles } from './roles.ts';

const FAILED =
  /\b(?:fail(?:s|ed|ing|ures?)?|not (?:run|passed|done|met)|broken|missing|skipped|red|no)\b|❌|✗|✘|🔴|\u2717|\u2718/iu;
/** "no findings", "0 errors": said with a no, and good. */
const NOTHING_FOUND =
  /\b(?:no|0|zero|without)\s+(?:\w+[\s-]+){0,2}?(?:errors?|warnings?|failures?|findings?|vulnerabilit(?:y|ies)|issues?|problems?|regressions?|violations?|fail(?:ed|ing)?)\b/gi;

/**
 * The gates that a recap reports in a section such as "Quality gates": bullets, checkboxes and table rows. A point
 * has passed unless it says that it has not, or its box is not ticked.
 */
export function readReportedGates(markdown: string): readonly ReportedGate[] {
  const unticked = new Set(
    markdown.split(/\r?\n/).flatMap((line) => /^\s*[-*+]\s+\[ \]\s+(.*)$/.exec(line)?.[1]?.trim() ?? []),
  );
  const found = new Map<string, ReportedGate>();
  for (const { role, entries } of readRoles(markdown)) {
    if (role !== 'gates') continue;
    for (const { kind, text, cells } of entries) {
      if (kind !== 'item' && kind !== 'row') continue;
      const gate = readGate(kind === 'row' ? [...cells] : splitPoint(text), text, unticked.has(text));
      if (gate !== null) found.set(gate.name.toLowerCase(), gate);
    }
  }
  return [...found.values()];
}

function readGate(parts: readonly string[], text: string, isUnticked: boolean): ReportedGate | null {
  const [name = '', ...rest] = parts.map(clean);
  if (!/\p{L}/u.test(name)) return null;
  const detail = rest.filter((part) => part !== '').join(', ');
  const judged = (detail === '' ? text : `${detail} ${pictures(text)}`).replace(NOTHING_FOUND, ' ');
  return {
    name: name.slice(0, 200),
    passed: !isUnticked && !FAILED.test(judged),
    ...(detail !== '' && { detail: detail.slice(0, 1000) }),
  };
}

/** `coverage: 84 %`, `lint – passed`, `Coverage (84 %)`, `lint passed`. */
function splitPoint(text: string): string[] {
  const [, label, said] =
    /^(.{1,80}?)\s*(?::|\s[-–—=]|=)\s+(.+)$/s.exec(text) ??
    /^([^(]{1,80}?)\s*\((.+)\)\s*$/s.exec(text) ??
    /^(.{1,80}?)\s+((?:\d[\d.,]*\s*%?|pass(?:ed|es|ing)?|fail(?:ed|s|ing)?|ok|green|clean|skipped)\b.*)$/is.exec(
      text,
    ) ??
    [];
  return label === undefined || said === undefined ? [text] : [label, said];
}

function pictures(text: string): string {
  return (text.match(/\p{Extended_Pictographic}|[\u2713-\u2718]/gu) ?? []).join(' ');
}

function clean(text: string): string {
  return text
    .replace(/\*\*|`|__/g, '')
    .replace(/(?:\p{Extended_Pictographic}|\ufe0f|[\u2713-\u2718])+/gu, '')
    .replace(/\s+/g, ' ')
    .replace(/^[\s:–—-]+|[\s:–—-]+$/g, '')
    .trim();
}
