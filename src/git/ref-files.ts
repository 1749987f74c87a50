import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isOid, type Oid, type RefName } from '../domain/names.ts';
import { parseRefLines, selectRefs } from './ref-lines.ts';

/**
 * The refs that match, read from their files (gitrepository-layout(5)): starting git for it costs more than all else
 * that a short command does. Loose files come first and packed-refs second, in the order that `git pack-refs` allows:
 * it writes the one before it removes the other.
 *
 * @param patterns - full names, or prefixes that end in `/`; already checked
 * @returns null where only git can tell: reftable, a symbolic ref, a file that is none
 */
export async function readRefFiles(
  commonDir: string,
  patterns: readonly string[],
): Promise<Map<RefName, Oid> | null> {
  if (await exists(join(commonDir, 'reftable'))) return null;
  const names = (await Promise.all(patterns.map((pattern) => listLoose(commonDir, pattern)))).flat();
  const loose = await Promise.all(
    names.map(async (name) => [name, await readLoose(commonDir, name)] as const),
  );
  if (loose.some(([, oid]) => oid === undefined)) return null;
  const packed = parseRefLines((await readText(join(commonDir, 'packed-refs'))) ?? '');
  const refs = selectRefs(packed, patterns);
  for (const [name, oid] of loose) if (oid) refs.set(name as RefName, oid);
  return new Map([...refs].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function listLoose(commonDir: string, pattern: string): Promise<readonly string[]> {
  if (!pattern.endsWith('/')) return [pattern];
  const entries = await readdir(join(commonDir, pattern), { recursive: true, withFileTypes: true }).catch(
    absent,
  );
  return (entries ?? [])
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.lock'))
    .map((entry) => join(entry.path, entry.name).slice(commonDir.length + 1));
}

/** null: no such file (packed, or removed meanwhile); undefined: a file that is no plain ref. */
async function readLoose(commonDir: string, name: string): Promise<Oid | null | undefined> {
  const text = (await readText(join(commonDir, name)))?.trim();
  if (text === undefined) return null;
  return isOid(text) ? text : undefined;
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(absent);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(absent)) !== null;
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EISDIR') return null;
  throw error;
}
