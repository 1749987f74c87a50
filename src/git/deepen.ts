import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentOsError } from '../domain/errors.ts';
import { isOid, type Oid, type RefName } from '../domain/names.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import { expectGit, type GitPlace } from './process.ts';
import { type Budget, type RemoteGit, unreachable } from './remote-git.ts';
import { resolveCommits } from './revisions.ts';

/** How much further a shallow clone is fetched each time; the last one is all. */
const STEPS = [50, 200, 1000, 2_147_483_647] as const;

export interface Source {
  readonly paths: RepositoryPaths;
  readonly place: GitPlace;
  /** null: no remote is configured. */
  readonly remote: { readonly name: string; readonly git: RemoteGit } | null;
  /** The remote is not asked. */
  readonly offline: boolean;
  readonly budget: () => Budget;
}

/** Where this clone's history is cut off; empty for a whole one. */
export async function readShallow({ commonDir }: RepositoryPaths): Promise<ReadonlySet<Oid>> {
  const text = await readFile(join(commonDir, 'shallow'), 'utf8').catch(() => '');
  return new Set(text.split('\n').filter(isOid));
}

/**
 * Make sure that a commit is here, fetching it alone where it is not.
 * @param oid - of the commit, or of a tag of it
 * @throws AgentOsError CANNOT_VERIFY, REMOTE_UNREACHABLE
 */
export async function ensureCommit(source: Source, oid: Oid): Promise<Oid> {
  const here = await find(source, oid);
  if (here !== null) return here;
  await fetchMore(source, (await readShallow(source.paths)).size > 0 ? ['--depth=1'] : [], [oid], oid);
  const fetched = await find(source, oid);
  if (fetched !== null) return fetched;
  throw missing(source, oid);
}

/**
 * The ancestor of a commit that is here, for which a clone that is cut off before it is deepened.
 * @param ancestry - `~1`, `^2~3`
 * @returns null when the commit has no such ancestor
 * @throws AgentOsError CANNOT_VERIFY, REMOTE_UNREACHABLE
 */
export async function findAncestor(source: Source, oid: Oid, ancestry: string): Promise<Oid | null> {
  for (const step of [0, ...STEPS]) {
    if (step > 0) await fetchMore(source, [`--deepen=${step}`], [oid], oid);
    const found = await find(source, `${oid}${ancestry}`);
    if (found !== null || !(await isCutOff(source, `${oid}\n`))) return found;
  }
  return null;
}

/**
 * Make sure that everything `to` has and `from` does not is here. A clone that is cut off in between is deepened, a
 * bit further each time, at both ends; older history than that is not asked for.
 * @throws AgentOsError CANNOT_VERIFY, REMOTE_UNREACHABLE
 */
export async function ensureRange(source: Source, { from, to }: { from: Oid; to: Oid }): Promise<void> {
  for (const step of [0, ...STEPS]) {
    if (step > 0) await fetchMore(source, [`--deepen=${step}`], [from, to], to);
    if (!(await isCutOff(source, `${to}\n^${from}\n`))) return;
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

async function find({ place }: Source, revision: string): Promise<Oid | null> {
  return (await resolveCommits(place, [revision]))[0] ?? null;
}

/** Whether this clone's history is cut off at a commit among those that `input` has git walk. */
async function isCutOff({ paths, place }: Source, input: string): Promise<boolean> {
  const shallow = await readShallow(paths);
  if (shallow.size === 0) return false;
  const walked = await expectGit({ ...place, args: ['rev-list', '--stdin'], input });
  return words(walked).some((oid) => shallow.has(oid));
}

async function fetchMore(
  source: Source,
  options: readonly string[],
  wanted: readonly string[],
  what: string,
): Promise<void> {
  const { remote, offline } = source;
  if (remote === null || offline) throw missing(source, what);
  const result = await remote.git.fetch(wanted, source.budget(), options);
  if (result.exitCode === 0) return;
  if (/not our ref|couldn't find remote ref|no such remote ref/i.test(result.stderr))
    throw missing(source, what);
  throw unreachable(remote.name, result);
}

function missing(source: Source, what: string): AgentOsError {
  return new AgentOsError('CANNOT_VERIFY', `history that has to be checked is not in this clone: ${what}`, {
    hint: howToFetch(source),
    data: { missing: what },
  });
}

/** How a clone that is cut off gets its history. */
export function howToFetch({ remote, offline }: Pick<Source, 'remote' | 'offline'>): string {
  if (remote === null) return 'Name the remote that has it: --remote origin.';
  const how = `git fetch --unshallow ${remote.name} (or fetch-depth: 0 where CI checks out)`;
  return offline ? `Leave out --offline, or fetch it: ${how}.` : `Fetch it: ${how}.`;
}

function words(output: Buffer): readonly Oid[] {
  return output.toString('latin1').split('\n').filter(isOid);
}
