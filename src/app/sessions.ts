import { encode } from '../domain/codec.ts';
import { AgentOsError, type ErrorCode } from '../domain/errors.ts';
import { sessionPath } from '../domain/layout.ts';
import type { AgentName, Oid, RecordId, ResourceName } from '../domain/names.ts';
import type { Session } from '../domain/schema/session.ts';
import type { OperationPlan } from '../store/branch.ts';
import { formatTime, openRecords, readRecord, readRecords } from './records.ts';
import { findSession, noSession, requireSession } from './session-lookup.ts';
import { readStaleAfter, type SessionView, viewSession } from './session-records.ts';
import { checkText } from './text-input.ts';
import type { Workspace } from './workspace.ts';

const TASK_LIMIT = 4000;
const COMMITS_KEPT = 200;
/** A heartbeat that follows another one within this time changes nothing on the branch. */
const HEARTBEAT_PAUSE = 60_000;

/**
 * Announce what an agent is about to do in this worktree. Where it has a session already, that one goes on with the
 * new task.
 * @throws AgentOsError NOT_INITIALISED, BAD_VALUE, TOO_LARGE, and what Branch.commit throws
 */
export async function startSession(
  workspace: Workspace,
  input: { readonly agent?: string; readonly task: string },
): Promise<{ readonly session: SessionView; readonly resumed: boolean }> {
  const task = checkText(input.task, 'the task', TASK_LIMIT);
  const who = await workspace.identify(input.agent);
  const records = await openRecords(workspace);
  const known = who.session && (await records.read('session', sessionPath(who.agent, who.session)));
  const resumes = known !== null && known.status === 'active';
  // A marker without a record is what a start left that was killed half way: its id is still to be used.
  const isVacant = known === null && records.problems.length === 0;
  const id = who.session !== null && (resumes || isVacant) ? who.session : workspace.ids.record();
  const [staleAfter, head] = await Promise.all([readStaleAfter(records), workspace.code.head()]);

  // The marker first: a session on the branch of which no worktree knows would seem active until it is stale.
  await workspace.sessions.add({ agent: who.agent, session: id });
  try {
    const { result } = await workspace.branch.commit<Session>({
      agent: who.agent,
      session: id,
      async plan(context) {
        const before = await readRecord(context.snapshot, 'session', sessionPath(who.agent, id));
        const session: Session = {
          ...(before ?? newSession(workspace, { agent: who.agent, id, base: head.commit })),
          task,
          heartbeat_at: formatTime(workspace.clock.now()),
          hlc: context.id,
        };
        if (head.branch !== null) session.branch = head.branch;
        return writeSession(session, `start: ${who.agent}: ${task}`);
      },
    });
    if (who.session !== null && who.session !== id) await workspace.sessions.remove(who.session);
    return { session: viewSession(result, { now: workspace.clock.now(), staleAfter }), resumed: resumes };
  } catch (error) {
    if (!resumes) await workspace.sessions.remove(id);
    throw error;
  }
}

export interface FinishResult {
  readonly session: SessionView;
  /** It had been finished before. */
  readonly already: boolean;
  readonly released: readonly ResourceName[];
  /** Locks whose release waits for the remote. */
  readonly queued: readonly ResourceName[];
}

/**
 * Finish the agent's session: report, release its locks, clear the worktree's marker. From another worktree of the
 * clone it finishes the one session that the agent has there; a second time it only completes what the first one left.
 * @throws AgentOsError NO_SESSION, AMBIGUOUS, NOT_INITIALISED, BAD_VALUE, TOO_LARGE, and what Branch.commit throws
 */
export async function finishSession(
  workspace: Workspace,
  input: { readonly agent?: string; readonly summary: string },
): Promise<FinishResult> {
  const summary = checkText(input.summary, 'the summary');
  const found = await findFinishing(workspace, input.agent);
  const { id, agent } = found;
  const commits = await listCommits(workspace, found);
  const patches = await listPatches(workspace, found, commits);
  const { result, changed } = await workspace.branch.commit<Session>({
    agent,
    session: id,
    async plan(context) {
      const before = await requireSession(context.snapshot, agent, id);
      if (before.status !== 'active') return { subject: '', changes: [], result: before };
      const now = formatTime(workspace.clock.now());
      return writeSession(
        {
          ...before,
          status: 'done',
          heartbeat_at: now,
          ended_at: now,
          summary,
          commits,
          ...(patches.length > 0 && { patches }),
          hlc: context.id,
        },
        `done: ${agent}: ${summary}`,
      );
    },
  });
  const { released, queued } = await (await workspace.locks()).releaseAll({ agent, session: id });
  await workspace.sessions.end(id);
  const session = viewSession(result, { now: workspace.clock.now(), staleAfter: Number.POSITIVE_INFINITY });
  return { session, already: !changed, released, queued };
}

/**
 * The session that is meant. Where nothing but `user.name` says who speaks, and that person has none that is active, it
 * is the one that ended last in this worktree: its agent says again that it is done.
 */
async function findFinishing(workspace: Workspace, agent: string | undefined): Promise<Session> {
  const ended = await workspace.sessions.lastEnded();
  if (ended === null) return findSession(workspace, await workspace.identify(agent));
  const who = await workspace.identify(agent).catch(nullOn('NO_IDENTITY'));
  if (who !== null && who.by !== 'person') return findSession(workspace, who);
  const own = who === null ? null : await findSession(workspace, who).catch(nullOn('NO_SESSION'));
  return own?.status === 'active' ? own : findSession(workspace, ended);
}

function nullOn(code: ErrorCode): (error: unknown) => null {
  return (error) => {
    if (error instanceof AgentOsError && error.code === code) return null;
    throw error;
  };
}

/**
 * Say that the agent's session is alive, and renew its locks that are due.
 * @throws AgentOsError NO_SESSION, AMBIGUOUS, NOT_INITIALISED, and what Branch.commit and Locks.renewIfDue throw
 */
export async function beat(
  workspace: Workspace,
  input: { readonly agent?: string } = {},
): Promise<{
  readonly session: SessionView;
  readonly renewed: readonly ResourceName[];
  /** Locks that others have taken over. */
  readonly lost: readonly ResourceName[];
}> {
  const who = await workspace.identify(input.agent);
  const { id } = await findSession(workspace, who);
  const { result } = await workspace.branch.commit<{ session: Session; staleAfter: number }>({
    agent: who.agent,
    session: id,
    async plan(context) {
      const before = await requireSession(context.snapshot, who.agent, id);
      if (before.status !== 'active') throw noSession(who.agent);
      const staleAfter = await readStaleAfter(readRecords(context.snapshot));
      const now = workspace.clock.now();
      if (now - Date.parse(before.heartbeat_at) < HEARTBEAT_PAUSE) {
        return { subject: '', changes: [], result: { session: before, staleAfter } };
      }
      const session = { ...before, heartbeat_at: formatTime(now), hlc: context.id };
      return { ...writeSession(session, `heartbeat: ${who.agent}`), result: { session, staleAfter } };
    },
  });
  const { renewed, lost } = await (await workspace.locks()).renewIfDue({ agent: who.agent, session: id });
  const times = { now: workspace.clock.now(), staleAfter: result.staleAfter };
  return {
    session: viewSession(result.session, times),
    renewed: renewed.map(({ resource }) => resource),
    lost,
  };
}

function newSession(
  workspace: Workspace,
  { agent, id, base }: { readonly agent: AgentName; readonly id: RecordId; readonly base: Oid | null },
): Omit<Session, 'task' | 'heartbeat_at' | 'hlc'> {
  return {
    id,
    agent,
    status: 'active',
    worktree: worktreeName(workspace),
    clone: workspace.clone,
    ...(base !== null && { base }),
    started_at: formatTime(workspace.clock.now()),
    commits: [],
  };
}

/** `main`, or the name under which git keeps a linked worktree. */
function worktreeName({ paths }: Workspace): string {
  return paths.gitDir === paths.commonDir ? 'main' : (paths.gitDir.split(/[/\\]/).at(-1) ?? 'main');
}

function writeSession(session: Session, subject: string): OperationPlan<Session> {
  const change = { path: sessionPath(session.agent, session.id), content: encode('session', session) };
  return { subject, changes: [change], result: session };
}

/** What was committed during the session; nothing where history does not tell (rewritten, shallow, no commits). */
async function listCommits(workspace: Workspace, { base, commits }: Session): Promise<string[]> {
  const { commit } = await workspace.code.head();
  if (base === undefined || commit === null || base === commit) return commits;
  try {
    return (await workspace.code.range(`${base}..${commit}`, COMMITS_KEPT)).map(({ oid }) => oid);
  } catch (error) {
    if (error instanceof AgentOsError && error.code === 'BAD_VALUE') return commits;
    throw error;
  }
}

/** By which the commits are found again when they have other oids: see Session.patches. Empty where git cannot say. */
async function listPatches(
  workspace: Workspace,
  { base }: Session,
  commits: readonly string[],
): Promise<string[]> {
  if (commits.length === 0 || base === undefined) return [];
  const [first] = commits;
  try {
    const review = await workspace.review({ offline: true });
    const each = await review.patchIds(commits as readonly Oid[]);
    const all = first === undefined ? null : await review.combinedPatchId(base as Oid, first as Oid);
    return [...new Set([...each.values(), ...(all === null ? [] : [all])])];
  } catch (error) {
    if (error instanceof AgentOsError && error.code === 'GIT_FAILED') return [];
    throw error;
  }
}
