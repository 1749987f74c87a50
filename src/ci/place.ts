import { type Finding, RULES, type RuleId } from '../domain/verify/finding.ts';

/** What a format gets beside the findings. */
export interface Checked {
  readonly findings: readonly Finding[];
  readonly unknown: readonly string[];
}

const ABOUT_BRANCH: ReadonlySet<RuleId> = new Set([
  'branch-history',
  'branch-content',
  'lock-record',
  'signatures',
]);

/** The file of the code that a finding is about; null when it is about the branch, a lock or a whole commit. */
export function codePath({ rule, path }: Finding): string | null {
  return ABOUT_BRANCH.has(rule) ? null : path;
}

/** A path for formats that want one of every finding: files of the branch go below its name. */
export function anyPath(finding: Finding): string {
  if (finding.path === null) return 'agent-os';
  return codePath(finding) ?? `agent-os/${finding.path}`;
}

/** The whole finding as one sentence. */
export function sentenceOf({ commit, message, hint }: Finding): string {
  const what = commit === null ? message : `${commit.slice(0, 12)} ${message}`;
  return hint === null ? what : `${what}. ${hint}`;
}

/** What a rule looks for, as a heading. */
export function ruleTitle(rule: RuleId): string {
  const { finds } = RULES[rule];
  return `${finds.charAt(0).toUpperCase()}${finds.slice(1)}`;
}
