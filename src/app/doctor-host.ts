import { lockHint } from '../domain/host-words.ts';
import { conflictingRefs, OTHER_REF_HINT } from '../domain/ref-conflict.ts';
import { formatDistance } from '../domain/time.ts';
import { type Check, fail, warn } from './doctor-check.ts';
import type { Workspace } from './workspace.ts';

/**
 * What keeps the remote, which was just fetched, from having the branch: that it never got it, a ref in the way, and
 * lock files that refused something when it was asked last. Of a remote on this machine those can be looked at instead.
 */
export async function checkHost(workspace: Workspace): Promise<readonly Check[]> {
  const { remote, branch } = workspace;
  if (remote === null || (await branch.snapshot()).tip === null) return [];
  const checks = [...(await checkRefusals(workspace))];
  const { branch: tip } = await remote.readMirror();
  return tip === null
    ? [...checks, await describeAbsence(workspace, remote)]
    : [...checks, ...(await checkBehind(workspace, remote.name))];
}

async function checkRefusals({ clock, inspection, refusals }: Workspace): Promise<readonly Check[]> {
  const found = await refusals();
  if (found.length === 0 || (await inspection()).isRemoteHere) return [];
  return found.map(({ ref, file, at }) => {
    const when = formatDistance(new Date(at).toISOString(), clock.now());
    return warn(
      'lock-files',
      `${file} stood in the way of ${ref} on the remote when it was to move, ${when}`,
      {
        fix: lockHint(file),
        data: { ref, file, at: new Date(at).toISOString() },
      },
    );
  });
}

async function describeAbsence(
  { settings }: Workspace,
  remote: NonNullable<Workspace['remote']>,
): Promise<Check> {
  const ref = settings.branch;
  const [other] = (await remote.refs.read(conflictingRefs(ref))).keys();
  if (other !== undefined) {
    return fail('remote-branch', `${remote.name} cannot have ${ref} beside ${other}`, {
      fix: OTHER_REF_HINT,
      data: { ref, other },
    });
  }
  return warn('remote-branch', `${remote.name} has no ${ref}`, { fix: 'agent-os sync', data: { ref } });
}

/** Published is what an outbox has; somebody has to bring it onto the branch. */
async function checkBehind(workspace: Workspace, remote: string): Promise<readonly Check[]> {
  const sync = await workspace.sync();
  const seen = await sync?.round({ pull: false, push: false, budget: 0, until: 'published' });
  if (seen === undefined || seen.branch !== 'behind' || seen.pending > 0) return [];
  return [
    warn(
      'remote-branch',
      `${workspace.settings.branch} on ${remote} lacks operations of this clone: only its outbox has them`,
      {
        fix: 'agent-os sync',
      },
    ),
  ];
}
