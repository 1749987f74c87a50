import type { PushedRef, PushedWork } from '../domain/hook-ports.ts';
import { parseRemoteName } from '../domain/names.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import { expectGit } from './process.ts';
import { placeOf } from './repository.ts';
import { listTouchedPaths } from './touched-paths.ts';

/** Of a push of more commits, the newest are looked at. */
const LIMIT = 10_000;

/**
 * The commits of a push that the remote does not have: those that neither the old value of a pushed ref nor what is
 * known of the remote reaches. Removed refs push nothing; a tag counts as what it points to.
 * @throws AgentOsError GIT_FAILED
 */
export async function readPushedWork(
  paths: RepositoryPaths,
  refs: readonly PushedRef[],
  remote: string | null,
): Promise<PushedWork> {
  const place = placeOf(paths);
  const tips = refs.flatMap(({ local }) => (local === null ? [] : [local]));
  if (tips.length === 0) return { paths: [], messages: [] };
  const tracking = remote === null ? 'refs/remotes/' : `refs/remotes/${parseRemoteName(remote)}/`;
  const args = ['for-each-ref', '--format=^%(objectname)', tracking];
  const known = (await expectGit({ ...place, args })).toString('latin1');
  const old = refs.flatMap((ref) => (ref.remote === null ? [] : [`^${ref.remote}\n`])).join('');
  const input = `${tips.join('\n')}\n${old}${known}`;
  const walk = ['rev-list', '--ignore-missing', `--max-count=${LIMIT}`, '--stdin'];
  const commits = await expectGit({ ...place, args: walk, input });
  if (commits.length === 0) return { paths: [], messages: [] };
  const format = ['rev-list', '--no-walk', '--no-commit-header', '--encoding=UTF-8', '--format=%B%x00'];
  const [touched, messages] = await Promise.all([
    listTouchedPaths(paths, commits),
    expectGit({ ...place, args: [...format, '--stdin'], input: commits }),
  ]);
  return { paths: touched, messages: messages.toString('utf8').split('\0\n').slice(0, -1) };
}
