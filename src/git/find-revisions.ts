import { isOid, type Oid, type RefName } from '../domain/names.ts';
import { ensureCommit, findAncestor, type Source } from './deepen.ts';
import { parseRefLines } from './ref-lines.ts';
import { unreachable } from './remote-git.ts';
import { resolveCommits } from './revisions.ts';

/**
 * The commits that revisions name, here or on the remote: a clone of one commit or one branch has neither `HEAD~1` nor
 * `origin/main`. What is not here is fetched, and no ref is moved for it; null for what names none.
 * @throws AgentOsError CANNOT_VERIFY, REMOTE_UNREACHABLE
 */
export async function findRevisions(
  source: Source,
  revisions: readonly string[],
): Promise<readonly (Oid | null)[]> {
  const found: (Oid | null)[] = [];
  for (const [index, oid] of (await resolveCommits(source.place, revisions)).entries())
    found.push(oid ?? (await fetchRevision(source, revisions[index] ?? '')));
  return found;
}

async function fetchRevision(source: Source, revision: string): Promise<Oid | null> {
  if (/^(?:0{40}|0{64})$/.test(revision)) return fetchHead(source);
  const [, name = '', ancestry = ''] = /^([^~^]*)((?:[~^]\d*)*)$/.exec(revision) ?? [];
  const tip = isOid(name) ? await ensureCommit(source, name) : await findTip(source, name);
  return tip === null || ancestry === '' ? tip : findAncestor(source, tip, ancestry);
}

async function findTip(source: Source, name: string): Promise<Oid | null> {
  const [here = null] = await resolveCommits(source.place, [name]);
  return here ?? fetchTip(source, name);
}

/** The remote's tag or branch of a name. */
async function fetchTip(source: Source, name: string): Promise<Oid | null> {
  const { remote, offline } = source;
  if (remote === null || offline || !/^[^\s\p{Cc}*?[\\:@]+$/u.test(name)) return null;
  const refs = namedRefs(name, remote.name);
  const listed = await remote.git.list(refs, source.budget());
  if (listed.exitCode !== 0) throw unreachable(remote.name, listed);
  const found = parseRefLines(listed.stdout.toString('utf8'));
  const oid = refs.map((ref) => found.get(ref)).find((one) => one !== undefined);
  return oid === undefined ? null : ensureCommit(source, oid);
}

/** Refs of the remote, in the order in which they are meant. */
function namedRefs(name: string, remote: string): readonly RefName[] {
  const short = name.replace(/^refs\/remotes\//, '');
  const refs = short.startsWith(`${remote}/`)
    ? [`refs/heads/${short.slice(remote.length + 1)}`]
    : /^refs\/(?:heads|tags)\//.test(name)
      ? [name]
      : [`refs/tags/${name}`, `refs/heads/${name}`];
  return refs as RefName[];
}

/** What hosts give as the base of a new branch is zeros: then all that the default branch lacks is new. */
async function fetchHead(source: Source): Promise<Oid | null> {
  const { remote, offline } = source;
  if (remote === null || offline) return null;
  const listed = await remote.git.head(source.budget());
  if (listed.exitCode !== 0) throw unreachable(remote.name, listed);
  const oid = listed.stdout.toString('latin1').slice(0, listed.stdout.indexOf('\t'));
  return isOid(oid) ? ensureCommit(source, oid) : null;
}
