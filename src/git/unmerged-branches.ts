import type { Oid, RefName } from '../domain/names.ts';
import type { CommitRange, RangeCommit, UnmergedBranch } from '../domain/report/code-review.ts';
import { readLog } from './commit-log.ts';
import { expectGit, type GitPlace } from './process.ts';

/** So many branches are looked at, the latest first, and so many of their commits. */
const BRANCHES = 50;
const COMMITS = 5000;

interface Search {
  readonly place: GitPlace;
  /** Where this clone's history is cut off: such a commit would seem to add every file that there is. */
  readonly shallow: ReadonlySet<Oid>;
  readonly remote: string | null;
  readonly branch: RefName;
  readonly range: Pick<CommitRange, 'from' | 'to'>;
  readonly days: number;
}

/** As CodeReview.unmerged: one git for the branches, one for all their commits together. */
export async function readUnmerged(
  search: Search,
): Promise<{ readonly branches: readonly UnmergedBranch[]; readonly left: number }> {
  const tips = await listTips(search);
  const kept = [...tips].slice(0, BRANCHES);
  const commits = await readLog(search.place, {
    tips: kept.map(([tip]) => tip),
    without: [search.range.from, search.range.to],
    options: [`--max-count=${COMMITS}`, `--since=${search.days} days ago`],
  });
  const whole = commits.filter(({ oid }) => !search.shallow.has(oid));
  const byOid = new Map(whole.map((commit) => [commit.oid, commit]));
  const branches = kept.map(([tip, name]) => ({ name, tip, commits: reachable(tip, byOid) }));
  return { branches: branches.filter((one) => one.commits.length > 0), left: tips.size - kept.length };
}

/** Name by tip, the latest first; a branch and its twin on the remote count once. */
async function listTips({ place, remote, branch, range }: Search): Promise<ReadonlyMap<Oid, string>> {
  const format = '--format=%(objectname) %(refname)';
  const prefixes = ['refs/heads/', ...(remote === null ? [] : [`refs/remotes/${remote}/`])];
  const args = ['for-each-ref', '--sort=-committerdate', format, `--no-merged=${range.to}`, ...prefixes];
  const listed = (await expectGit({ ...place, args })).toString('utf8').split('\n').slice(0, -1);
  const own = branch.replace(/^refs\/heads\//, '');
  const tips = new Map<Oid, string>();
  for (const line of listed) {
    const [, tip, name] = /^([0-9a-f]+) refs\/(?:heads|remotes)\/(.*)$/.exec(line) ?? [];
    if (tip === undefined || name === undefined || name === own || name === `${remote}/${own}`) continue;
    if (name === `${remote}/HEAD` || tips.has(tip as Oid)) continue;
    tips.set(tip as Oid, name);
  }
  return tips;
}

/** A branch's own commits among those that were read. */
function reachable(tip: Oid, commits: ReadonlyMap<Oid, RangeCommit>): readonly RangeCommit[] {
  const seen = new Set<Oid>();
  const found: RangeCommit[] = [];
  const queue = [tip];
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    const commit = commits.get(oid);
    if (commit === undefined || seen.has(oid)) continue;
    seen.add(oid);
    found.push(commit);
    queue.push(...commit.parents);
  }
  return found.sort((a, b) => b.committedAt - a.committedAt);
}
