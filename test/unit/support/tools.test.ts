import { afterEach, expect, test, vi } from 'vitest';
import { lacksTool, requireTool } from '../../support/processes.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test('tests that want a program which is not there are left out loudly', () => {
  vi.stubEnv('CI', '');
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(lacksTool('no-such-program', 'a-package')).toBe(true);
  expect(said.mock.calls.join()).toContain('apt-get install a-package');
  expect(lacksTool('git')).toBe(false);
});

test('in CI they run, and fail', () => {
  vi.stubEnv('CI', 'true');
  expect(lacksTool('no-such-program')).toBe(false);
  expect(() => requireTool('no-such-program')).toThrow('these tests need no-such-program');
});
