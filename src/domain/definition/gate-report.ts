import type { Recap } from '../schema/recap.ts';
import { type CardGate, readRequirement } from './gates.ts';

export type ReportedGate = NonNullable<Recap['gates']>[number];

/** How a gate came out, against what the definition asks for. */
export interface GateResult {
  readonly name: string;
  /** `missing`: the definition asks for it and the recap says nothing of it. */
  readonly status: 'passed' | 'failed' | 'missing';
  /** What the definition asks for; null for a gate that it does not know. */
  readonly require: string | null;
  /** What was reported. */
  readonly detail: string | null;
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
 * What a recap reports against what the definition asks for: required gates in their order, then the others. A
 * number that was reported is compared with the bound, whatever else the report says of it.
 */
export function compareGates(
  required: readonly CardGate[],
  reported: readonly ReportedGate[],
): readonly GateResult[] {
  const open = [...reported];
  const results = required.map(({ name, require = null }): GateResult => {
    const index = findGate(name, open);
    const [gate] = index === -1 ? [] : open.splice(index, 1);
    if (gate === undefined) return { name, status: 'missing', require, detail: null };
    return {
      name,
      status: judgeGate(require, gate) ? 'passed' : 'failed',
      require,
      detail: gate.detail ?? null,
    };
  });
  const others = open.map(
    ({ name, passed, detail = null }): GateResult => ({
      name,
      status: passed ? 'passed' : 'failed',
      require: null,
      detail,
    }),
  );
  return [...results, ...others];
}

/** Whether a reported gate satisfies a requirement (`>= 80 %`, `no errors`, `passed`). */
export function judgeGate(require: string | null, { passed, detail = '' }: ReportedGate): boolean {
  if (!passed) return false;
  const [, sign, bound] = /^(>=|<=|>|<)\s*(\d+(?:\.\d+)?)/.exec(readRequirement(require ?? '') ?? '') ?? [];
  if (sign === undefined || bound === undefined) return passed;
  const [value] = numbersIn(detail);
  if (value === undefined) return passed;
  if (sign === '>=') return value >= Number(bound);
  if (sign === '<=') return value <= Number(bound);
  return sign === '>' ? value > Number(bound) : value < Number(bound);
}

/** The gate of the same name; else the one whose words have all of the other's. */
function findGate(name: string, gates: readonly ReportedGate[]): number {
  const exact = gates.findIndex((gate) => gate.name.toLowerCase() === name.toLowerCase());
  if (exact !== -1) return exact;
  const wanted = wordsOf(name);
  return gates.findIndex((gate) => {
    const words = wordsOf(gate.name);
    return wanted.size > 0 && words.size > 0 && (isWithin(wanted, words) || isWithin(words, wanted));
  });
}

function wordsOf(name: string): ReadonlySet<string> {
  const words = name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const stems = words.map((word) => word.replace(/(?:ing|ter|ed|er|s)$/, '')).filter((word) => word !== '');
  const telling = stems.filter((word) => !FILLER.has(word));
  return new Set(telling.length > 0 ? telling : stems);
}

function isWithin(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return [...a].every((word) => b.has(word));
}

/** Percentages first: in `412 tests, 84 %` the percentage is what a bound is about. */
function numbersIn(text: string): readonly number[] {
  const percentages = [...text.matchAll(/(\d+(?:[.,]\d+)?)\s*%/g)];
  const found = percentages.length > 0 ? percentages : [...text.matchAll(/(\d+(?:[.,]\d+)?)/g)];
  return found.map(([, number = '']) => Number(number.replace(',', '.')));
}
