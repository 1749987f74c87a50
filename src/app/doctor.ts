import { branchCheckedOut } from '../domain/checkout.ts';
import { AgentOsError } from '../domain/errors.ts';
import type { RefName } from '../domain/names.ts';
import type { LockView } from '../store/locks/locks.ts';
import { checkBranch } from './doctor-branch.ts';
import { attempt, type Check, counted, fail, ok, warn } from './doctor-check.ts';
import { checkHost } from './doctor-host.ts';
import { checkLocks } from './doctor-locks.ts';
import type { Capabilities, Inspection, LockFile } from './repository-ports.ts';
import { countUnpublished } from './syncing.ts';
import type { Workspace } from './workspace.ts';

/** Lock files of a git that is at work are gone after milliseconds, or, but for those of refs, after seconds. */
const STALE_LOCK_FILE = 10_000;
const STALE_REF_LOCK = 1_000;

/**
 * Examine everything that agent-os depends on. Nothing is changed but what a fetch brings and probe refs that are
 * removed again; nothing throws but a defect: what does not work is a check that failed.
 */
export async function examine(workspace: Workspace): Promise<readonly Check[]> {
  const before = await readHeld(workspace);
  const remote = await checkRemote(workspace);
  const isReached = remote.some(({ name, status }) => name === 'remote' && status === 'ok');
  return [
    ...(await attempt('repository', async () =>
      checkRepository(await inspect(workspace), workspace.settings.branch),
    )),
    ...(await attempt('identity', () => checkIdentity(workspace))),
    ...remote,
    ...(isReached
      ? await attempt('capabilities', async () => checkCapabilities(await workspace.probe()))
      : []),
    ...(await attempt('branch', () => checkBranch(workspace))),
    ...(await attempt('locks', () => checkLocks(workspace, before))),
    ...(isReached ? await attempt('remote-branch', () => checkHost(workspace)) : []),
    ...(await attempt('publishing', () => checkPublishing(workspace))),
  ];
}

/** What was held when the remote was last seen; what cannot be read is for checkLocks to say. */
async function readHeld(workspace: Workspace): Promise<readonly LockView[]> {
  try {
    return (await (await workspace.locks()).list()).locks;
  } catch (error) {
    if (error instanceof AgentOsError) return [];
    throw error;
  }
}

/** Looks twice where a ref's lock file may be that of a git at work. */
async function inspect({ clock, inspection }: Workspace): Promise<Inspection> {
  const found = await inspection();
  const isYoung = ({ path, age }: LockFile) => isRefLock(path) && age < STALE_REF_LOCK;
  if (!found.lockFiles.some(isYoung)) return found;
  await clock.sleep(STALE_REF_LOCK);
  return inspection();
}

function isRefLock(path: string): boolean {
  return /[/\\]refs[/\\]/.test(path);
}

function checkRepository(found: Inspection, branch: RefName): readonly Check[] {
  const format = `${found.objectFormat}, ${found.refFormat} refs${found.isShallow ? ', shallow' : ''}`;
  const stale = found.lockFiles.filter(
    ({ path, age }) => age >= (isRefLock(path) ? STALE_REF_LOCK : STALE_LOCK_FILE),
  );
  return [
    ok('git', `git ${found.gitVersion}`),
    ok('repository', format),
    checkCheckout(found, branch),
    ...(stale.length === 0 ? [ok('lock-files', 'no lock file was left behind')] : []),
    ...stale.map(({ path, age }) =>
      warn('lock-files', `${path} stands in the way of git, for ${Math.round(age / 1000)} s now`, {
        fix: `See that no git is running there, then type: rm '${path.replaceAll("'", "'\\''")}'`,
        data: { path, age },
      }),
    ),
  ];
}

/** As long as there is one, nothing can be written in this clone. */
function checkCheckout({ checkout }: Inspection, branch: RefName): Check {
  if (checkout === null) return ok('checkout', 'no worktree has the branch checked out');
  const { message, hint = '', data } = branchCheckedOut(branch, checkout);
  return fail('checkout', message, { fix: hint, data });
}

async function checkIdentity({ identify, paths }: Workspace): Promise<readonly Check[]> {
  try {
    const { agent, session } = await identify();
    const where = session === null ? 'without a session' : `in session ${session}`;
    return [ok('identity', `${agent} speaks, ${where}`)];
  } catch (error) {
    const isNobody = error instanceof AgentOsError && error.code === 'NO_IDENTITY';
    if (!isNobody || paths.workTree !== null) throw error;
    return [ok('identity', 'nobody speaks here, and in a bare repository nobody has to')];
  }
}

async function checkRemote(workspace: Workspace): Promise<readonly Check[]> {
  const { remote } = workspace;
  if (remote !== null) {
    return attempt('remote', async () => {
      await (await workspace.locks()).observe(await remote.fetch());
      return [ok('remote', `${remote.name} answers`)];
    });
  }
  return attempt('remote', async () => {
    const remotes = await (await workspace.userConfig()).remotes();
    if (remotes.length === 0) return [ok('remote', `there is none: coordination is ${among(workspace)}`)];
    const names = remotes.map(({ name }) => name);
    const listed = names.join(', ');
    if (workspace.paths.workTree === null)
      return [
        ok('remote', `coordination ends at this bare repository, and asks none of its remotes: ${listed}`),
      ];
    const fix = `agent-os init --remote ${names.length === 1 ? names[0] : 'NAME'}`;
    return [
      warn('remote', `coordination ends at this repository, although it has remotes: ${listed}`, { fix }),
    ];
  });
}

function among({ paths }: Workspace): string {
  return paths.workTree === null ? 'what is pushed here' : 'among the worktrees here';
}

function checkCapabilities(able: Capabilities | null): readonly Check[] {
  if (able === null) return [];
  const missing = [
    able.customRefs ? [] : ['takes no refs/agent-os/*: no locks between clones'],
    able.atomic || !able.customRefs
      ? []
      : ['has no atomic pushes: no locks on paths or on several resources'],
    able.lease || !able.customRefs ? [] : ['ignores leases: locks do not exclude'],
    able.delete || !able.customRefs ? [] : ['keeps every ref: gc cannot tidy up'],
  ].flat();
  if (missing.length === 0)
    return [ok('capabilities', 'custom refs, atomic pushes, leases, removal of refs')];
  const message = `the remote ${missing.join('; ')}`;
  const fix = `Ask who runs it to allow it; it said: ${able.reasons.join('; ')}`;
  const check = able.customRefs && able.lease ? warn : fail;
  return [check('capabilities', message, { fix, data: { ...able } })];
}

async function checkPublishing(workspace: Workspace): Promise<readonly Check[]> {
  if (workspace.remote === null) return [];
  const pending = await countUnpublished(workspace);
  if (pending === 0) return [ok('publishing', 'the remote has every operation of this clone')];
  return [
    warn('publishing', `${counted(pending, 'operation is', 'operations are')} not on the remote yet`, {
      fix: 'agent-os sync',
      data: { pending },
    }),
  ];
}

/** Whether the checks say that something does not work. */
export function hasFailed(checks: readonly Check[]): boolean {
  return checks.some(({ status }) => status === 'fail');
}
