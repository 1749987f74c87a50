import { AgentOsError } from '../domain/errors.ts';
import { type Oid, quoted, type RefName } from '../domain/names.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import type { CodeReview, CommitRange } from '../domain/report/code-review.ts';
import { readLog } from './commit-log.ts';
import { readLockChains } from './lock-chains.ts';
import { readCombinedPatchId, readPatchIds } from './patch-ids.ts';
import { runGit } from './process.ts';
import { placeOf } from './repository.ts';
import { resolveCommits } from './revisions.ts';
import { readUnmerged } from './unmerged-branches.ts';

interface ReviewedRepository {
  readonly paths: RepositoryPaths;
  /** The remote whose main branch and branches count; null: there is none. */
  readonly remote: string | null;
  /** The agent-os branch, which is no work. */
  readonly branch: RefName;
}

/** See the port. Ranges reach git on standard input only. */
export function openCodeReview({ paths, remote, branch }: ReviewedRepository): CodeReview {
  const place = placeOf(paths);

  const resolveRange = async (range: string): Promise<CommitRange> => {
    const [, left, right] = /^(.*?)\.\.(?!\.)(.*)$/.exec(range) ?? [];
    if (left === undefined || right === undefined) throw badRange(range, 'is not a range of commits');
    const [[from, to], named] = await Promise.all([
      resolveCommits(place, [left || 'HEAD', right || 'HEAD']),
      branchOf(right || 'HEAD'),
    ]);
    if (!from) throw badRange(range, `begins at ${quoted(left || 'HEAD')}, which names no commit here`);
    if (!to) throw badRange(range, `ends at ${quoted(right || 'HEAD')}, which names no commit here`);
    return { text: range, from, to, branch: named };
  };

  const defaultRange = async (): Promise<CommitRange> => {
    const bases = [
      ...(remote === null ? [] : ['HEAD', 'main', 'master'].map((name) => `refs/remotes/${remote}/${name}`)),
      ...['main', 'master'].map((name) => `refs/heads/${name}`),
    ];
    const [[to, ...found], named] = await Promise.all([
      resolveCommits(place, ['HEAD', ...bases]),
      branchOf('HEAD'),
    ]);
    const index = found.findIndex((oid) => oid !== null);
    const [base, from] = [bases[index], found[index]];
    if (base === undefined || !from || !to) {
      throw new AgentOsError('BAD_VALUE', 'there is no main branch at which the range could begin', {
        hint: 'Give the range: agent-os report A..B',
      });
    }
    const text = `${base.replace(/^refs\/(?:heads|remotes)\//, '')}..HEAD`;
    return { text, from, to, branch: named };
  };

  /** The short name of the branch that a revision names, if it does. */
  const branchOf = async (revision: string): Promise<string | null> => {
    if (revision === 'HEAD') {
      const { exitCode, stdout } = await runGit({ ...place, args: ['symbolic-ref', '--quiet', 'HEAD'] });
      return exitCode === 0 ? shortBranch(stdout.toString('utf8').trimEnd()) : null;
    }
    const names = [revision, `refs/heads/${revision}`, `refs/remotes/${revision}`];
    const refs = names.filter((name) => /^refs\/(?:heads|remotes)\//.test(name));
    const found = await resolveCommits(place, refs);
    const index = found.findIndex((oid) => oid !== null);
    return index === -1 ? null : shortBranch(refs[index] ?? '');
  };

  /** `refs/heads/topic` and `refs/remotes/origin/topic` are `topic`. */
  const shortBranch = (ref: string): string =>
    ref.replace(/^refs\/heads\//, '').replace(`refs/remotes/${remote}/`, '');

  return {
    resolve: (range) => (range === null ? defaultRange() : resolveRange(range)),
    commits: ({ from, to }, limit) =>
      readLog(place, { tips: [to], without: [from], options: [`--max-count=${limit}`] }),
    unmerged: (range, days) => readUnmerged({ place, remote, branch, range, days }),
    patchIds: (commits: readonly Oid[]) => readPatchIds(place, commits),
    combinedPatchId: (from, to) => readCombinedPatchId(place, from, to),
    lockChains: async (since) => readLockChains(place, remote, since),
  };

  function badRange(range: string, problem: string): AgentOsError {
    return new AgentOsError('BAD_VALUE', `${quoted(range)} ${problem}`, {
      hint: 'Give two revisions, for example main..HEAD; in a shallow clone fetch both sides and what is between them first.',
    });
  }
}
