import * as z from 'zod/mini';
import { RULE_IDS, RULES, type RuleId, type Severities, type Severity } from '../verify/finding.ts';
import { describe, lazily } from './parts.ts';

const severity = lazily(() => z.enum(['error', 'warn', 'off']));

/** `verify` of config.yaml; a rule that this version does not know is kept and has no effect. */
export const verifySchema = lazily(() =>
  z.looseObject(
    Object.fromEntries(
      RULE_IDS.map((rule) => [
        rule,
        z.optional(
          describe(severity(), `How bad are ${RULES[rule].finds}. Default ${RULES[rule].severity}.`),
        ),
      ]),
    ) as Record<RuleId, z.ZodMiniOptional<ReturnType<typeof severity>>>,
  ),
);

/** The severity of every rule, defaults filled in. */
export function resolveSeverities(
  written: Readonly<Partial<Record<RuleId, Severity | 'off' | undefined>>>,
): Severities {
  const entries = RULE_IDS.map((rule) => [rule, written[rule] ?? RULES[rule].severity]);
  return Object.fromEntries(entries) as Severities;
}
