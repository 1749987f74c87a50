import type { CodeCommit, CodeHistory } from '../domain/code-history.ts';
import { type Oid, quoted } from '../domain/names.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import { expectGit, runGit } from './process.ts';
import { placeOf } from './repository.ts';
import { badRange, resolveCommits, splitRange } from './revisions.ts';

/** Oid, committer's seconds, author, subject; ended by NUL. */
const FORMAT = '--format=%H%n%ct%n%an%n%s%x00';

/** The code's history as git tells it. What people type as a revision reaches git on standard input only. */
export function openCodeHistory(paths: RepositoryPaths): CodeHistory {
  const place = placeOf(paths);

  return {
    async head() {
      const { exitCode, stdout } = await runGit({
        ...place,
        args: ['symbolic-ref', '--quiet', '--short', 'HEAD'],
      });
      return {
        branch: exitCode === 0 ? stdout.toString('utf8').trimEnd() : null,
        commit: (await resolveCommits(place, ['HEAD']))[0] ?? null,
      };
    },
    async range(range, limit) {
      const [from, to] = splitRange(range);
      const [first, last] = await resolveCommits(place, [from, to]);
      if (!first) throw badRange(`${quoted(range)} begins at ${quoted(from)}, which names no commit`);
      if (!last) throw badRange(`${quoted(range)} ends at ${quoted(to)}, which names no commit`);
      const options = ['--no-merges', '--no-commit-header', '--encoding=UTF-8', `--max-count=${limit}`];
      const args = ['rev-list', ...options, FORMAT, '--stdin'];
      const walked = await expectGit({ ...place, args, input: `${last}\n^${first}\n` });
      return walked.toString('utf8').split('\0\n').slice(0, -1).map(parseCommit);
    },
    details: async (commits) => (await import('./commit-details.ts')).readCommitDetails(place, commits),
  };
}

function parseCommit(record: string): CodeCommit {
  const [oid = '', seconds = '', author = '', ...subject] = record.split('\n');
  return { oid: oid as Oid, committedAt: Number(seconds), author, subject: subject.join(' ') };
}
