import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentOsError } from '../domain/errors.ts';
import { isOid, type Oid, type RefName } from '../domain/names.ts';
import type { ObjectReader, RepositoryPaths } from '../domain/ports.ts';
import { expectGit } from './process.ts';
import { type Budget, type RemoteGit, unreachable } from './remote-git.ts';
import { placeOf } from './repository.ts';

/** How much further a shallow clone is fetched each time; the last one is all. */
const STEPS = [50, 200, 1000, 2_147_483_647] as const;

interface Source {
  readonly paths: RepositoryPaths;
  /** null: no remote is configured. */
  readonly remote: { readonly name: string; readonly git: RemoteGit } | null;
  readonly budget: () => Budget;
  readonly reader: ObjectReader;
}

/** Where this clone's history is cut off; empty for a whole one. */
export async function readShallow({ commonDir }: RepositoryPaths): Promise<ReadonlySet<Oid>> {
  const text = await readFile(join(commonDir, 'shallow'), 'utf8').catch(() => '');
  return new Set(text.split('\n').filter(isOid));
}

/**
 * Make sure that a commit is here, fetching it alone where it is not.
 * @throws AgentOsError CANNOT_VERIFY, REMOTE_UNREACHABLE
 */
export async function ensureCommit(source: Source, oid: Oid): Promise<void> {
  if (await isHere(source, oid)) return;
  await fetchMore(source, (await readShallow(source.paths)).size > 0 ? ['--depth=1'] : [], [oid], oid);
  if (await isHere(source, oid)) return;
  throw missing(source, oid);
}

/**
 * Make sure that everything `to` has and `from` does not is here. A clone that is cut off in between is deepened, a
 * bit further each time, at both ends; older history than that is not asked for.
 * @throws AgentOsError CANNOT_VERIFY, REMOTE_UNREACHABLE
 */
export async function ensureRange(source: Source, { from, to }: { from: Oid; to: Oid }): Promise<void> {
  for (const step of [0, ...STEPS]) {
    if (step > 0) await fetchMore(source, [`--deepen=${step}`], [from, to], to);
    const shallow = await readShallow(source.paths);
    if (shallow.size === 0) return;
    const args = ['rev-list', '--stdin'];
    const input = `${to}\n^${from}\n`;
    const walked = await expectGit({ ...placeOf(source.paths), args, input });
    if (!words(walked).some((oid) => shallow.has(oid))) return;
  }
  throw missing(source, to);
}

/**
 * Make sure that the whole history of the branch's tip is here.
 * @throws AgentOsError CANNOT_VERIFY, REMOTE_UNREACHABLE
 */
export async function ensureWhole(source: Source, branch: RefName, roots: readonly Oid[]): Promise<boolean> {
  const shallow = await readShallow(source.paths);
  if (!roots.some((root) => shallow.has(root))) return true;
  await fetchMore(source, ['--unshallow'], [branch], branch);
  return false;
}

async function isHere({ reader }: Source, oid: Oid): Promise<boolean> {
  return (await reader.commit(oid)) !== null;
}

async function fetchMore(
  source: Source,
  options: readonly string[],
  wanted: readonly string[],
  what: string,
): Promise<void> {
  const { remote } = source;
  if (remote === null) throw missing(source, what);
  const result = await remote.git.fetch(wanted, source.budget(), options);
  if (result.exitCode === 0) return;
  if (/not our ref|couldn't find remote ref|no such remote ref/i.test(result.stderr))
    throw missing(source, what);
  throw unreachable(remote.name, result);
}

function missing({ remote }: Source, what: string): AgentOsError {
  return new AgentOsError('CANNOT_VERIFY', `history that has to be checked is not in this clone: ${what}`, {
    hint: howToFetch(remote?.name ?? null),
    data: { missing: what },
  });
}

/** @param remote - null: none is configured */
export function howToFetch(remote: string | null): string {
  return remote === null
    ? 'Name the remote that has it: --remote origin.'
    : `Fetch it: git fetch --unshallow ${remote} (or fetch-depth: 0 where CI checks out).`;
}

function words(output: Buffer): readonly Oid[] {
  return output.toString('latin1').split('\n').filter(isOid);
}
