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
    const refs = refsOf(right || 'HEAD');
    const [[from, to, ...named], head] = await Promise.all([
      resolveCommits(place, [left || 'HEAD', right || 'HEAD', ...refs]),
      headBranch(right || 'HEAD'),
    ]);
    if (!from) throw badRange(range, `begins at ${quoted(left || 'HEAD')}, which names no commit here`);
    if (!to) throw badRange(range, `ends at ${quoted(right || 'HEAD')}, which names no commit here`);
    const ref = refs[named.findIndex((oid) => oid !== null)];
    return { text: range, from, to, branch: ref === undefined ? head : shortBranch(ref) };
  };

  const defaultRange = async (): Promise<CommitRange> => {
    const bases = [
      ...(remote === null ? [] : ['HEAD', 'main', 'master'].map((name) => `refs/remotes/${remote}/${name}`)),
      ...['main', 'master'].map((name) => `refs/heads/${name}`),
    ];
    const [[to, ...found], branch] = await Promise.all([
      resolveCommits(place, ['HEAD', ...bases]),
      headBranch('HEAD'),
    ]);
    const index = found.findIndex((oid) => oid !== null);
    const [base, from] = [bases[index], found[index]];
    if (base === undefined || !from || !to) {
      throw new AgentOsError('BAD_VALUE', 'there is no main branch at which the range could begin', {
        hint: 'Give the range: agent-os report A..B',
      });
    }
    return { text: `${base.replace(/^refs\/(?:heads|remotes)\//, '')}..HEAD`, from, to, branch };
  };

  /** The branch that is checked out, where a revision means that. */
  const headBranch = async (revision: string): Promise<string | null> => {
    if (revision !== 'HEAD') return null;
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
    unmerged: (range, days) => readUnmerged({ place, remote, branch, range, days }),
    patchIds: (commits: readonly Oid[]) => readPatchIds(place, commits),
    combinedPatchId: (from, to) => readCombinedPatchId(place, from, to),
    lockChains: async (since) => readLockChains(paths, remote, since),
  };

  /** Branches that a revision may be the name of. */
  function refsOf(revision: string): readonly string[] {
    if (revision === 'HEAD') return [];
    const names = [revision, `refs/heads/${revision}`, `refs/remotes/${revision}`];
    return names.filter((name) => /^refs\/(?:heads|remotes)\//.test(name));
  }

  function badRange(range: string, problem: string): AgentOsError {
    return new AgentOsError('BAD_VALUE', `${quoted(range)} ${problem}`, {
      hint: 'Give two revisions, for example main..HEAD; in a shallow clone fetch both sides and what is between them first.',
    });
  }
}
