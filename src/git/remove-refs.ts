import type { Oid, RefName } from '../domain/names.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import { readPush } from './push-outcome.ts';
import { assertNoMirror, remoteGit, startBudget, unreachable } from './remote-git.ts';

interface RemoveOptions {
  readonly paths: RepositoryPaths;
  /** A configured remote. */
  readonly remote: string;
  /** Milliseconds for one push. */
  readonly budget: number;
  /** `core.sshCommand`. */
  readonly sshCommand: string | null;
  readonly refs: readonly { readonly ref: RefName; readonly expect: Oid }[];
}

const AT_ONCE = 200;

/**
 * Remove refs from a remote, each for itself and only while it is at the given value.
 * @returns those that are gone
 * @throws AgentOsError REMOTE_UNREACHABLE, UNSUPPORTED_REPOSITORY
 */
export async function removeRefs({
  paths,
  remote,
  budget,
  sshCommand,
  refs,
}: RemoveOptions): Promise<readonly RefName[]> {
  const git = remoteGit(paths, remote, sshCommand);
  const gone: RefName[] = [];
  for (let start = 0; start < refs.length; start += AT_ONCE) {
    const batch = refs.slice(start, start + AT_ONCE);
    const options = batch.map(({ ref, expect }) => `--force-with-lease=${ref}:${expect}`);
    const result = await git.push(
      { options, refspecs: batch.map(({ ref }) => `:${ref}`) },
      startBudget(budget),
    );
    assertNoMirror(remote, result.stderr);
    const { verdicts } = readPush(result);
    if (verdicts.size === 0) throw unreachable(remote, result);
    gone.push(...batch.map(({ ref }) => ref).filter((ref) => verdicts.get(ref)?.status === 'moved'));
  }
  return gone;
}
