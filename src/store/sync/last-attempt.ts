import { AgentOsError } from '../../domain/errors.ts';
import type { StateFiles } from '../../domain/ports.ts';

/** The state file that says why the remote could not be reached; there is none while it answers. */
const FAILURE_STATE = 'last-attempt-failed';

/** Run an attempt to reach a remote, and note how it ended for commands that do not wait for one. */
export async function noteAttempt<T>(
  { files, remote }: { readonly files: StateFiles; readonly remote: { readonly name: string } },
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    const result = await attempt();
    if ((await readFailure(files, remote.name)) !== null) await files.update(FAILURE_STATE, () => null);
    return result;
  } catch (error) {
    if (isOutage(error))
      await files.update(FAILURE_STATE, () => ({ remote: remote.name, reason: error.message }));
    throw error;
  }
}

/** Why the last attempt did not reach the remote of this name; null where it did, or there was none. */
export async function readFailure(files: StateFiles, remote: string): Promise<string | null> {
  const known = await files.read(FAILURE_STATE);
  const isNote = typeof known === 'object' && known !== null && 'reason' in known && 'remote' in known;
  return isNote && known.remote === remote && typeof known.reason === 'string' ? known.reason : null;
}

function isOutage(error: unknown): error is AgentOsError {
  return error instanceof AgentOsError && ['REMOTE_UNREACHABLE', 'OUTCOME_UNKNOWN'].includes(error.code);
}
