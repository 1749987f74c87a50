import { monotonicFactory } from 'ulid';
import type { RecordId } from '../domain/names.ts';
import type { Ids } from '../domain/ports.ts';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * Ids that are unique, not secret: V8 seeds Math.random with 128 bits from the system in each process, and loading
 * node:crypto would take a tenth of Node's start.
 */
export function openIds(): Ids {
  const next = monotonicFactory(Math.random);
  return {
    record: () => next() as RecordId,
    nonce: () => Array.from({ length: 16 }, () => ALPHABET.charAt(Math.random() * ALPHABET.length)).join(''),
  };
}

/** SHA-256 in hexadecimal: names what is derived from a text, the same on every machine for ever. */
export function hashText(text: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex');
}
