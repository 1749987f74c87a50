import type { GateResult } from '../domain/definition/gate-report.ts';
import { firstWords } from './record-lines.ts';
import { bad, dim, good, type Line, table, warn } from './text.ts';

/** Gates of a recap against those of the definition. */
export function gateLines(results: readonly GateResult[]): Line[] {
  return table(
    results.map(({ name, status, require, detail }) => [
      status === 'passed' ? good('passed') : status === 'failed' ? bad('FAILED') : warn('missing'),
      name,
      firstWords(detail ?? '-'),
      dim(require === null ? 'not asked for' : `asked for: ${require}`),
    ]),
  );
}

/** For standard error: what is failed or missing, by name. */
export function gateNotes(results: readonly GateResult[]): Line[] {
  const named = (status: GateResult['status']) =>
    results.filter((result) => result.status === status).map(({ name }) => name);
  const [failed, missing] = [named('failed'), named('missing')];
  return [
    ...(failed.length === 0 ? [] : [[bad('failed: '), failed.join(', ')]]),
    ...(missing.length === 0 ? [] : [[warn('not reported: '), missing.join(', ')]]),
  ];
}
