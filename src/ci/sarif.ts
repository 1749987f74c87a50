import { type Finding, RULE_IDS, RULES } from '../domain/verify/finding.ts';
import { asciiJson } from './ascii.ts';
import { anyPath, type Checked, ruleTitle, sentenceOf } from './place.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0-rtm.5.json';
const DOCUMENTATION = 'https://unpkg.com/agent-os/docs/verify.md';
/** GitHub shows no more of one run. */
const SHOWN = 5000;

const LEVEL = { error: 'error', warn: 'warning', off: 'none' } as const;

/**
 * A SARIF 2.1.0 log (OASIS) with one run. Every result has a location, because hosts refuse those without; a
 * fingerprint keeps a finding the same from one run to the next.
 */
export function formatSarif(
  { findings, unknown }: Checked,
  { version, hash }: { readonly version: string; readonly hash: (text: string) => string },
): string {
  const rules = RULE_IDS.map((id) => ({
    id,
    shortDescription: { text: ruleTitle(id) },
    helpUri: `${DOCUMENTATION}#${id}`,
    defaultConfiguration: { level: LEVEL[RULES[id].severity] },
  }));
  const rest = findings.length - SHOWN;
  const notifications = [
    ...unknown.map((text) => ({ level: 'error', message: { text } })),
    ...(rest > 0 ? [{ level: 'warning', message: { text: `${rest} more findings are not listed` } }] : []),
  ];
  return asciiJson({
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'agent-os', version, informationUri: DOCUMENTATION, rules } },
        invocations: [
          {
            executionSuccessful: unknown.length === 0,
            ...(notifications.length > 0 && { toolExecutionNotifications: notifications }),
          },
        ],
        results: findings.slice(0, SHOWN).map((finding) => describe(finding, hash)),
      },
    ],
  });
}

function describe(finding: Finding, hash: (text: string) => string) {
  const { rule, severity, line, commit } = finding;
  const uri = anyPath(finding).split('/').map(encodeSegment).join('/');
  return {
    ruleId: rule,
    ruleIndex: RULE_IDS.indexOf(rule),
    level: LEVEL[severity],
    message: { text: sentenceOf(finding) },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri }, region: { startLine: line ?? 1 } },
        ...(commit !== null && { logicalLocations: [{ name: commit, kind: 'commit' }] }),
      },
    ],
    partialFingerprints: { 'agentOs/v1': fingerprint(finding, hash) },
  };
}

/** What makes two findings the same one. */
export function fingerprint(
  { rule, path, commit, message }: Finding,
  hash: (text: string) => string,
): string {
  return hash(JSON.stringify([rule, path, commit, message])).slice(0, 40);
}

/** A lone surrogate is no text that a URI can hold. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.replace(/\p{Cs}/gu, '\ufffd'));
}
