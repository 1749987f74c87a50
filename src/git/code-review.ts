import type { CodeAudit } from '../domain/code-audit.ts';
import { AgentOsError } from '../domain/errors.ts';
import type { Oid, RefName } from '../domain/names.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import type { CodeReview, CommitRange } from '../domain/report/code-review.ts';
import { readLog } from './commit-log.ts';
import { readShallow } from './deepen.ts';
import { readLockChains } from './lock-chains.ts';
import { readCombinedPatchId, readPatchIds } from './patch-ids.ts';
import { runGit } from './process.ts';
import { placeOf } from './repository.ts';
import { resolveCommits, splitRange } from './revisions.ts';
import { readUnmerged } from './unmerged-branches.ts';

interface ReviewedRepository {
  readonly paths: RepositoryPaths;
  /** The remote whose main branch and branches count; null: there is none. */
  readonly remote: string | null;
  /** The agent-os branch, which is no work. */
  readonly branch: RefName;
  /** What finds the ends of a range, and fetches what is missing of it. */
  readonly audit: Pick<CodeAudit, 'resolveRange'>;
}

/** See the port. Ranges reach git on standard input only. */
export function openCodeReview({ paths, remote, branch, audit }: ReviewedRepository): CodeReview {
  const place = placeOf(paths);

  const resolveRange = async (range: string): Promise<CommitRange> => {
    const [, last] = splitRange(range);
    const [ends, branchOfEnd] = await Promise.all([audit.resolveRange(range), branchOf(last)]);
    return { text: range, ...ends, branch: branchOfEnd };
  };

  /** The branch that a revision is the name of. */
  const branchOf = async (revision: string): Promise<string | null> => {
    if (revision === 'HEAD') return headBranch();
    const refs = refsOf(revision);
    const named = await resolveCommits(place, refs);
    const ref = refs[named.findIndex((oid) => oid !== null)];
    return ref === undefined ? null : shortBranch(ref);
  };

  const defaultRange = async (): Promise<CommitRange> => {
    const bases = [
      ...(remote === null ? [] : ['HEAD', 'main', 'master'].map((name) => `refs/remotes/${remote}/${name}`)),
      ...['main', 'master'].map((name) => `refs/heads/${name}`),
    ];
    const found = await resolveCommits(place, bases);
    const base = bases[found.findIndex((oid) => oid !== null)];
    if (base === undefined) {
      throw new AgentOsError('BAD_VALUE', 'there is no main branch at which the range could begin', {
        hint: 'Give the range: agent-os report A..B',
      });
    }
    const range = await resolveRange(`${base}..HEAD`);
    return { ...range, text: range.text.replace(/^refs\/(?:heads|remotes)\//, '') };
  };

  /** The branch that is checked out. */
  const headBranch = async (): Promise<string | null> => {
    const { exitCode, stdout } = await runGit({ ...place, args: ['symbolic-ref', '--quiet', 'HEAD'] });
    return exitCode === 0 ? shortBranch(stdout.toString('utf8').trimEnd()) : null;
  };

  /** `refs/heads/topic` and `refs/remotes/origin/topic` are `topic`. */
  const shortBranch = (ref: string): string =>
    ref.replace(/^refs\/heads\//, '').replace(`refs/remotes/${remote}/`, '');

  return {
    resolve: (range) => (range === null ? defaultRange() : resolveRange(range)),
    commits: ({ from, to }, limit) =>
      readLog(place, { tips: [to], without: [from], options: [`--max-count=${limit}`] }),
    unmerged: async (range, days) =>
      readUnmerged({ place, shallow: await readShallow(paths), remote, branch, range, days }),
    patchIds: (commits: readonly Oid[]) => readPatchIds(place, commits),
    combinedPatchId: (from, to) => readCombinedPatchId(place, from, to),
    lockChains: async (since) => readLockChains(paths, remote, since),
  };

  /** Branches that a revision may be the name of. */
  function refsOf(revision: string): readonly string[] {
    const names = [revision, `refs/heads/${revision}`, `refs/remotes/${revision}`];
    return names.filter((name) => /^refs\/(?:heads|remotes)\//.test(name));
  }
}
