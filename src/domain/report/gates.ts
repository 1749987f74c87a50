import { judgeGate } from '../definition/gate-report.ts';
import type { AgentName, RecordId } from '../names.ts';
import type { Card } from '../schema/card.ts';
import type { Recap } from '../schema/recap.ts';

/** A quality gate of an agent: what its card requires against what its recaps report. */
export interface ReportGate {
  readonly agent: AgentName;
  readonly name: string;
  /** What the card asks for, in its words; null: the card does not list the gate, or says no more than its name. */
  readonly requires: string | null;
  readonly required: boolean;
  readonly outcome: 'passed' | 'failed' | 'not reported';
  readonly detail: string | null;
  /** Where it was reported last. */
  readonly recap: RecordId | null;
}

/**
 * Required gates first, in the order of the card, then those that recaps report beside them. The last report counts, and
 * a number in it has to keep the bound of the card, whatever else it says.
 */
export function compareGates(
  agents: readonly AgentName[],
  cards: ReadonlyMap<AgentName, Pick<Card, 'gates'>>,
  recaps: readonly Pick<Recap, 'id' | 'agent' | 'gates'>[],
): readonly ReportGate[] {
  return agents.flatMap((agent) => {
    const reported = new Map<
      string,
      { recap: RecordId; name: string; passed: boolean; detail: string | null }
    >();
    for (const { id, gates = [] } of recaps.filter((recap) => recap.agent === agent)) {
      for (const { name, passed, detail = null } of gates)
        reported.set(keyOf(name), { recap: id, name, passed, detail });
    }
    const required = cards.get(agent)?.gates ?? [];
    const gate = (name: string, fields: Pick<ReportGate, 'requires' | 'required'>): ReportGate => {
      const report = reported.get(keyOf(name));
      const isMet =
        report !== undefined && judgeGate(fields.requires, { ...report, detail: report.detail ?? '' });
      return {
        ...{ agent, name, ...fields },
        outcome: report === undefined ? 'not reported' : isMet ? 'passed' : 'failed',
        detail: report?.detail ?? null,
        recap: report?.recap ?? null,
      };
    };
    const names = new Set(required.map(({ name }) => keyOf(name)));
    const beside = [...reported.values()].filter(({ name }) => !names.has(keyOf(name)));
    return [
      ...required.map(({ name, require = null }) => gate(name, { requires: require, required: true })),
      ...beside.map(({ name }) => gate(name, { requires: null, required: false })),
    ];
  });
}

/** `Test coverage`, `test-coverage` and `test_coverage` are one gate. */
function keyOf(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();
}
