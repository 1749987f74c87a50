import { parseDuration, parseLease } from '../domain/duration.ts';
import { AgentOsError } from '../domain/errors.ts';
import { sessionPath } from '../domain/layout.ts';
import {
  type AgentName,
  parseOid,
  parseResourceName,
  type RecordId,
  type ResourceName,
} from '../domain/names.ts';
import type { AcquireOutcome, ForceOutcome, LockOwner, ReleaseOutcome } from '../store/locks/locks.ts';
import { readActiveSessions } from './active-sessions.ts';
import { requireBranch } from './initialised.ts';
import { tellFormerHolders } from './locking-notice.ts';
import { readRecords } from './records.ts';
import type { Workspace } from './workspace.ts';

const REASON_LIMIT = 1000;

export interface LockInput {
  readonly agent?: string;
  /** All of them or none. */
  readonly resources: readonly string[];
  /** Globs that each of the locks covers, beside those that config.yaml maps to its resource. */
  readonly paths?: readonly string[];
  readonly shared?: boolean;
  /** How long the lease lasts, `90s`, `30m`, `2h`; default: `locks.ttl` of config.yaml. */
  readonly ttl?: string;
  /** How long to go on trying while others hold it; default: not at all. */
  readonly wait?: string;
  readonly reason?: string;
  /** Only for the worktrees of this repository; asks no remote. */
  readonly local?: boolean;
}

/**
 * Lock for the agent's active session. Holders whose expired locks were taken over are told.
 * @throws AgentOsError NOT_INITIALISED, NO_SESSION, BAD_NAME, BAD_VALUE, TOO_LARGE, and what Locks.acquire throws
 */
export async function lockResources(workspace: Workspace, input: LockInput): Promise<AcquireOutcome> {
  await requireBranch(workspace);
  const who = await requireSession(workspace, input.agent);
  const outcome = await (await workspace.locks()).acquire({
    who,
    resources: parseResources(input.resources),
    ...(input.paths !== undefined && { paths: input.paths }),
    ...(input.shared === true && { mode: 'shared' as const }),
    ...(input.ttl !== undefined && { ttl: parseLease(input.ttl) }),
    ...(input.wait !== undefined && { wait: parseDuration(input.wait) * 1000 }),
    ...(input.reason !== undefined && { reason: parseReason(input.reason) }),
    ...(input.local === true && { local: true }),
  });
  if (outcome.status === 'acquired') await tellFormerHolders(workspace, who, outcome.former);
  return outcome;
}

/** @throws AgentOsError NOT_INITIALISED, BAD_NAME, and what Locks.release throws */
export async function unlockResources(
  workspace: Workspace,
  input: { readonly agent?: string; readonly resources: readonly string[] },
): Promise<ReleaseOutcome> {
  const resources = parseResources(input.resources);
  await requireBranch(workspace);
  const who = await workspace.identify(input.agent);
  return (await workspace.locks()).release({ who, resources });
}

/**
 * Release every lock that the agent's session holds.
 * @throws AgentOsError NOT_INITIALISED, and what Locks.releaseAll throws
 */
export async function unlockAll(
  workspace: Workspace,
  input: { readonly agent?: string } = {},
): Promise<ReleaseOutcome> {
  await requireBranch(workspace);
  const who = await workspace.identify(input.agent);
  return (await workspace.locks()).releaseAll(who);
}

export interface ForceInput {
  readonly agent?: string;
  readonly resource: string;
  /** The record's oid as `listLocks` shows it: a lock that changed since is left alone. */
  readonly oid: string;
  readonly reason: string;
}

/**
 * Release somebody else's lock and tell its holders.
 * @throws AgentOsError NOT_INITIALISED, BAD_NAME, BAD_VALUE, TOO_LARGE, and what Locks.force throws
 */
export async function forceUnlock(workspace: Workspace, input: ForceInput): Promise<ForceOutcome> {
  await requireBranch(workspace);
  const who = await workspace.identify(input.agent);
  const outcome = await (await workspace.locks()).force({
    who,
    resource: parseResourceName(input.resource),
    oid: parseOid(input.oid),
    reason: parseReason(input.reason),
  });
  if (outcome.status === 'released') await tellFormerHolders(workspace, who, outcome.former);
  return outcome;
}

/**
 * Renew the locks of this worktree's sessions of whose lease a third is gone. Where several sessions share the worktree,
 * those that have been silent for as long as a lease are left to expire: another's work is no sign of their life.
 * @returns those that turned out to be lost to others
 */
export async function renewDueLocks(workspace: Workspace): Promise<readonly ResourceName[]> {
  const sessions = await findRenewing(workspace);
  if (sessions.length === 0) return [];
  const locks = await workspace.locks();
  const lost: ResourceName[] = [];
  for (const who of sessions) lost.push(...(await locks.renewIfDue(who)).lost);
  return lost;
}

async function findRenewing(workspace: Workspace): Promise<readonly LockOwner[]> {
  const here = await workspace.sessions.list();
  if (here.length <= 1) return here;
  const actor = await workspace.identify().catch((error: unknown) => {
    if (error instanceof AgentOsError) return null; // nobody says who speaks
    throw error;
  });
  const active = await readActiveSessions(workspace, readRecords(await workspace.branch.snapshot()));
  const silent = new Set(active.filter(({ stale }) => stale).map(({ id }) => id));
  return here.filter(({ session }) => session === actor?.session || !silent.has(session));
}

async function requireSession(workspace: Workspace, agent: string | undefined): Promise<LockOwner> {
  const who = await workspace.identify(agent);
  if (who.session !== null && !(await hasEnded(workspace, who.agent, who.session))) return who;
  throw new AgentOsError('NO_SESSION', `${who.agent} has no active session in this worktree`, {
    hint: `A lock belongs to a session: run \`agent-os start --agent ${who.agent} 'what you are about to do'\`.`,
    data: { agent: who.agent },
  });
}

/** Whether a session that this worktree takes for active was ended elsewhere: reaped, or finished from another clone. */
async function hasEnded(workspace: Workspace, agent: AgentName, session: RecordId): Promise<boolean> {
  const path = sessionPath(agent, session);
  const records = readRecords(await workspace.branch.snapshot());
  const record = await records.read('session', path);
  return record !== null && record.status !== 'active';
}

function parseResources(names: readonly string[]): readonly ResourceName[] {
  if (names.length > 0) return [...new Set(names.map(parseResourceName))];
  throw new AgentOsError('BAD_VALUE', 'no resource was named', { hint: 'Name at least one resource.' });
}

function parseReason(text: string): string {
  if (text.trim() === '') {
    throw new AgentOsError('BAD_VALUE', 'the reason is empty', { hint: 'Say why in a few words.' });
  }
  if (text.length <= REASON_LIMIT) return text;
  throw new AgentOsError('TOO_LARGE', `the reason has ${text.length} characters (at most ${REASON_LIMIT})`, {
    hint: 'Say the rest in a message: `agent-os send`.',
  });
}
