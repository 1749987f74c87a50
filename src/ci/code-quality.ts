import { asciiJson } from './ascii.ts';
import { anyPath, type Checked, sentenceOf } from './place.ts';
import { fingerprint } from './sarif.ts';

/** GitLab's code quality report: a list of issues, each with a path, a line and a fingerprint. */
export function formatCodeQuality({ findings, unknown }: Checked, hash: (text: string) => string): string {
  return asciiJson([
    ...unknown.map((text) => ({
      description: text,
      check_name: 'unknown',
      fingerprint: hash(text).slice(0, 40),
      severity: 'blocker',
      location: { path: 'agent-os', lines: { begin: 1 } },
    })),
    ...findings.map((finding) => ({
      description: sentenceOf(finding),
      check_name: finding.rule,
      fingerprint: fingerprint(finding, hash),
      severity: finding.severity === 'error' ? 'major' : 'minor',
      location: { path: anyPath(finding), lines: { begin: finding.line ?? 1 } },
    })),
  ]);
}
