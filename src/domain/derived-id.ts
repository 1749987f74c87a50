import type { RecordId } from './names.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID of a time and a hash (64 hexadecimal digits or more): the same for the same. */
export function derivedId(milliseconds: number, hash: string): RecordId {
  let time = Math.max(0, Math.floor(milliseconds));
  let head = '';
  for (let digit = 0; digit < 10; digit += 1) {
    head = CROCKFORD.charAt(time % 32) + head;
    time = Math.floor(time / 32);
  }
  return `${head}${derivedText(hash, 16)}` as RecordId;
}

/** Characters of a ULID that follow from a hash, five bits each; the first one can begin an id. */
export function derivedText(hash: string, length: number): string {
  const bytes = hash.match(/../g) ?? [];
  return bytes
    .slice(0, length)
    .map((byte, index) => CROCKFORD.charAt(Number.parseInt(byte, 16) & (index === 0 ? 7 : 31)))
    .join('');
}
