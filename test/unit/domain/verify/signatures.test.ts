import { describe, expect, it } from 'vitest';
import type { Lease, LockRecord } from '../../../../src/domain/locks/lock-record.ts';
import type { AgentName, CloneId, Oid, ResourceName } from '../../../../src/domain/names.ts';
import type { TrustedKeys } from '../../../../src/domain/signing/keys.ts';
import {
  changedKeys,
  findBadSignatures,
  newHolders,
  type SignedCommit,
} from '../../../../src/domain/verify/signatures.ts';

const ADA = 'ada' as AgentName;
const BOB = 'bob' as AgentName;
const REF = 'refs/heads/agent-os';
const PGP = '0123456789ABCDEF0123456789ABCDEF01234567';
const keys: TrustedKeys = {
  allowedSigners: '',
  owners: new Map([
    ['key-0@agent-os', new Set([ADA, BOB])],
    ['key-1@agent-os', new Set([BOB])],
    [PGP, new Set([ADA])],
  ]),
};

function commit(extra: Partial<SignedCommit> = {}): SignedCommit {
  return {
    oid: 'c'.repeat(40) as Oid,
    parents: [],
    message: `log: x\n\nAgent-OS-Agent: ada\nAgent-OS-Ref: ${REF}\n`,
    ...{ status: 'G', signer: 'key-0@agent-os', fingerprint: 'SHA256:abc', primary: '' },
    ...extra,
  };
}
const find = (extra: Partial<SignedCommit>, holders?: readonly string[]) =>
  findBadSignatures([{ commit: commit(extra), ref: REF, ...(holders && { holders }) }], keys)[0];
const judge = (...input: Parameters<typeof find>) => find(...input)?.message ?? null;

it('whoever signed by hand is told which trailers are missing, and what to type instead', () => {
  for (const message of ['x\n', 'x\n\nAgent-OS-Agent: ada\n']) {
    const hint = find({ message })?.hint ?? '';
    expect(hint).toContain(`Agent-OS-Agent: NAME and Agent-OS-Ref: ${REF}`);
    expect(hint).toContain('agent-os config edit');
    expect(hint).not.toContain('agent-os.sign');
  }
});

describe('a signature', () => {
  it.each<[string, Partial<SignedCommit>, string | null]>([
    ['of a key that several agents share', {}, null],
    ['that is missing', { status: 'N' }, 'is not signed'],
    ['that does not fit', { status: 'B' }, 'bad signature'],
    ['by a key that the file does not have', { status: 'U', signer: '' }, 'which no card names'],
    ['under a name that the file does not have', { signer: 'key-9@agent-os' }, 'which no card names'],
    ['by another agent', { signer: 'key-1@agent-os' }, 'says that ada acts, and is signed with a key of bob'],
    ['by a fingerprint', { signer: 'Ada', fingerprint: PGP, status: 'U' }, null],
    ['by a subkey', { signer: 'Ada', fingerprint: 'F'.repeat(40), primary: PGP }, null],
    ['by a revoked key', { fingerprint: PGP, status: 'R' }, 'has expired or was revoked'],
    [
      'by a key with the name of another kind',
      { signer: 'key-0@agent-os', fingerprint: '' },
      'which no card names',
    ],
    ['for nobody', { message: `x\n\nAgent-OS-Ref: ${REF}\n` }, 'does not say which agent'],
    ['for no ref', { message: 'x\n\nAgent-OS-Agent: ada\n' }, 'does not say for which ref'],
    [
      'for two refs',
      { message: `x\n\nAgent-OS-Agent: ada\nAgent-OS-Ref: ${REF}\nAgent-OS-Ref: refs/heads/x\n` },
      'was signed for refs/heads/x',
    ],
    [
      'for two agents, one of them a stranger',
      { message: `x\n\nAgent-OS-Agent: ada\nAgent-OS-Agent: eve\nAgent-OS-Ref: ${REF}\n` },
      'says that eve acts',
    ],
    [
      'of what agent-os does by itself',
      { message: `x\n\nAgent-OS-Agent: agent-os\nAgent-OS-Ref: ${REF}\n` },
      null,
    ],
  ])('%s', (_, extra, expected) => {
    expect(judge(extra)).toEqual(expected === null ? null : expect.stringContaining(expected));
  });

  it('of a record is of everybody who gets a lease by it', () => {
    expect(judge({}, ['ada', 'bob'])).toBeNull();
    expect(judge({}, ['eve'])).toContain('says that eve acts');
  });
});

describe('a record', () => {
  const lease = (extra: Partial<Lease> = {}): Lease => ({
    ...{ agent: ADA, session: null, clone: 'clone0clone0clon' as CloneId, nonce: 'n', token: 1, ttl: 60 },
    ...{ acquiredAt: 0, renewedAt: 0, expiresAt: 60_000, unknown: {} },
    ...extra,
  });
  const record = (...leases: Lease[]): LockRecord => ({
    ...{ resource: 'db' as ResourceName, mode: 'shared', token: 1, paths: [], reason: null, unknown: {} },
    leases,
  });

  it('gives leases to whom it names newly, or longer, and to nobody else', () => {
    const others = lease({ agent: BOB, nonce: 'm' });
    expect(newHolders(null, record(lease()))).toEqual([ADA]);
    expect(newHolders(record(lease()), record(lease(), others))).toEqual([BOB]);
    expect(newHolders(record(lease(), others), record(lease({ expiresAt: 90_000 }), others))).toEqual([ADA]);
    expect(newHolders(record(lease(), others), record(others))).toEqual([]);
  });
});

it('keys have changed when they are others, not when their order is', () => {
  const before = new Map([
    [ADA, ['a', 'b']],
    [BOB, ['c']],
  ]);
  expect(changedKeys(before, new Map([[ADA, ['b', 'a']]]))).toEqual([BOB]);
  expect(changedKeys(new Map(), before)).toEqual([ADA, BOB]);
});
