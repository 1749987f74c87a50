import { describe, expect, test } from 'vitest';
import { heldError } from '../../../src/cli/lock-lines.ts';
import type { AgentName, CloneId, ResourceName } from '../../../src/domain/names.ts';
import { splitWords } from '../../../src/domain/shell-words.ts';
import type { HeldBy } from '../../../src/store/locks/locks.ts';

const NOW = Date.UTC(2026, 10, 26, 7, 0);
const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();
const REQUEST = { resources: ['other'], options: [], paths: [] };

function held(times: { readonly expires: number; readonly takeover: number }): HeldBy {
  const resource = 'db' as ResourceName;
  return {
    wanted: resource,
    resource,
    mode: 'exclusive',
    holder: { agent: 'ga' as AgentName, session: null, clone: 'clone00000000001' as CloneId },
    paths: [],
    token: 1,
    reason: null,
    oid: null,
    expiresAt: at(times.expires),
    takeoverAt: at(times.takeover),
    scope: 'remote',
  };
}

describe('who stands in the way', () => {
  test('is waited for by the same request, as a shell takes it: without its globs it would protect no file', () => {
    const request = {
      resources: ['other', 'two words'],
      options: ['--shared', '--reason', "it's due"],
      paths: ['db/**', 'x.sql'],
    };
    const { hint = '' } = heldError([held({ expires: 600, takeover: 1200 })], request, NOW);
    const command = /`(agent-os lock .*?)`, or ask/.exec(hint)?.[1] ?? '';
    expect(splitWords(command)).toEqual([
      ...['agent-os', 'lock', 'other', 'two words', '--shared', '--reason', "it's due"],
      ...['--wait', '5m', '--paths', 'db/**', 'x.sql'],
    ]);
    expect(command).toContain("'db/**'");
  });

  test('holds it until its lease ends', () => {
    const { message } = heldError([held({ expires: 600, takeover: 1200 })], REQUEST, NOW);
    expect(message).toBe('db is held by ga until 2026-11-26 07:10 UTC (in 10 min)');
  });

  test('may be followed some time after its lease has ended', () => {
    const { message, hint } = heldError([held({ expires: -1, takeover: 599 })], REQUEST, NOW);
    expect(message).toBe(
      'db is held by ga, whose lease ended 1 s ago; it can be taken over from 2026-11-26 07:09 UTC (in 9 min 59 s)',
    );
    expect(hint).toContain('Wait for it: `agent-os lock other --wait 10m`, or ask:');
    const late = heldError([held({ expires: -1, takeover: 86_400 })], REQUEST, NOW);
    expect(late.hint).toMatch(/^Try again then, or ask: /);
  });
});
