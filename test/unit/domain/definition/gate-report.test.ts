import { describe, expect, it } from 'vitest';
import { judgeGates } from '../../../../src/domain/definition/gate-report.ts';
import { readReportedGates } from '../../../../src/domain/definition/reported-gates.ts';
import type { AgentName } from '../../../../src/domain/names.ts';
import { reportGates } from '../../../../src/domain/report/gates.ts';
import { findOpenGates } from '../../../../src/domain/verify/gates.ts';
import { oid, recap } from '../report/records.ts';

describe('gates that a recap reports', () => {
  it.each([
    '## Quality gates\n- Coverage: 82 %\n- Lint: passed\n- Security: 1 finding, failed',
    '## ✅ Quality Gates\n- ✅ Coverage: 82 %\n- ✅ Lint passed\n- ❌ Security: 1 finding',
    '### Quality Gates\n- [x] Coverage (82 %)\n- [x] Lint\n- [ ] Security',
    '## Quality gate results\n| Gate | Result |\n|---|---|\n| Coverage | 82 % |\n| Lint | passed |\n| Security | failed: 1 finding |',
    'Quality gates:\r\n* **Coverage** – 82 %\r\n* **Lint** – no errors\r\n* **Security** – not run\r\n',
  ])('%#', (body) => {
    const gates = readReportedGates(`# Recap\n\n## Done\n- all: passed\n\n${body}`);
    expect(gates.map(({ name, passed }) => [name, passed])).toEqual([
      ['Coverage', true],
      ['Lint', true],
      ['Security', false],
    ]);
    expect(gates[0]?.detail).toBe('82 %');
  });

  it('compare with what the definition asks for, missing ones named', () => {
    const required = [
      { name: 'Test coverage', require: '>= 85 %' },
      { name: 'linting', require: 'passed' },
      { name: 'Security scan', require: 'no findings' },
    ];
    const reported = [
      { name: 'coverage', passed: true, detail: '84.9 %' },
      { name: 'Lint', passed: true },
      { name: 'Docs', passed: false },
    ];
    expect(judgeGates(required, [reported])).toEqual([
      {
        ...{ name: 'Test coverage', status: 'failed', require: '>= 85 %', detail: '84.9 %' },
        ...{ required: true, report: reported[0] },
      },
      {
        ...{ name: 'linting', status: 'passed', require: 'passed', detail: null },
        ...{ required: true, report: reported[1] },
      },
      {
        ...{ name: 'Security scan', status: 'missing', require: 'no findings', detail: null },
        ...{ required: true, report: null },
      },
      {
        ...{ name: 'Docs', status: 'failed', require: null, detail: null },
        ...{ required: false, report: reported[2] },
      },
    ]);
  });

  it('are each for the gate whose name is likest, and for one gate alone', () => {
    const required = [{ name: 'lint code' }, { name: 'Coverage of new code' }, { name: 'Test coverage' }];
    const reports = (...names: string[]) =>
      judgeGates(required, [names.map((name) => ({ name, passed: true }))]).map(
        ({ report }) => report?.name ?? null,
      );
    expect(reports('coverage', 'new code coverage', 'lint')).toEqual([
      'lint',
      'new code coverage',
      'coverage',
    ]);
    expect(reports('TEST_COVERAGE', 'coverage')).toEqual([null, 'coverage', 'TEST_COVERAGE']);
    expect(reports('test-coverage', 'Test  coverage')).toEqual([null, null, 'Test  coverage']);
  });

  it('count as the last recap that says something of them has it', () => {
    const gate = (name: string, passed: boolean) => ({ name, passed });
    const recaps = [[gate('Test coverage', false), gate('e2e', false)], [gate('coverage', true)], []];
    const results = judgeGates([{ name: 'test coverage' }], recaps);
    expect(results.map(({ name, status }) => [name, status])).toEqual([
      ['test coverage', 'passed'],
      ['e2e', 'failed'],
    ]);
    expect(judgeGates([{ name: 'test coverage' }], recaps.toReversed())[0]?.status).toBe('failed');
  });

  it.each([
    ['>= 80', '80 %', true],
    ['>= 80', '79,9 %', false],
    ['at least 80 %', '412 tests, 81 %', true],
    ['< 1 %', '1 %', false],
    ['<= 30 ms', '31 ms', false],
    ['no findings', 'none', true],
    ['no findings', '0', true],
    ['no findings', '3', false],
    ['no findings', '2 critical findings', false],
    ['no findings', '0 critical, 1 low vulnerability', false],
    ['no findings', '3 CVEs', false],
    ['no errors', '5 errors', false],
    ['no errors', '0 errors, 12 warnings', true],
    ['no critical findings', '2 low findings', true],
    ['no critical findings', '1 critical finding', false],
    ['no critical findings', '2 findings', false],
    ['>= 80', 'good', true],
  ])('%s of %s is %s', (require, detail, expected) => {
    const judge = (passed: boolean) =>
      judgeGates([{ name: 'x', require }], [[{ name: 'x', passed, detail }]])[0]?.status;
    expect(judge(true)).toBe(expected ? 'passed' : 'failed');
    expect(judge(false)).toBe('failed');
  });
});

describe('recap, report and verify', () => {
  const agent = 'ada' as AgentName;

  it.each([
    ['test coverage', 'at least 80 %', { name: 'coverage', passed: true, detail: '84 %' }],
    ['test coverage', 'at least 80 %', { name: 'Coverage', passed: true, detail: '76 %' }],
    ['Test coverage', undefined, { name: 'test_coverage', passed: true }],
    ['Linting', 'passed', { name: 'lint', passed: false, detail: 'two errors' }],
    ['response time', '<= 30 ms', { name: 'Response times', passed: true, detail: '31 ms' }],
    ['Security scan', 'no findings', { name: 'e2e', passed: true }],
  ])('say the same of %s (%s), of which %o was reported', (name, require, reported) => {
    const gates = [{ name, ...(require !== undefined && { require }) }];
    const [recapped] = judgeGates(gates, [[reported]]);
    const [shown] = reportGates([agent], new Map([[agent, { gates }]]), [
      recap('ada', 1, { gates: [reported] }),
    ]);
    const open = findOpenGates([{ agent, commit: oid(1), required: gates, reported: [[reported]] }]);
    const status = recapped?.status ?? '';
    expect(shown?.outcome).toBe(status === 'missing' ? 'not reported' : status);
    expect(open.length > 0).toBe(status !== 'passed');
    expect(open.some(({ message }) => message.includes('in no recap'))).toBe(status === 'missing');
  });
});
