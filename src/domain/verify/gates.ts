import type { AgentName, Oid, RecordId } from '../names.ts';
import type { Draft } from './finding.ts';

/** What an agent's card requires. */
export interface RequiredGate {
  readonly name: string;
  readonly require: string | null;
}

/** What one recap reports of one gate. */
export interface ReportedGate {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string | null;
}

/** The commits of the range that one session made, and what its recaps say. */
export interface GateFacts {
  readonly agent: AgentName;
  readonly session: RecordId | null;
  /** The last commit. */
  readonly commit: Oid;
  readonly required: readonly RequiredGate[];
  /** Of the session's recaps, oldest first: the last report of a gate counts. */
  readonly reported: readonly ReportedGate[];
}

/** Gates of the cards of those who made commits that no recap reports, that failed, or whose figure is below what the card asks for. */
export function findOpenGates(sessions: readonly GateFacts[]): readonly Draft[] {
  return sessions.flatMap(({ agent, commit, required, reported }) =>
    required.flatMap((gate): Draft[] => {
      const report = reported.findLast(({ name }) => fold(name) === fold(gate.name));
      const problem = problemOf(gate, report);
      if (problem === null) return [];
      const hint = `Run the gate, and report it in a recap of ${agent}: \`agent-os recap add\`.`;
      return [{ rule: 'gates', commit, message: `${agent}: the gate ${gate.name} ${problem}`, hint }];
    }),
  );
}

function problemOf({ require }: RequiredGate, report: ReportedGate | undefined): string | null {
  if (report === undefined) return 'is in no recap of the session';
  if (!report.passed) return `did not pass${report.detail === null ? '' : `: ${report.detail}`}`;
  const [least, figure] = [percentage(require), percentage(report.detail)];
  if (least === null || figure === null || !/at least|min|>=|≥/i.test(require ?? '') || figure >= least)
    return null;
  return `is reported as passed with ${figure} %, and its card asks for ${require}`;
}

function percentage(text: string | null): number | null {
  const found = /(\d+(?:[.,]\d+)?)\s*%/.exec(text ?? '')?.[1];
  return found === undefined ? null : Number(found.replace(',', '.'));
}

function fold(name: string): string {
  return name.trim().toLowerCase();
}
