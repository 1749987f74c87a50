import { describe, expect, it } from 'vitest';
import type { RefName } from '../../../src/domain/names.ts';
import { isContention, isFinal, isLostRace, readPush } from '../../../src/git/push-outcome.ts';

const A = 'refs/heads/a' as RefName;

function push(stdout: string, stderr = '') {
  return readPush({ exitCode: 1, timedOut: false, stdout: Buffer.from(stdout), stderr });
}

describe('readPush', () => {
  it.each([
    [' \tabc:refs/heads/a\t123..456', { status: 'moved' }],
    ['+\tabc:refs/heads/a\t123...456 (forced update)', { status: 'moved' }],
    ['*\tabc:refs/heads/a\t[new branch]', { status: 'moved' }],
    ['=\tabc:refs/heads/a\t[up to date]', { status: 'same' }],
    ['!\tabc:refs/heads/a\t[rejected] (stale info)', { status: 'rejected' }],
    [
      '!\tabc:refs/heads/a\t[remote rejected] (hook declined)',
      { status: 'declined', reason: '[remote rejected] (hook declined)' },
    ],
    ['!\tabc:refs/heads/a\t[remote failure] (remote failed to report status)', undefined],
    ['To somewhere', undefined],
  ])('%s', (line, verdict) => {
    expect(push(`To host\n${line}\nDone\n`).verdicts.get(A)).toEqual(verdict);
  });

  it('believes the worse of two push URLs', () => {
    const [moved, declined] = [' \tx:refs/heads/a\t1..2', '!\tx:refs/heads/a\t[remote rejected] (no)'];
    expect(push(`${moved}\n${declined}\n`).verdicts.get(A)?.status).toBe('declined');
    expect(push(`${declined}\n${moved}\n`).verdicts.get(A)?.status).toBe('declined');
  });

  it('knows that something was sent by the progress of the pack', () => {
    expect(push('', 'fatal: Could not resolve host').sent).toBe(false);
    expect(push('', 'Enumerating objects: 2, done.\nfatal: the remote end hung up').sent).toBe(true);
    expect(push('', 'Total 0 (delta 0), reused 0\n').sent).toBe(true);
  });

  it('keeps the words of the host and drops the noise', () => {
    const stderr =
      'Counting objects: 50% (1/2)\rCounting objects: 100% (2/2), done.\nremote: ask Ada        \nremote: \nhint: x\nerror: failed to push some refs to y\n';
    expect(push('', stderr).words).toBe('ask Ada');
  });
});

describe('reasons', () => {
  it('tell a race from a lock file from a policy', () => {
    const raced = `[remote rejected] (failed to update ref): error: cannot lock ref '${A}': is at 1 but expected 2`;
    const locked = `[remote rejected] (failed to update ref): error: cannot lock ref '${A}': Unable to create 'x.lock': File exists.`;
    expect([isLostRace(A, raced), isLostRace(A, locked)]).toEqual([true, false]);
    expect(isLostRace(A, `${locked}; error: cannot lock ref 'refs/heads/b': reference already exists`)).toBe(
      false,
    );
    expect([isContention(locked), isFinal(locked)]).toEqual([true, false]);
    expect(isFinal('[remote rejected] (pre-receive hook declined)')).toBe(true);
  });
});
