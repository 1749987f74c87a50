import type { Oid } from '../names.ts';

export type Severity = 'error' | 'warn';

/** Every rule of `agent-os verify`: its severity where config.yaml names none, and what it finds. docs/verify.md has a section for each. */
export const RULES = {
  'foreign-lock': { severity: 'error', finds: 'commits that change paths which another session has locked' },
  'stale-token': { severity: 'error', finds: 'commits made under a lock that others have, or had, since' },
  'missing-lock': { severity: 'error', finds: 'commits that change paths which need a lock, without it' },
  'lock-record': { severity: 'error', finds: 'lock records that are broken, left over or overlapping' },
  trailers: {
    severity: 'error',
    finds: 'commits that name an unknown agent, or the session of another agent',
  },
  'branch-history': {
    severity: 'error',
    finds: 'an agent-os branch that was rewritten, truncated or begun elsewhere',
  },
  'branch-content': { severity: 'error', finds: 'files of the agent-os branch that clients cannot trust' },
  signatures: {
    severity: 'off',
    finds: 'operations and lock records that are not signed with a key of whom they name',
  },
  gates: { severity: 'warn', finds: 'quality gates that were not reported, or not passed' },
} as const satisfies Record<string, { readonly severity: Severity | 'off'; readonly finds: string }>;

export type RuleId = keyof typeof RULES;

export const RULE_IDS = Object.keys(RULES) as readonly RuleId[];

/** What a rule has found, before the policy says how bad that is. */
export interface Draft {
  readonly rule: RuleId;
  /** A path of the code for rules about commits, of the agent-os branch for rules about it. */
  readonly path?: string;
  readonly line?: number;
  readonly commit?: Oid;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** `warn`: never an error, whatever the policy says, because it may be in order. */
  readonly atMost?: 'warn';
}

/** What a check has found. Text in it comes from the repository: who prints it makes it safe. */
export interface Finding {
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly path: string | null;
  readonly line: number | null;
  readonly commit: Oid | null;
  readonly message: string;
  readonly hint: string | null;
}

/** What the policy says of each rule. */
export type Severities = Readonly<Record<RuleId, Severity | 'off'>>;

/** Findings of the rules that are on, errors first, then in the order of the rules and as they were found. */
export function weigh(drafts: readonly Draft[], severities: Severities): readonly Finding[] {
  const findings = drafts.flatMap((draft): Finding[] => {
    const severity = severities[draft.rule];
    if (severity === 'off') return [];
    const { rule, path = null, line = null, commit = null, message, hint = null } = draft;
    return [{ rule, severity: draft.atMost ?? severity, path, line, commit, message, hint }];
  });
  const rank = ({ severity, rule }: Finding) => (severity === 'error' ? 0 : 100) + RULE_IDS.indexOf(rule);
  return findings.sort((a, b) => rank(a) - rank(b));
}
