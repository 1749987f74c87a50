import type { AgentOsError } from '../../domain/errors.ts';
import { planMerge } from '../../store/plan-merge.ts';
import { takeSnapshot } from '../../store/snapshot.ts';
import { refresh } from '../publishing.ts';
import { openRecords, type RecordReader, readRecords } from '../records.ts';
import type { Workspace } from '../workspace.ts';

/**
 * Bring what others have published. A clone without the branch, such as a checkout of CI, stays without.
 * @returns null, or why a report shows only what was last seen
 * @throws AgentOsError REMOTE_UNREACHABLE where nothing was ever seen
 */
export async function refreshForReport(workspace: Workspace): Promise<AgentOsError | null> {
  if ((await workspace.branch.snapshot()).tip !== null) return refresh(workspace);
  await workspace.remote?.fetch();
  return null;
}

/**
 * The records of this clone's branch; where there is none, of what was last fetched of the remote: its branch and its
 * outboxes, joined as a sync would and written nowhere.
 * @throws AgentOsError NOT_INITIALISED
 */
export async function openReportRecords(workspace: Workspace): Promise<RecordReader> {
  const { branch, remote, objects, hash } = workspace;
  const own = await branch.snapshot();
  const mirror = own.tip === null ? await remote?.readMirror() : undefined;
  if (!mirror?.branch) return openRecords(workspace);
  const tips = await objects.history.maximal([mirror.branch, ...mirror.outboxes.values()]);
  const { scratch } = await workspace.audit({ offline: true });
  const [only = mirror.branch, ...others] = tips;
  const tip =
    others.length === 0 ? only : await scratch.writer.commit(await planMerge({ ...scratch, hash }, tips));
  return readRecords(await takeSnapshot(scratch.reader, await scratch.reader.commit(tip)));
}
