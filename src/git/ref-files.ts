import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOid, type Oid, type RefName } from '../domain/names.ts';
import { ifThere } from './loose-object.ts';
import { parseRefLines, selectRefs } from './ref-lines.ts';

/**
 * The refs that match, read from their files (gitrepository-layout(5)): starting git for it costs more than all else
 * that a short command does. Loose files come first and packed-refs second, in the order that `git pack-refs` allows:
 * it writes the one before it removes the other.
 *
 * @param patterns - full names, or prefixes that end in `/`; already checked
 * @returns null where only git can tell: reftable, a symbolic ref, a file that is none
 */
export function readRefFiles(commonDir: string, patterns: readonly string[]): Map<RefName, Oid> | null {
  if (existsSync(join(commonDir, 'reftable'))) return null;
  const names = patterns.flatMap((pattern) => listLoose(commonDir, pattern));
  const loose = names.map((name) => [name, readLoose(commonDir, name)] as const);
  if (loose.some(([, oid]) => oid === undefined)) return null;
  const packed = parseRefLines(readText(join(commonDir, 'packed-refs')) ?? '');
  const refs = selectRefs(packed, patterns);
  for (const [name, oid] of loose) if (oid) refs.set(name as RefName, oid);
  return new Map([...refs].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function listLoose(commonDir: string, pattern: string): readonly string[] {
  return pattern.endsWith('/') ? listFolder(commonDir, pattern) : [pattern];
}

/** Folder by folder: one that git removes meanwhile, as it does when it packs the last ref there, takes no other along. */
function listFolder(commonDir: string, folder: string): readonly string[] {
  const entries = ifThere(() => readdirSync(join(commonDir, folder), { withFileTypes: true })) ?? [];
  return entries.flatMap((entry) => {
    const name = `${folder}${entry.name}`;
    if (entry.isDirectory()) return listFolder(commonDir, `${name}/`);
    return entry.isFile() && !name.endsWith('.lock') ? [name] : [];
  });
}

/** null: no such file (packed, or removed meanwhile); undefined: a file that is no plain ref. */
function readLoose(commonDir: string, name: string): Oid | null | undefined {
  const text = readText(join(commonDir, name))?.trim();
  if (text === undefined) return null;
  return isOid(text) ? text : undefined;
}

function readText(path: string): string | null {
  return ifThere(() => readFileSync(path, 'utf8'));
}
