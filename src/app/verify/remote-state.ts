import { decode } from '../../domain/codec.ts';
import { AgentOsError } from '../../domain/errors.ts';
import { CONFIG_PATH } from '../../domain/layout.ts';
import { CLAIMS_REF, LOCKS_PREFIX } from '../../domain/locks/lock-ref.ts';
import type { Oid } from '../../domain/names.ts';
import { type ResolvedConfig, resolveConfig } from '../../domain/schema/resolve-config.ts';
import type { Snapshot } from '../../store/branch.ts';
import type { LockRefs } from '../../store/locks/authority.ts';
import { takeSnapshot } from '../../store/snapshot.ts';
import type { Audit } from '../repository-ports.ts';
import type { Workspace } from '../workspace.ts';

/** What decides at the moment of a check: the remote's refs, or this repository's where there is no remote. */
export interface DecidingState {
  readonly refs: LockRefs;
  readonly tip: Oid;
  /** The branch, and each outbox that says more than it: what is published. */
  readonly snapshots: readonly [Snapshot, ...Snapshot[]];
  /** As found at the branch's tip. */
  readonly config: ResolvedConfig;
}

/**
 * @param offline - go by what was fetched last
 * @throws AgentOsError NOT_INITIALISED, CANNOT_VERIFY, REMOTE_UNREACHABLE
 */
export async function readDecidingState(
  workspace: Workspace,
  { code }: Audit,
  offline: boolean,
): Promise<DecidingState> {
  const { remote, objects, settings } = workspace;
  const mirror = await (offline ? remote?.readMirror() : remote?.fetch());
  const refs: LockRefs = mirror ?? (await readLocalRefs(workspace, code));
  if (refs.branch === null) throw absent(workspace, offline);
  const outboxes = [...(mirror?.outboxes.values() ?? [])].filter((oid) => oid !== refs.branch);
  const tips = outboxes.length === 0 ? [] : await objects.history.maximal([refs.branch, ...outboxes]);
  const open = (oid: Oid) =>
    objects.reader.commit(oid).then((commit) => takeSnapshot(objects.reader, commit));
  const snapshot = await open(refs.branch);
  if (snapshot.tip === null) throw absent(workspace, offline);
  const others = await Promise.all(tips.filter((oid) => oid !== refs.branch).map(open));
  return {
    refs,
    tip: refs.branch,
    snapshots: [snapshot, ...others],
    config: await readPolicy(snapshot, settings.branch),
  };
}

async function readLocalRefs({ settings: { branch } }: Workspace, code: Audit['code']): Promise<LockRefs> {
  const found = await code.refs([branch, CLAIMS_REF, LOCKS_PREFIX]);
  const locks = new Map([...found].filter(([ref]) => ref.startsWith(LOCKS_PREFIX)));
  return { locks, claims: found.get(CLAIMS_REF) ?? null, branch: found.get(branch) ?? null };
}

/**
 * A policy that cannot be read must not be taken for none.
 * @throws AgentOsError CANNOT_VERIFY
 */
export async function readPolicy(snapshot: Snapshot, branch: string): Promise<ResolvedConfig> {
  const bytes = await snapshot.read(CONFIG_PATH);
  try {
    return resolveConfig(bytes === null ? null : decode('config', bytes, CONFIG_PATH));
  } catch (cause) {
    if (!(cause instanceof AgentOsError)) throw cause;
    throw new AgentOsError('CANNOT_VERIFY', `the policy on ${branch} cannot be read: ${cause.message}`, {
      ...(cause.hint !== undefined && { hint: cause.hint }),
      cause,
    });
  }
}

function absent({ settings, remote }: Workspace, offline: boolean): AgentOsError {
  if (remote !== null && offline) {
    return new AgentOsError(
      'CANNOT_VERIFY',
      `${settings.branch} and the locks of ${remote.name} were never fetched here`,
      { hint: 'Check without --offline, or run `agent-os sync --pull` first.' },
    );
  }
  const where = remote === null ? 'in this repository' : `on ${remote.name}`;
  return new AgentOsError('NOT_INITIALISED', `there is no ${settings.branch} ${where}`, {
    hint: remote === null ? 'Name the remote that has it: --remote origin.' : 'Run `agent-os init`.',
  });
}
