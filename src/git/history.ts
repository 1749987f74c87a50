import type { Oid } from '../domain/names.ts';
import type { CommitObject, HistoryReader, RepositoryPaths } from '../domain/ports.ts';
import { expectGit, gitFailed, runGit } from './process.ts';
import { placeOf } from './repository.ts';

/** One commit of `operations`: oid, tree, parents, committer's seconds, message; ended by NUL. */
const FORMAT = '--format=%H%n%T%n%P%n%ct%n%B%x00';

/**
 * History as git walks it; in a shallow clone it ends where the clone ends.
 * @param variables - of the quarantine in which a hook sees what is pushed
 * @throws AgentOsError GIT_FAILED, from every method, when a commit is missing
 */
export function openHistory(paths: RepositoryPaths, variables: NodeJS.ProcessEnv = {}): HistoryReader {
  const place = { ...placeOf(paths), variables };
  return {
    isReachable: async (ancestor, tip) => {
      if (ancestor === tip) return true;
      const args = ['merge-base', '--is-ancestor', ancestor, tip];
      const result = await runGit({ ...place, args });
      if (result.exitCode === 0 || result.exitCode === 1) return result.exitCode === 0;
      throw gitFailed(args, result);
    },
    maximal: async (tips) => {
      const distinct = [...new Set(tips)].sort();
      if (distinct.length < 2) return distinct;
      const found = await expectGit({ ...place, args: ['merge-base', '--independent', ...distinct] });
      return (found.toString('latin1').match(/[0-9a-f]{40,64}/g) ?? []).sort() as Oid[];
    },
    operations: async (tip, without) => {
      const order = ['--topo-order', '--reverse', '--no-merges'];
      const args = ['rev-list', ...order, '--no-commit-header', '--encoding=UTF-8', FORMAT, '--stdin'];
      const input = `${[tip, ...without.map((oid) => `^${oid}`)].join('\n')}\n`;
      const walked = await expectGit({ ...place, args, input });
      const commits = walked.toString('utf8').split('\0\n').slice(0, -1).map(parseCommit);
      return commits.filter(({ message }) => !/^Agent-OS-Merge: /m.test(message));
    },
  };
}

function parseCommit(record: string): CommitObject {
  const [oid = '', tree = '', parents = '', seconds = '', ...message] = record.split('\n');
  return {
    oid: oid as Oid,
    tree: tree as Oid,
    parents: parents === '' ? [] : (parents.split(' ') as Oid[]),
    committedAt: Number(seconds),
    message: message.join('\n'),
  };
}
