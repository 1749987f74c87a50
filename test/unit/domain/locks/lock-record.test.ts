import { describe, expect, test } from 'vitest';
import { decodeClaims, encodeClaims } from '../../../../src/domain/locks/claims-codec.ts';
import { grantLease, unlocked } from '../../../../src/domain/locks/lock-changes.ts';
import { describeLockRecord, type LockHolder } from '../../../../src/domain/locks/lock-record.ts';
import { decodeLockRecord, encodeLockRecord } from '../../../../src/domain/locks/lock-record-codec.ts';
import { encodeResource } from '../../../../src/domain/locks/lock-ref.ts';
import {
  type AgentName,
  type CloneId,
  parseResourceName,
  type RecordId,
} from '../../../../src/domain/names.ts';

const asker: LockHolder = {
  agent: 'go-backend' as AgentName,
  session: '01KAQ0000000000000000000AB' as RecordId,
  clone: 'clone00000000001' as CloneId,
};
const now = Date.UTC(2026, 10, 23, 3);
const grant = {
  asker,
  nonce: 'n1',
  mode: 'exclusive',
  paths: ['db/**'],
  ttl: 7200,
  reason: 'x',
  now,
} as const;
const held = grantLease(unlocked(parseResourceName('database-schema')), grant);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (content: string) => new TextEncoder().encode(content);

describe('a record', () => {
  test('comes back as it was written', () => {
    expect(decodeLockRecord(encodeLockRecord(held), 'x')).toEqual(held);
  });

  test('keeps the fields that a newer client wrote, also within holders', () => {
    const newer = text(encodeLockRecord(held)).replace(
      /(holders:\n {2}- )/,
      'colour: red\n$1mood: good\n    ',
    );
    const again = text(encodeLockRecord(decodeLockRecord(bytes(newer), 'x')));
    expect(again).toContain('colour: red');
    expect(again).toContain('mood: good');
  });

  test('of a newer version is told apart from a broken one', () => {
    const newer = text(encodeLockRecord(held)).replace('lock/v1', 'lock/v2');
    expect(() => decodeLockRecord(bytes(newer), 'x')).toThrow(
      expect.objectContaining({ code: 'SCHEMA_TOO_NEW' }),
    );
    for (const broken of ['{', 'schema: agent-os/lock/v1', 'a: 1', '<<<<<<< x']) {
      expect(() => decodeLockRecord(bytes(broken), 'x')).toThrow(
        expect.objectContaining({ code: 'RECORD_BROKEN' }),
      );
    }
  });

  test('is never the same as that of another acquisition: the nonce tells them apart', () => {
    const other = grantLease(unlocked(held.resource), { ...grant, nonce: 'n2' });
    expect(text(encodeLockRecord(other))).not.toBe(text(encodeLockRecord(held)));
  });

  test('has a subject that a shell can read', () => {
    const token = Math.floor(now / 1000);
    expect(describeLockRecord(held)).toBe(
      `held database-schema by go-backend until 2026-11-23T05:00:00Z #${token}`,
    );
    expect(describeLockRecord({ ...held, leases: [] })).toBe(`free database-schema #${token}`);
  });
});

test('the claims table comes back as it was written, unknown fields included', () => {
  const claim = {
    ...asker,
    resource: held.resource,
    mode: 'shared',
    paths: ['a'],
    nonce: 'n',
    token: 3,
    ttl: 9,
  } as const;
  const table = {
    claims: [{ ...claim, expiresAt: now, unknown: { mood: 'good' } }],
    unknown: { colour: 'red' },
  };
  expect(decodeClaims(encodeClaims(table), 'x')).toEqual(table);
});

describe('the name of a lock ref', () => {
  const encode = (name: string) =>
    encodeResource(parseResourceName(name), (input) => `${input.length}`.repeat(16));

  test.each([
    ['database-schema', 'database-schema'],
    ['API', '%41%50%49'],
    ['src/api.lock', 'src%2Fapi%2Elock'],
    ['ü 🔒', '%C3%BC%20%F0%9F%94%92'],
    ['a%41', 'a%2541'],
  ])('%s → %s', (name, encoded) => {
    expect(encode(name)).toBe(encoded);
  });

  test('is cut with a hash when it is long, so that long names that begin alike differ', () => {
    const [one, other] = [encode('a'.repeat(121)), encode('a'.repeat(1000))];
    expect(one).toMatch(/^a{60}=\d{32}$/);
    expect(one).not.toBe(other);
    expect(encode('a'.repeat(120))).toBe('a'.repeat(120));
  });
});
