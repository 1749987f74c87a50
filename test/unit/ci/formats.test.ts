import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import Ajv from 'ajv';
import { expect, test } from 'vitest';
import { plainMarkdown } from '../../../src/ci/ascii.ts';
import { formatCodeQuality } from '../../../src/ci/code-quality.ts';
import { formatGithub } from '../../../src/ci/github.ts';
import { formatJunit } from '../../../src/ci/junit.ts';
import { formatMarkdown } from '../../../src/ci/markdown.ts';
import { formatSarif } from '../../../src/ci/sarif.ts';
import type { Oid } from '../../../src/domain/names.ts';
import type { Finding } from '../../../src/domain/verify/finding.ts';
import { PROJECT } from '../../support/sandbox.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const OID = 'a'.repeat(40) as Oid;
const HOSTILE =
  '\x1b[31m<script>alert(1)</script> @everyone ![x](https://evil.example) | `code` \n::set-output name=x::y ##[error] %0A \u202e ]]> \ud800 &amp; \0';

const finding = (extra: Partial<Finding> = {}): Finding => ({
  rule: 'foreign-lock',
  severity: 'error',
  path: 'src/a b,c:d.ts',
  line: null,
  commit: OID,
  message: 'changes it',
  hint: 'Wait',
  ...extra,
});
const everything = [
  finding(),
  finding({ message: HOSTILE, path: HOSTILE, hint: HOSTILE }),
  finding({
    rule: 'branch-content',
    severity: 'warn',
    path: 'agents/x.yaml',
    commit: null,
    hint: null,
    line: 3,
  }),
  finding({ rule: 'lock-record', path: null, commit: null }),
];

const isAscii = (text: string) => /^[\n\x20-\x7e]*$/.test(text);

test('SARIF is valid by its schema, with every rule and a location and fingerprint for each result', () => {
  const schema = JSON.parse(
    readFileSync(join(PROJECT, 'test/fixtures/sarif/sarif-2.1.0-rtm.5.json'), 'utf8'),
  ) as object;
  const ajv = new Ajv({ schemaId: 'auto', meta: false, unknownFormats: 'ignore' });
  const require = createRequire(import.meta.url);
  ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'));
  const validate = ajv.compile(schema);
  for (const unknown of [[], ['who holds it?', HOSTILE]]) {
    const text = formatSarif({ findings: everything, unknown }, { version: '1.2.3', hash });
    expect(isAscii(text)).toBe(true);
    const log = JSON.parse(text);
    expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
    const [run] = log.runs;
    expect(run.tool.driver.rules).toHaveLength(9);
    expect(run.invocations[0].executionSuccessful).toBe(unknown.length === 0);
    expect(run.results.map(({ level }: { level: string }) => level)).toEqual([
      'error',
      'error',
      'warning',
      'error',
    ]);
    expect(run.results[0].locations[0].physicalLocation.artifactLocation.uri).toBe('src/a%20b%2Cc%3Ad.ts');
    expect(run.results[2].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'agent-os/agents/x.yaml' },
      region: { startLine: 3 },
    });
    const prints = run.results.map((result: { partialFingerprints: object }) =>
      JSON.stringify(result.partialFingerprints),
    );
    expect(new Set(prints).size).toBe(everything.length);
  }
  expect(validate({ version: '2.1.0', runs: [{ results: [] }] })).toBe(false);
});

test('GitHub annotations are escaped, at most ten of a kind, and followed by everything in a group without commands', () => {
  const many = Array.from({ length: 25 }, (_, index) => finding({ message: `number ${index}` }));
  const warnings = Array.from({ length: 10 }, () =>
    finding({ severity: 'warn', message: HOSTILE, path: HOSTILE }),
  );
  const lines = formatGithub({ findings: [...many, ...warnings], unknown: [] }, 'nonce0');
  const start = lines.indexOf('::stop-commands::nonce0');
  const commands = lines.slice(0, start);
  expect(commands.filter((line) => line.startsWith('::error '))).toHaveLength(10);
  expect(commands.filter((line) => line.startsWith('::warning '))).toHaveLength(10);
  expect(commands[0]).toBe(
    `::error file=src/a b%2Cc%3Ad.ts,line=1,title=agent-os%3A foreign-lock::${OID.slice(0, 12)} changes it. Wait`.replace(
      'changes it',
      'number 0',
    ),
  );
  expect(commands[9]).toBe('::error title=agent-os::16 more: see the log of this step');
  expect(lines.slice(start + 1, -2)).toHaveLength(35);
  expect(lines.slice(-2)).toEqual(['::nonce0::', '::endgroup::']);
  for (const line of lines) {
    expect(line).not.toMatch(/[\r\n]/);
    expect(line).not.toContain('##[');
  }
  expect(formatGithub({ findings: [], unknown: [] }, 'nonce0')).toEqual([]);
  expect(formatGithub({ findings: [], unknown: ['x'] }, 'n')[0]).toBe(
    '::error title=agent-os%3A cannot know::x',
  );
});

test('JUnit is XML in ASCII, one case a rule, with unknowns as an error', () => {
  const text = formatJunit({ findings: everything, unknown: ['who holds it?'] }).join('\n');
  expect(isAscii(text)).toBe(true);
  expect(text).not.toContain('<script');
  expect(text).toContain('<testsuites tests="10" failures="2" errors="1">');
  expect(text).toContain('<failure message="2 found">');
  expect(text).toContain('&#xFFFD;');
  const names = [...text.matchAll(/<testcase classname="agent-os" name="([^"]+)"/g)].map(([, name]) => name);
  expect(names).toHaveLength(10);
  // Every tag that opens is closed, in order.
  const open: string[] = [];
  for (const [, close, name] of text.matchAll(/<(\/?)([a-z-]+)[^>]*>/g)) {
    if (close === '/') expect(open.pop()).toBe(name);
    else open.push(name ?? '');
  }
  expect(open).toEqual([]);
});

test("GitLab's report has a path, a line and a fingerprint for each finding", () => {
  const text = formatCodeQuality({ findings: everything, unknown: ['who holds it?'] }, hash);
  expect(isAscii(text)).toBe(true);
  const issues = JSON.parse(text) as Record<string, unknown>[];
  expect(issues).toHaveLength(5);
  expect(issues[0]).toMatchObject({ check_name: 'unknown', severity: 'blocker' });
  expect(issues[1]).toEqual({
    description: `${OID.slice(0, 12)} changes it. Wait`,
    check_name: 'foreign-lock',
    fingerprint: expect.stringMatching(/^[0-9a-f]{40}$/),
    severity: 'major',
    location: { path: 'src/a b,c:d.ts', lines: { begin: 1 } },
  });
});

test('Markdown shows hostile text as text', () => {
  const text = formatMarkdown({ findings: everything, unknown: [HOSTILE] }).join('\n');
  expect(text).not.toMatch(/<script|@everyone|!\[x\]\(|https:\/\/evil|\x1b|\u202e/);
  expect(text).toContain('| error | foreign-lock |');
  for (const line of text.split('\n').filter((row) => row.startsWith('|'))) {
    expect(line.replace(/\\\|/g, '').split('|')).toHaveLength(6);
  }
  expect(plainMarkdown('a'.repeat(1000), 10)).toBe('aaaaaaaaa…');
  const many = Array.from({ length: 300 }, () => finding({ message: 'x'.repeat(2000) }));
  expect(formatMarkdown({ findings: many, unknown: [] }).join('\n').length).toBeLessThan(130_000);
});
