import { describe, expect, it } from 'vitest';
import { compareGates, judgeGate } from '../../../../src/domain/definition/gate-report.ts';
import { readReportedGates } from '../../../../src/domain/definition/reported-gates.ts';

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
    expect(compareGates(required, reported)).toEqual([
      { name: 'Test coverage', status: 'failed', require: '>= 85 %', detail: '84.9 %' },
      { name: 'linting', status: 'passed', require: 'passed', detail: null },
      { name: 'Security scan', status: 'missing', require: 'no findings', detail: null },
      { name: 'Docs', status: 'failed', require: null, detail: null },
    ]);
  });

  it.each([
    ['>= 80', '80 %', true],
    ['>= 80', '79,9 %', false],
    ['at least 80 %', '412 tests, 81 %', true],
    ['< 1 %', '1 %', false],
    ['<= 30 ms', '31 ms', false],
    ['no findings', 'none', true],
    ['>= 80', 'good', true],
  ])('%s of %s is %s', (require, detail, expected) => {
    expect(judgeGate(require, { name: 'x', passed: true, detail })).toBe(expected);
    expect(judgeGate(require, { name: 'x', passed: false, detail })).toBe(false);
  });
});
