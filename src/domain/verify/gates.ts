import {
  type JudgedGate,
  judgeGates,
  type ReportedGate,
  type RequiredGate,
} from '../definition/gate-report.ts';
import type { AgentName, Oid } from '../names.ts';
import type { Draft } from './finding.ts';

/** The commits of the range that one session made, and what its recaps say. */
export interface GateFacts {
  readonly agent: AgentName;
  /** The last commit. */
  readonly commit: Oid;
  /** What the agent's card asks for. */
  readonly required: readonly RequiredGate[];
  /** What each recap of the session reports, the oldest first. */
  readonly reported: readonly (readonly ReportedGate[])[];
}

/** Gates of the cards of those who made commits that no recap reports, that failed, or whose number misses the bound of the card. */
export function findOpenGates(sessions: readonly GateFacts[]): readonly Draft[] {
  return sessions.flatMap(({ agent, commit, required, reported }) =>
    judgeGates(required, reported).flatMap((gate): Draft[] => {
      if (!gate.required || gate.status === 'passed') return [];
      const hint = `Run the gate, and report it in a recap of ${agent}: \`agent-os recap add\`.`;
      return [{ rule: 'gates', commit, message: `${agent}: the gate ${gate.name} ${problemOf(gate)}`, hint }];
    }),
  );
}

function problemOf({ require, detail, report }: JudgedGate): string {
  if (report === null) return 'is in no recap of the session';
  if (report.passed) return `is reported as passed with ${detail}, and its card asks for ${require}`;
  return `did not pass${detail === null ? '' : `: ${detail}`}`;
}
