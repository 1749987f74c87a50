import { describe, expect, test } from 'vitest';
import { blockingLock, blockingRef, refusalHint } from '../../../src/domain/host-words.ts';
import type { RefName } from '../../../src/domain/names.ts';
import { conflictingRefs } from '../../../src/domain/ref-conflict.ts';

const LOCKED =
  "[remote rejected] (failed to update ref): error: cannot lock ref 'refs/heads/agent-os': Unable to create '/srv/r.git/./refs/heads/agent-os.lock': File exists.";
const IN_THE_WAY =
  "error: cannot lock ref 'refs/heads/agent-os': 'refs/heads/agent-os/topic' exists; cannot create 'refs/heads/agent-os'";

describe('what git says stands in the way', () => {
  test('is named: a lock file, a ref', () => {
    expect(blockingLock(LOCKED)).toBe('/srv/r.git/./refs/heads/agent-os.lock');
    expect(blockingRef(LOCKED)).toBeNull();
    expect(blockingRef(IN_THE_WAY)).toBe('refs/heads/agent-os/topic');
    expect(blockingLock('pre-receive hook declined')).toBeNull();
  });

  test('has a way out of its own; other refusals keep theirs', () => {
    expect(refusalHint(LOCKED, 'x')).toContain('/srv/r.git/./refs/heads/agent-os.lock');
    expect(refusalHint(IN_THE_WAY, 'x')).toContain('agent-os init --ref refs/agent-os/branch');
    expect(refusalHint('pre-receive hook declined', 'x')).toBe('x');
  });
});

test.each([
  ['refs/heads/agent-os', ['refs/heads/agent-os/']],
  ['refs/heads/team/agent/os', ['refs/heads/team/agent/os/', 'refs/heads/team', 'refs/heads/team/agent']],
  ['refs/agent-os/branch', ['refs/agent-os/branch/']],
])('beside %s there can be none of %j', (ref, patterns) => {
  expect(conflictingRefs(ref as RefName)).toEqual(patterns);
});
