import { encode } from '../domain/codec.ts';
import { derivedId } from '../domain/derived-id.ts';
import { CONFIG_PATH, sessionPath } from '../domain/layout.ts';
import type { RecordId, ResourceName } from '../domain/names.ts';
import { type ResolvedConfig, resolveConfig } from '../domain/schema/resolve-config.ts';
import type { Session } from '../domain/schema/session.ts';
import type { LockOwner, LockView } from '../store/locks/locks.ts';
import { heldBy, readActiveSessions } from './active-sessions.ts';
import { planMessages } from './messages.ts';
import { formatTime, openRecords, readRecord } from './records.ts';
import { readSessions, type SessionView, viewSession } from './session-records.ts';
import type { Workspace } from './workspace.ts';

/** A session that nobody goes on with, and what it still holds. */
export interface LeftBehind {
  readonly session: SessionView;
  readonly holds: readonly ResourceName[];
}

export interface ReapReport {
  /** Those that were ended, or in a dry run would be. */
  readonly reaped: readonly LeftBehind[];
  /**
   * Those that may be alive; `until`: from when on they would be reaped, as things are (ISO 8601); null: never by who
   * asks, whose own it is.
   */
  readonly kept: readonly (LeftBehind & { readonly until: string | null; readonly why: string })[];
}

/**
 * End the sessions that were left behind: take over their locks, mark them abandoned, and tell their agents. Stale
 * sessions are, and ended ones that still hold locks, as a finish leaves behind that was killed half way. A session is
 * left alone whole while a single lock of it may not be taken over, or while another machine's clock may explain its
 * silence. Where several do it at once, each is ended once.
 * @throws AgentOsError NOT_INITIALISED, and what Locks.evict and Branch.commit throw
 */
export async function reap(
  workspace: Workspace,
  input: { readonly agent?: string; readonly dryRun: boolean },
): Promise<ReapReport> {
  const by = await workspace.identify(input.agent);
  const records = await openRecords(workspace);
  const config = resolveConfig(await records.read('config', CONFIG_PATH));
  const locks = await workspace.locks();
  const held = (await locks.list()).locks;
  const now = workspace.clock.now();
  const reaped: LeftBehind[] = [];
  const kept: ReapReport['kept'][number][] = [];
  for (const left of await findLeftBehind(workspace, records, held)) {
    const { session, holds } = left;
    if (session.id === by.session) {
      kept.push({ ...left, until: null, why: 'this is your own session: agent-os done ends it' });
      continue;
    }
    const until = endOfDoubt(session, workspace, config);
    if (until > now) {
      kept.push({ ...left, until: formatTime(until), why: 'the clock of its machine may differ' });
      continue;
    }
    const holder = { agent: session.agent, session: session.id, clone: session.clone };
    const outcome = await locks.evict({ by, holder, dryRun: input.dryRun });
    if (outcome.status === 'alive') {
      kept.push({ ...left, until: outcome.takeoverAt, why: `its lock on ${outcome.resource} may be alive` });
    } else if (input.dryRun || (await end(workspace, { by, left, config }))) reaped.push({ session, holds });
  }
  return { reaped, kept };
}

async function findLeftBehind(
  workspace: Workspace,
  records: Awaited<ReturnType<typeof openRecords>>,
  held: readonly LockView[],
): Promise<readonly LeftBehind[]> {
  const active = await readActiveSessions(workspace, records, { locks: held });
  const stale = active.filter((session) => session.stale);
  const times = { now: workspace.clock.now(), staleAfter: Number.POSITIVE_INFINITY };
  const ended = (await readSessions(records))
    .filter(({ status }) => status !== 'active')
    .map((session) => viewSession(session, times));
  return [...stale, ...ended]
    .map((session) => ({ session, holds: heldBy(session, held) }))
    .filter(({ session, holds }) => session.status === 'active' || holds.length > 0);
}

/** When no difference of clocks can explain the silence any more; an ended session has said so itself. */
function endOfDoubt(
  { status, clone, heartbeatAt }: SessionView,
  workspace: Workspace,
  { locks }: ResolvedConfig,
): number {
  if (status !== 'active' || clone === workspace.clone) return 0;
  return Date.parse(heartbeatAt) + 1000 * (locks.ttl + locks.maxSkew);
}

/** @returns false when somebody else has done it meanwhile, or the session has given a sign of life */
async function end(
  workspace: Workspace,
  {
    by,
    left,
    config,
  }: { readonly by: LockOwner; readonly left: LeftBehind; readonly config: ResolvedConfig },
): Promise<boolean> {
  const { id, agent, clone, heartbeatAt, status } = left.session;
  const fresh = workspace.ids.record();
  const { changed } = await workspace.branch.commit({
    ...by,
    async plan(context) {
      const before = await readRecord(context.snapshot, 'session', sessionPath(agent, id));
      const isSame = before !== null && before.status === status && before.heartbeat_at === heartbeatAt;
      if (!isSame) return { subject: '', changes: [], result: null };
      const why = `no sign of life since ${heartbeatAt}`;
      const session: Session = {
        ...before,
        status: 'abandoned',
        ended_at: formatTime(workspace.clock.now()),
        summary: before.summary ?? `Reaped by ${by.agent}: ${why}`,
        hlc: context.id,
      };
      const changes = [{ path: sessionPath(agent, id), content: encode('session', session) }];
      const { changes: message } = planMessages(workspace, context, {
        id: messageId(workspace, { left, config, fresh }),
        from: by.agent,
        session: by.session,
        to: [agent],
        subject: 'Your session was ended',
        body: describe(left, why),
        priority: 'high',
      });
      return {
        subject: `reap: ${agent}: ${why}`,
        changes: [...(status === 'active' ? changes : []), ...message],
        result: null,
      };
    },
  });
  if (clone === workspace.clone) await workspace.sessions.end(id);
  return changed;
}

/**
 * The same for two that reap one session in two clones, so that its agent is told once; but not so old that it could
 * arrive below a watermark of gc.
 */
function messageId(
  { clock, hash }: Workspace,
  {
    left: { session },
    config: { locks, retention },
    fresh,
  }: { readonly left: LeftBehind; readonly config: ResolvedConfig; readonly fresh: RecordId },
): RecordId {
  const stale = Date.parse(session.endedAt ?? session.heartbeatAt) + 1000 * locks.ttl;
  const isRecent = stale > clock.now() - (1000 * retention.messages) / 2;
  return isRecent ? derivedId(stale, hash(`reap ${session.id} ${session.heartbeatAt}`)) : fresh;
}

function describe({ session, holds }: LeftBehind, why: string): string {
  const locks =
    holds.length === 0
      ? ''
      : ` Its locks were taken over: ${holds.join(', ')}. Before you push what you did under them, look at what has` +
        ' changed since and lock them again.';
  return `Your session ${session.id} (${session.task}) was ended, because there was ${why}.${locks}`;
}
