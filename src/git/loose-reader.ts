import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Oid, RefName } from '../domain/names.ts';
import type { RawObject } from './batch-parser.ts';
import { inflateObject } from './loose-object.ts';
import { readRefFiles } from './ref-files.ts';

/** Compressed bytes; what is larger is git's, which streams. */
const LARGEST = 1024 * 1024;
/** What that may inflate to. */
const MOST = 16 * LARGEST;

/**
 * Objects that lie loose in a repository, read without starting git, which would cost more than the rest of a short
 * command. As with git, a truncated file is no object, and the name is believed.
 */
export interface LooseReader {
  /** null: not loose, not readable, or too large: ask git. */
  read(oid: Oid): RawObject | null;
  /** The oid of a ref; undefined where only git can tell (reftable, symbolic refs); null: no such ref. */
  resolve(ref: RefName): Oid | null | undefined;
}

export function openLooseReader(commonDir: string): LooseReader {
  return {
    read(oid) {
      try {
        const path = join(commonDir, 'objects', oid.slice(0, 2), oid.slice(2));
        const size = statSync(path, { throwIfNoEntry: false })?.size;
        return size === undefined || size > LARGEST
          ? null
          : parseObject(oid, inflateObject(readFileSync(path), MOST));
      } catch {
        return null; // truncated, removed meanwhile, or not ours to read
      }
    },
    resolve(ref) {
      const refs = readRefFiles(commonDir, [ref]);
      return refs === null ? undefined : (refs.get(ref) ?? null);
    },
  };
}

/** `<type> SP <size> NUL <content>`; see gitformat-loose in git's documentation. */
function parseObject(oid: Oid, object: Buffer): RawObject | null {
  const end = object.indexOf(0);
  const [, type, size] = /^([a-z]+) (\d+)$/.exec(object.toString('latin1', 0, Math.min(end, 32))) ?? [];
  const content = object.subarray(end + 1);
  return type === undefined || content.length !== Number(size) ? null : { oid, type, content };
}
