import { type Finding, RULES, type Severity } from '../domain/verify/finding.ts';
import { type Checked, codePath, sentenceOf } from './place.ts';

/** GitHub shows ten annotations of a kind for a step, and drops the rest without a word. */
const SHOWN = 10;

const COMMAND: Record<Severity, string> = { error: 'error', warn: 'warning' };

/**
 * Workflow commands of GitHub Actions: one annotation a finding, at most ten of a kind, of which the last one names
 * how many there are beyond; then all of them in a folded group, in which nothing is taken for a command.
 * @param nonce - a word that nobody can know before
 */
export function formatGithub({ findings, unknown }: Checked, nonce: string): readonly string[] {
  const lines: string[] = [];
  const errors = findings.filter(({ severity }) => severity === 'error');
  const warnings = findings.filter(({ severity }) => severity === 'warn');
  const unknowns = unknown.map((text) => command('error', { title: 'agent-os: cannot know' }, text));
  lines.push(...cap([...unknowns, ...errors.map(annotate)], 'error'));
  lines.push(...cap(warnings.map(annotate), 'warning'));
  if (findings.length + unknown.length === 0) return lines;
  lines.push(
    `::group::agent-os verify: all ${findings.length + unknown.length}`,
    `::stop-commands::${nonce}`,
  );
  lines.push(...unknown.map((text) => harmless(`unknown ${text}`)));
  lines.push(
    ...findings.map((finding) => harmless(`${finding.severity} [${finding.rule}] ${sentenceOf(finding)}`)),
  );
  lines.push(`::${nonce}::`, '::endgroup::');
  return lines;
}

function annotate(finding: Finding): string {
  const path = codePath(finding);
  const properties = {
    ...(path !== null && { file: path, line: String(finding.line ?? 1) }),
    title: `agent-os: ${finding.rule}`,
  };
  return command(COMMAND[finding.severity], properties, sentenceOf(finding));
}

function cap(annotations: readonly string[], kind: 'error' | 'warning'): readonly string[] {
  const rest = annotations.length - SHOWN + 1;
  if (rest <= 1) return annotations;
  const more = command(kind, { title: 'agent-os' }, `${rest} more: see the log of this step`);
  return [...annotations.slice(0, SHOWN - 1), more];
}

/** As @actions/core escapes them: a property also ends at `:` and `,`. */
function command(name: string, properties: Readonly<Record<string, string>>, message: string): string {
  const listed = Object.entries(properties).map(([key, value]) => `${key}=${property(value)}`);
  return `::${name} ${listed.join(',')}::${data(message)}`;
}

function data(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A').replace(/##\[/g, '## [');
}

function property(text: string): string {
  return data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}

/** A line of the log that is no command: those of old runners are known by `##[` wherever it stands. */
function harmless(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/##\[/g, '## [');
}

/** Rules by how often each was broken, for a headline. */
export function countByRule(findings: readonly Finding[]): readonly (readonly [string, number])[] {
  return Object.keys(RULES).flatMap((rule) => {
    const count = findings.filter((finding) => finding.rule === rule).length;
    return count === 0 ? [] : [[rule, count] as const];
  });
}
