import type { Card } from '../schema/card.ts';
import { plainText } from './plain-text.ts';
import type { RoleSection } from './roles.ts';

export type CardGate = NonNullable<Card['gates']>[number];

const NUMBER = String.raw`(\d+(?:[.,]\d+)?)\s*(%|percent\b|ms\b|s\b|kb\b|mb\b|[a-z]+)?`;
/** How people write bounds, and how a card does. */
const BOUNDS: readonly (readonly [RegExp, string])[] = [
  [
    new RegExp(String.raw`(?:>=|≥|at least|minimum(?: of)?|min\.?|no less than|not below)\s*${NUMBER}`, 'i'),
    '>=',
  ],
  [
    new RegExp(
      String.raw`(?:<=|≤|at most|maximum(?: of)?|max\.?|no more than|not above|up to)\s*${NUMBER}`,
      'i',
    ),
    '<=',
  ],
  [new RegExp(String.raw`(?:>|more than|over|above|exceeds?)\s*${NUMBER}`, 'i'), '>'],
  [new RegExp(String.raw`(?:<|less than|fewer than|under|below)\s*${NUMBER}`, 'i'), '<'],
  [new RegExp(String.raw`${NUMBER}\s*(?:\+|or (?:more|higher|better|above)|and (?:above|up))`, 'i'), '>='],
  [new RegExp(String.raw`${NUMBER}\s*or (?:less|lower|fewer|below)`, 'i'), '<='],
];
const NONE =
  /\b(?:no|zero|0|without)\s+((?:[a-z-]+\s+){0,2}?(?:errors?|warnings?|failures?|findings?|vulnerabilit(?:y|ies)|issues?|regressions?|violations?))\b/i;
const PASSING =
  /\b(?:must |should |have to |has to |all )?(?:pass(?:es|ed|ing)?|succeeds?|(?:is |are )?(?:green|clean))\b/gi;
const VERBS =
  /^(?:ensure|verify|check|confirm|run|make sure|maintain|keep|achieve|all|the|every|that|your|always)\s+/i;

/** The quality gates that a definition asks for, as the sections about them list them. */
export function readGates(sections: readonly RoleSection[]): readonly CardGate[] {
  const found = new Map<string, CardGate>();
  for (const { role, entries } of sections) {
    if (role !== 'gates') continue;
    for (const { kind, text, cells } of entries) {
      if (kind !== 'item' && kind !== 'row') continue;
      const gate = kind === 'row' ? readGateRow(cells) : readGate(text);
      if (gate !== null) found.set(gate.name.toLowerCase(), gate);
    }
  }
  return [...found.values()];
}

/** One gate from words: `Test coverage of at least 80 %`, `lint: passes`, `coverage ≥ 80%`. */
export function readGate(text: string): CardGate | null {
  const said = clean(text);
  const [, label, rest] = /^([^:]{2,60}?)(?::|\s+[-–—]|\s*(?==>))\s+(.+)$/s.exec(said) ?? [];
  if (label === undefined || rest === undefined) return named(said, readRequirement(said));
  return named(label, readRequirement(rest) ?? (rest.length <= 80 ? rest : rest.slice(0, 80)));
}

/** A requirement in the form that a card keeps: `>= 80 %`, `no errors`, `passed`; null when the words hold none. */
export function readRequirement(text: string): string | null {
  for (const [pattern, sign] of BOUNDS) {
    const [, number, unit = ''] = pattern.exec(text) ?? [];
    if (number === undefined) continue;
    const known = /^(?:%|percent)$/i.test(unit)
      ? ' %'
      : /^(?:ms|s|kb|mb)$/i.test(unit)
        ? ` ${unit.toLowerCase()}`
        : '';
    return `${sign} ${number.replace(',', '.')}${known}`;
  }
  const none = NONE.exec(text)?.[1];
  if (none !== undefined) return `no ${none.toLowerCase()}`;
  const [, percent] = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text) ?? [];
  if (percent !== undefined) return `>= ${percent} %`;
  return new RegExp(PASSING.source, 'i').test(text) ? 'passed' : null;
}

function readGateRow(cells: readonly string[]): CardGate | null {
  const [label = '', ...rest] = cells;
  const said = rest.find((cell) => readRequirement(cell) !== null) ?? rest[0];
  if (said === undefined) return readGate(label);
  return named(clean(label), readRequirement(said) ?? clean(said));
}

/** What is left of the words when the requirement is taken out is the gate's name. */
function named(words: string, require: string | null): CardGate | null {
  const bare = BOUNDS.reduce((text, [pattern]) => text.replace(pattern, ' '), words)
    .replace(/\((?:[^)]{0,80})\)/g, ' ')
    .replace(NONE, ' ')
    .replace(PASSING, ' ')
    .replace(/\b(?:of|is|are|be|must|should|with|at|on|and|has|have)\s*[.,;]?\s*$/i, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s,;.–—-]+|[\s,;.–—-]+$/g, '')
    .replace(/\s+(?:of|is|are|be|must|should|with|at|has|have)$/i, '');
  const name = (bare === '' ? words : bare).replace(VERBS, '').slice(0, 80).trim();
  if (!/\p{L}/u.test(name)) return null;
  return { name, require: require ?? 'passed' };
}

function clean(text: string): string {
  return plainText(text)
    .replace(/^(?:\p{Extended_Pictographic}|\ufe0f|\u200d|\s)+/u, '')
    .trim();
}
