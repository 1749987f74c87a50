import type { Recap } from '../schema/recap.ts';
import { readRequirement } from './gates.ts';

/** What a card asks for. */
export interface RequiredGate {
  readonly name: string;
  readonly require?: string | null | undefined;
}

export type ReportedGate = NonNullable<Recap['gates']>[number];

/** How a gate came out, against what the definition asks for. */
export interface GateResult {
  readonly name: string;
  /** `missing`: the definition asks for it and no recap says anything of it. */
  readonly status: 'passed' | 'failed' | 'missing';
  /** What the definition asks for; null for a gate that it does not know, or of which it says no more than the name. */
  readonly require: string | null;
  /** What was reported. */
  readonly detail: string | null;
}

export interface JudgedGate<Reported extends ReportedGate = ReportedGate> extends GateResult {
  /** Whether the definition asks for it. */
  readonly required: boolean;
  /** What counts of all that was reported; null: nothing was. */
  readonly report: Reported | null;
}

/** Words that say nothing about which gate it is. */
const FILLER = new Set([
  'the',
  'a',
  'all',
  'of',
  'and',
  'test',
  'code',
  'scan',
  'check',
  'quality',
  'gate',
  'unit',
  'rate',
  'result',
]);

/**
 * What recaps report against what the definition asks for: required gates in their order, then the others. The last
 * recap that says something of a gate counts. A number that was reported is compared with the bound, whatever else the
 * report says of it.
 * @param recaps - what each of them reports, the oldest first
 */
export function judgeGates<Reported extends ReportedGate>(
  required: readonly RequiredGate[],
  recaps: readonly (readonly Reported[])[],
): readonly JudgedGate<Reported>[] {
  const counting = new Map<RequiredGate, Reported>();
  const others = new Map<string, Reported>();
  for (const reported of recaps) {
    const found = matchGates(required, lastOfEach(reported));
    for (const [gate, report] of found.matched) counting.set(gate, report);
    for (const report of found.others) others.set(keyOf(report.name), report);
  }
  return [
    ...required.map((gate) => describe(gate, counting.get(gate) ?? null, true)),
    ...[...others.values()].map((report) => describe({ name: report.name }, report, false)),
  ];
}

function describe<Reported extends ReportedGate>(
  { name, require = null }: RequiredGate,
  report: Reported | null,
  required: boolean,
): JudgedGate<Reported> {
  const status = report === null ? 'missing' : judgeGate(require, report) ? 'passed' : 'failed';
  return { name, status, require, detail: report?.detail ?? null, required, report };
}

/** Whether a reported gate satisfies a requirement (`>= 80 %`, `no errors`, `passed`). */
function judgeGate(require: string | null, { passed, detail = '' }: ReportedGate): boolean {
  if (!passed) return false;
  const requirement = readRequirement(require ?? '') ?? '';
  if (requirement.startsWith('no ')) return isNone(requirement.slice('no '.length), detail);
  const [, sign, bound] = /^(>=|<=|>|<)\s*(\d+(?:\.\d+)?)/.exec(requirement) ?? [];
  if (sign === undefined || bound === undefined) return passed;
  const [value] = numbersIn(detail);
  if (value === undefined) return passed;
  if (sign === '>=') return value >= Number(bound);
  if (sign === '<=') return value <= Number(bound);
  return sign === '>' ? value > Number(bound) : value < Number(bound);
}

/** Words for one thing; `no findings` is not kept where `3 vulnerabilities` are reported. */
const SAME = [
  'findings?|vulnerabilit(?:y|ies)|issues?|cves?',
  'errors?|failures?|violations?',
  'warnings?',
  'regressions?',
];

/**
 * Whether what was reported leaves none of `what` (`findings`, `critical vulnerabilities`): counts of other kinds only
 * (`2 low findings`) leave none of it, a count that does not say its kind does not.
 */
function isNone(what: string, detail: string): boolean {
  const kinds = what.split(/\s+/);
  const noun = kinds.pop() ?? '';
  const nouns = SAME.find((one) => new RegExp(`^(?:${one})$`, 'i').test(noun)) ?? noun;
  if (/^\s*\d+\s*$/.test(detail)) return Number(detail) === 0;
  const counts = [
    ...detail.matchAll(new RegExp(String.raw`(\d+)\s+((?:[a-z-]+\s+){0,2}?)(?:${nouns})\b`, 'gi')),
  ];
  return counts.every(([, count = '', words = '']) => {
    const said = words
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    return (
      Number(count) === 0 ||
      (said.length > 0 && kinds.length > 0 && !kinds.every((kind) => said.includes(kind)))
    );
  });
}

/** When a reported name means a required one, the surest way first. */
const LIKENESS: readonly ((name: string, required: string) => boolean)[] = [
  (name, required) => keyOf(name) === keyOf(required),
  (name, required) => isWithin(name, required) && isWithin(required, name),
  (name, required) => isWithin(name, required) || isWithin(required, name),
];

/** One report for one required gate: what is surely meant for another one is not taken for this. */
function matchGates<Reported extends ReportedGate>(
  required: readonly RequiredGate[],
  reported: readonly Reported[],
): { readonly matched: ReadonlyMap<RequiredGate, Reported>; readonly others: readonly Reported[] } {
  const open = [...reported];
  const matched = new Map<RequiredGate, Reported>();
  for (const isLike of LIKENESS) {
    for (const gate of required.filter((one) => !matched.has(one))) {
      const index = open.findIndex(({ name }) => isLike(name, gate.name));
      const [report] = index === -1 ? [] : open.splice(index, 1);
      if (report !== undefined) matched.set(gate, report);
    }
  }
  return { matched, others: open };
}

function lastOfEach<Reported extends ReportedGate>(reported: readonly Reported[]): readonly Reported[] {
  return [...new Map(reported.map((report) => [keyOf(report.name), report])).values()];
}

/** `Test coverage`, `test-coverage` and `test_coverage` are one gate. */
function keyOf(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();
}

/** Whether one name has all words of the other that tell which gate it is. */
function isWithin(name: string, other: string): boolean {
  const [words, all] = [wordsOf(name), wordsOf(other)];
  return words.size > 0 && [...words].every((word) => all.has(word));
}

function wordsOf(name: string): ReadonlySet<string> {
  const words = keyOf(name).match(/[\p{L}\p{N}]+/gu) ?? [];
  const stems = words.map((word) => word.replace(/(?:ing|ter|ed|er|s)$/, '')).filter((word) => word !== '');
  const telling = stems.filter((word) => !FILLER.has(word));
  return new Set(telling.length > 0 ? telling : stems);
}

/** Percentages first: in `412 tests, 84 %` the percentage is what a bound is about. */
function numbersIn(text: string): readonly number[] {
  const percentages = [...text.matchAll(/(\d+(?:[.,]\d+)?)\s*%/g)];
  const found = percentages.length > 0 ? percentages : [...text.matchAll(/(\d+(?:[.,]\d+)?)/g)];
  return found.map(([, number = '']) => Number(number.replace(',', '.')));
}
