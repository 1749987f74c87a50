import { decode } from '../domain/codec.ts';
import { decodeStamps } from '../domain/document/stamps-file.ts';
import { AgentOsError } from '../domain/errors.ts';
import { CONFIG_PATH, classify } from '../domain/layout.ts';
import type { Oid, RecordId } from '../domain/names.ts';
import { conflictingRefs, OTHER_REF_HINT } from '../domain/ref-conflict.ts';
import { KINDS, type Kind } from '../domain/schema/kinds.ts';
import { resolveConfig } from '../domain/schema/resolve-config.ts';
import { findUnknownKeys } from '../domain/schema/unknown-keys.ts';
import { describeEnd } from '../domain/time.ts';
import { findBadEntries } from '../domain/verify/branch-content.ts';
import type { Snapshot } from '../store/branch.ts';
import { isSafeName } from '../store/tree-path.ts';
import { readActiveSessions } from './active-sessions.ts';
import { type Check, counted, fail, ok, warn } from './doctor-check.ts';
import { readRecord, readRecords } from './records.ts';
import type { Workspace } from './workspace.ts';

/** Broken records that are named one by one; the rest is counted. */
const NAMED = 20;

/** Whether the branch is there, every file of it readable, its clock plausible, and its sessions alive. */
export async function checkBranch(workspace: Workspace): Promise<readonly Check[]> {
  const ref = workspace.settings.branch;
  const snapshot = await workspace.branch.snapshot();
  if (snapshot.tip === null) {
    const message = `there is no ${ref} in this repository yet`;
    const { code } = await workspace.audit({ offline: true });
    const [other] = (await code.refs(conflictingRefs(ref))).keys();
    if (other === undefined) return [fail('branch', message, { fix: 'agent-os init' })];
    return [
      fail('branch', `${message}, and it cannot exist beside ${other}`, {
        fix: OTHER_REF_HINT,
        data: { ref, other },
      }),
    ];
  }
  return [
    ok('branch', `${ref} is at ${snapshot.tip.slice(0, 12)}`),
    ...(await checkRecords(workspace, snapshot, snapshot.tip)),
    ...(await checkPolicy(snapshot)),
    ...(await checkSigning(workspace, snapshot)),
    await checkClock(workspace, snapshot),
    ...(await checkSessions(workspace, snapshot)),
  ];
}

/** Keys of the policy that have no effect, for want of being known; nothing, where it cannot be read. */
async function checkPolicy(snapshot: Snapshot): Promise<readonly Check[]> {
  const config = await readRecord(snapshot, 'config', CONFIG_PATH).catch(() => null);
  return findUnknownKeys(config ?? {}).map(({ path, meant }) => {
    const at = meant?.lastIndexOf('.') ?? -1;
    const where = at === -1 ? '' : ` below \`${meant?.slice(0, at)}:\``;
    const fix =
      meant === null
        ? '`agent-os config edit`, and take it out, unless a newer version of agent-os knows it.'
        : `\`agent-os config edit\`, and write \`${meant.slice(at + 1)}\`${where}, if that is what was meant.`;
    return warn('policy', `${CONFIG_PATH}: ${path} has no effect: there is no such key`, {
      fix,
      data: { path, meant },
    });
  });
}

/** Nothing, where the policy does not ask for signatures, or cannot be read. */
async function checkSigning({ settings }: Workspace, snapshot: Snapshot): Promise<readonly Check[]> {
  const config = await readRecord(snapshot, 'config', CONFIG_PATH).catch(() => null);
  if (resolveConfig(config).verify.signatures === 'off') return [];
  if (settings.sign) return [ok('signing', 'operations and locks are signed')];
  const fix = 'git config agent-os.sign true';
  return [warn('signing', 'the policy asks for signatures, and this clone does not sign', { fix })];
}

/** Every entry as `verify --state` sees it, the content of every file as readers do. */
async function checkRecords(workspace: Workspace, snapshot: Snapshot, tip: Oid): Promise<readonly Check[]> {
  const { code } = await workspace.audit({ offline: true });
  const entries = await code.entries(tip);
  const odd = findBadEntries(
    entries.map((entry) => ({ ...entry, isSafe: entry.path.split('/').every(isSafeName) })),
  );
  const broken = odd.map(({ message, hint, path }) =>
    fail('records', message, { ...(hint !== undefined && { fix: hint }), data: { path } }),
  );
  for await (const { path } of snapshot.walk('')) {
    const problem = await problemOf(snapshot, path);
    if (problem !== null) broken.push(problem);
  }
  if (broken.length === 0)
    return [ok('records', counted(entries.length, 'file can be read', 'files can be read, all of them'))];
  const rest = broken.length - NAMED;
  return [
    ...broken.slice(0, NAMED),
    ...(rest > 0 ? [fail('records', `and ${rest} more that cannot be read`)] : []),
  ];
}

async function problemOf(snapshot: Snapshot, path: string): Promise<Check | null> {
  const { kind } = classify(path);
  if (kind !== 'stamps' && !isKind(kind)) return null;
  const bytes = await snapshot.read(path);
  if (bytes === null) return null;
  try {
    if (kind === 'stamps') decodeStamps(bytes, path);
    else decode(kind, bytes, path);
    return null;
  } catch (error) {
    if (!(error instanceof AgentOsError)) throw error;
    const data = { path, code: error.code };
    const fix =
      error.hint ?? 'Mend the file on the branch, or take the version before: git log on the branch tells.';
    return fail('records', error.message, { fix, data });
  }
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(KINDS, kind);
}

/** Operations from the future: either this clock is slow, or another was fast. */
async function checkClock(workspace: Workspace, snapshot: Snapshot): Promise<Check> {
  const config = await readRecord(snapshot, 'config', CONFIG_PATH).catch(() => null);
  const { maxSkew } = resolveConfig(config).locks;
  const ahead = Math.round((snapshot.clock - workspace.clock.now()) / 1000);
  if (ahead <= maxSkew) return ok('clock', 'no operation comes from the future');
  return warn('clock', `the newest operation comes from ${ahead} s in the future`, {
    fix: 'Compare `date -u` here and where the others work; set the clocks by NTP.',
    data: { ahead },
  });
}

async function checkSessions(workspace: Workspace, snapshot: Snapshot): Promise<readonly Check[]> {
  const { locks } = await (await workspace.locks()).list();
  const active = await readActiveSessions(workspace, readRecords(snapshot), { locks });
  const silent = active.filter(({ stale }) => stale);
  const own = silent.length === 0 ? null : await readOwnSession(workspace);
  return [
    ...(silent.length === 0 ? [ok('sessions', counted(active.length, 'is active', 'are active'))] : []),
    ...silent.map(({ agent, id, heartbeatAt, clone, holds }) => {
      const held = holds.length === 0 ? '' : ` and still holds ${holds.join(', ')}`;
      return warn(
        'sessions',
        `${agent} gave no sign of life since ${describeEnd(heartbeatAt, workspace.clock.now())}${held} (session ${id})`,
        {
          fix: id === own ? `It is this worktree's own: agent-os done 'what was done'` : 'agent-os reap',
          data: { agent, session: id, clone, holds },
        },
      );
    }),
  ];
}

/** The session as which commands here act, and which `reap` leaves alone therefore. */
async function readOwnSession(workspace: Workspace): Promise<RecordId | null> {
  try {
    return (await workspace.identify()).session;
  } catch (error) {
    if (error instanceof AgentOsError) return null; // nobody says who speaks
    throw error;
  }
}
