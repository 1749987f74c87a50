import { judgeGates } from '../definition/gate-report.ts';
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

/** Gates of each agent by the judgement that recap and verify go by: see judgeGates. */
export function reportGates(
  agents: readonly AgentName[],
  cards: ReadonlyMap<AgentName, Pick<Card, 'gates'>>,
  recaps: readonly Pick<Recap, 'id' | 'agent' | 'gates'>[],
): readonly ReportGate[] {
  return agents.flatMap((agent) => {
    const reported = recaps
      .filter((recap) => recap.agent === agent)
      .map(({ id, gates = [] }) => gates.map((gate) => ({ ...gate, recap: id })));
    return judgeGates(cards.get(agent)?.gates ?? [], reported).map(
      ({ name, status, require, detail, required, report }): ReportGate => ({
        ...{ agent, name, requires: require, required, detail },
        outcome: status === 'missing' ? 'not reported' : status,
        recap: report?.recap ?? null,
      }),
    );
  });
}
