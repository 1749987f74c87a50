import { type Oid, parseRemoteName, type RefName } from '../domain/names.ts';
import type { Remote, RepositoryPaths } from '../domain/ports.ts';
import { openLocalRefs } from './local-refs.ts';
import { remoteGit, startBudget, unreachable } from './remote-git.ts';

interface NotesRemote {
  readonly paths: RepositoryPaths;
  readonly remote: Remote;
  readonly notes: RefName;
  /** Milliseconds for one call. */
  readonly budget: number;
  readonly sshCommand: string | null;
}

/**
 * What the remote has of a notes ref, brought into the mirror of the remote; the local notes do not move.
 * @throws AgentOsError REMOTE_UNREACHABLE
 */
export async function fetchNotes(request: NotesRemote): Promise<Oid | null> {
  const { paths, remote, notes, budget, sshCommand } = request;
  if (!(await remote.refs.read([notes])).has(notes)) return null;
  const mirror = `refs/agent-os/remote/${parseRemoteName(remote.name)}/notes` as RefName;
  const git = remoteGit(paths, remote.name, sshCommand);
  const result = await git.fetch([`+${notes}:${mirror}`], startBudget(budget));
  if (result.exitCode !== 0) throw unreachable(remote.name, result);
  return (await openLocalRefs(paths).read([mirror])).get(mirror) ?? null;
}
