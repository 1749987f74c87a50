import { describe, expect, it } from 'vitest';
import type { AgentName } from '../../../../src/domain/names.ts';
import { readBinding } from '../../../../src/domain/signing/binding.ts';
import { parseKey, trustKeys } from '../../../../src/domain/signing/keys.ts';

const ADA = 'ada' as AgentName;
const BOB = 'bob' as AgentName;
const SSH = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBvGw6oQ4Fz0P2hQyM7b8Hy1kq';
const HARDWARE = 'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t';
const FINGERPRINT = '0123456789ABCDEF0123456789ABCDEF01234567';

describe('a key of a card', () => {
  it.each([
    [`${SSH} ada@laptop`, { kind: 'ssh', text: SSH }],
    [` ${SSH} `, { kind: 'ssh', text: SSH }],
    [HARDWARE, { kind: 'ssh', text: HARDWARE }],
    [`openpgp:${FINGERPRINT.toLowerCase()}`, { kind: 'fingerprint', text: FINGERPRINT }],
    [
      'openpgp:0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567',
      { kind: 'fingerprint', text: FINGERPRINT },
    ],
    [`x509:${FINGERPRINT}`, { kind: 'fingerprint', text: FINGERPRINT }],
    ['openpgp:89ABCDEF', null],
    [FINGERPRINT, null],
    ['', null],
    [`* ${SSH}`, null],
    [`cert-authority ${SSH}`, null],
    [`${SSH}\n* namespaces="git" ${SSH}`, null],
    [`ssh-ed25519-cert-v01@openssh.com ${SSH.slice(12)}`, null],
  ])('%j is %j', (written, expected) => {
    expect(parseKey(written)).toEqual(expected);
  });

  it('becomes one line under a name of ours, whoever has it, and nothing of the comment', () => {
    const cards = [
      { agent: ADA, keys: [`${SSH} ada`, 'nonsense', `openpgp:${FINGERPRINT}`] },
      { agent: BOB, keys: [`${SSH} bob`] },
    ];
    expect(trustKeys(cards)).toEqual({
      allowedSigners: `key-0@agent-os namespaces="git" ${SSH}\n`,
      owners: new Map([
        ['key-0@agent-os', new Set([ADA, BOB])],
        [FINGERPRINT, new Set([ADA])],
      ]),
    });
  });
});

it('every line of a message binds, so that a second one contradicts the first', () => {
  const message =
    'log: x\n\nAgent-OS-Ref: refs/heads/a\nAgent-OS-Agent: ada\n\nAgent-OS-Ref: refs/heads/b  \r\n';
  expect(readBinding(message)).toEqual({
    refs: new Set(['refs/heads/a', 'refs/heads/b']),
    agents: new Set(['ada']),
  });
  expect(readBinding('x\n\n> Agent-OS-Ref: refs/heads/a\n').refs).toEqual(new Set());
});
