import type { Oid, RefName, ResourceName } from '../names.ts';
import { shellWord } from '../shell-word.ts';

/** Hexadecimal digest of a text, the same on every machine for ever. */
export type Hash = (text: string) => string;

/** Where locks are kept: those that the remote decides on (or this repository, without one), and local ones beside it. */
export const LOCKS_PREFIX = 'refs/agent-os/locks/';
export const CLAIMS_REF = 'refs/agent-os/claims' as RefName;
export const LOCAL_LOCKS_PREFIX = 'refs/agent-os/local-locks/';
export const LOCAL_CLAIMS_REF = 'refs/agent-os/local-claims' as RefName;

const LONGEST = 120;
const KEPT = 60;
const HASH_LENGTH = 32;

/**
 * The last part of a lock's ref: flat, and different for resources that differ in case on every file system. Bytes
 * `a-z 0-9 - _` stand for themselves, all others are `%XX`; what is longer than 120 bytes becomes its first 60,
 * `=` and a hash. It need not be decoded: the record holds the true name.
 */
export function encodeResource(resource: ResourceName, hash: Hash): string {
  const encoded = Array.from(new TextEncoder().encode(resource), encodeByte).join('');
  if (encoded.length <= LONGEST) return encoded;
  return `${encoded.slice(0, KEPT)}=${hash(resource).slice(0, HASH_LENGTH)}`;
}

function encodeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[a-z0-9_-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** The resource whose lock a ref is, by the ref's name alone; null where that has a hash, or was not made by encodeResource. */
export function decodeResource(ref: string): string | null {
  const [, encoded] = /^refs\/agent-os\/(?:local-)?locks\/((?:[a-z0-9_-]|%[0-9A-F]{2})+)$/.exec(ref) ?? [];
  try {
    return encoded === undefined ? null : decodeURIComponent(encoded);
  } catch {
    return null; // bytes that are no UTF-8
  }
}

/** How to release a lock whose record nobody can read. */
export function describeForce(ref: string, oid: Oid): string {
  const resource = decodeResource(ref);
  const word = resource === null ? 'RESOURCE' : shellWord(resource);
  return `When nobody holds it: agent-os unlock ${word} --force ${oid} --reason 'broken record'`;
}
