import { RULE_IDS } from '../domain/verify/finding.ts';
import { asciiXml } from './ascii.ts';
import { type Checked, sentenceOf } from './place.ts';

/** JUnit's XML: one test case a rule, which fails with all of its errors; warnings are its output. */
export function formatJunit({ findings, unknown }: Checked): readonly string[] {
  const failed = new Set(findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule));
  const tests = RULE_IDS.length + (unknown.length > 0 ? 1 : 0);
  const counts = `tests="${tests}" failures="${failed.size}" errors="${unknown.length > 0 ? 1 : 0}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `<testsuite name="agent-os verify" ${counts}>`,
    ...RULE_IDS.flatMap((rule) => {
      const own = findings.filter((finding) => finding.rule === rule);
      const list = (severity: 'error' | 'warn') =>
        own
          .filter((finding) => finding.severity === severity)
          .map((finding) => sentenceOf(finding))
          .join('\n');
      const [errors, warnings] = [list('error'), list('warn')];
      const count = own.filter(({ severity }) => severity === 'error').length;
      return [
        `<testcase classname="agent-os" name="${rule}">`,
        ...(errors === '' ? [] : [`<failure message="${count} found">${asciiXml(errors)}</failure>`]),
        ...(warnings === '' ? [] : [`<system-out>${asciiXml(warnings)}</system-out>`]),
        '</testcase>',
      ];
    }),
    ...(unknown.length === 0
      ? []
      : [
          '<testcase classname="agent-os" name="unknown">',
          `<error message="cannot know">${asciiXml(unknown.join('\n'))}</error>`,
          '</testcase>',
        ]),
    '</testsuite>',
    '</testsuites>',
  ];
}
