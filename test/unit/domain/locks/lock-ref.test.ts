import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  decodeResource,
  describeForce,
  encodeResource,
  LOCAL_LOCKS_PREFIX,
  LOCKS_PREFIX,
} from '../../../../src/domain/locks/lock-ref.ts';
import type { Oid, ResourceName } from '../../../../src/domain/names.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const refOf = (resource: string, prefix = LOCKS_PREFIX) =>
  `${prefix}${encodeResource(resource as ResourceName, hash)}`;

test.each(['database-schema', 'API/v1', 'a b', 'Übersetzung', '%41', "it's"])(
  'the resource %s is read from the name of its ref',
  (resource) => {
    expect(decodeResource(refOf(resource))).toBe(resource);
    expect(decodeResource(refOf(resource, LOCAL_LOCKS_PREFIX))).toBe(resource);
  },
);

test.each([
  refOf('x'.repeat(200)),
  `${LOCKS_PREFIX}%FF`,
  `${LOCKS_PREFIX}A`,
  `${LOCKS_PREFIX}a/b`,
  'refs/heads/a',
])('%s tells no resource', (ref) => expect(decodeResource(ref)).toBeNull());

test('a forced release is a command to type, the resource in it where it is known', () => {
  const oid = '1'.repeat(40) as Oid;
  expect(describeForce(refOf("it's"), oid)).toContain(`agent-os unlock 'it'\\''s' --force ${oid} `);
  expect(describeForce(refOf('x'.repeat(200)), oid)).toContain('agent-os unlock RESOURCE --force');
});
