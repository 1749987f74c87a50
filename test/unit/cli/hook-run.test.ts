import { expect, it } from 'vitest';
import { patienceOf } from '../../../src/cli/hook-run.ts';

it.each([
  ['pre-commit', {}, 15_000],
  ['commit-msg', { AGENT_OS_HOOK_TIMEOUT: '1s' }, 15_000],
  ['pre-push', {}, 60_000],
  ['pre-commit', { AGENT_OS_HOOK_TIMEOUT: '120s' }, 133_000],
  ['pre-push', { AGENT_OS_HOOK_TIMEOUT: '9999d' }, 2 ** 31 - 1],
])(
  '%s under %j is given up after %d ms: what the network may take does not end it',
  (event, env, expected) => {
    expect(patienceOf(event, env)).toBe(expected);
  },
);
