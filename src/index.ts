/**
 * agent-os as a library: open the workspace of a repository, then call use cases on it. Each is a function
 * `(workspace, input) → data`, returns what the command of the same purpose prints with `--json`, and throws
 * {@link AgentOsError} only.
 *
 * @example
 * ```ts
 * import { finishSession, lockResources, openWorkspace, startSession } from 'agent-os';
 *
 * const workspace = await openWorkspace({ cwd: '/path/to/repository', agent: 'go-backend' });
 * try {
 *   await startSession(workspace, { task: 'Implementing user authentication' });
 *   const outcome = await lockResources(workspace, { resources: ['database-schema'], wait: '60s' });
 *   if (outcome.status === 'held') console.log(outcome.heldBy);
 *   await finishSession(workspace, { summary: 'Users can log in' });
 * } finally {
 *   await workspace.close();
 * }
 * ```
 * @packageDocumentation
 */
export { addAgent, listAgents, showAgent } from './app/agents.ts';
export { type NotifyInput, type NotifyResult, notifyOfCi } from './app/ci-notify.ts';
export { readContext } from './app/context.ts';
export { checkSpecialists, type Specialist } from './app/coordination.ts';
export { checkDispatch, dispatchCommand } from './app/dispatch.ts';
export { examine } from './app/doctor.ts';
export { acceptHandoff, handOff } from './app/handoff.ts';
export { acknowledge, listMessages, markRead } from './app/inbox.ts';
export { type Initialised, type InitialiseInput, initialise } from './app/initialise.ts';
export { listLocks } from './app/lock-listing.ts';
export {
  type ForceInput,
  forceUnlock,
  type LockInput,
  lockResources,
  unlockAll,
  unlockResources,
} from './app/locking.ts';
export { addLogEntry, listLogEntries } from './app/log.ts';
export { collectGarbage, type Removed } from './app/maintenance.ts';
export { type SendInput, type SendResult, sendMessage } from './app/messages.ts';
export { type NotesReport, writeNotes } from './app/notes.ts';
export { POLICY } from './app/policy.ts';
export { type PushInput, pushWork } from './app/pushing.ts';
export { type ReapReport, reap } from './app/reaping.ts';
export { addRecap, listRecaps, showRecap } from './app/recaps.ts';
export { createReport } from './app/report/create-report.ts';
export { addRoadmapItem, finishRoadmapItem, listRoadmap } from './app/roadmap.ts';
export { beat, finishSession, startSession } from './app/sessions.ts';
export { appendState, getState, setState } from './app/state.ts';
export { readActivity, readStatus } from './app/status.ts';
export { type SyncInput, type SyncReport, syncNow } from './app/syncing.ts';
export { answerTask, listTasks, type TaskView } from './app/tasks.ts';
export { fireTriggers, type TriggerFire, testTriggers } from './app/triggers.ts';
export { type Verification, type VerifyInput, verify } from './app/verify/verify.ts';
export type { Settings, Workspace } from './app/workspace.ts';
export { openWorkspace, type WorkspaceOptions } from './compose.ts';
export { AgentOsError, ERROR_CODES, type ErrorCode } from './domain/errors.ts';
export type { Report } from './domain/report/report.ts';
export type { Finding, RuleId, Severity } from './domain/verify/finding.ts';
export type { FencedPushOutcome } from './store/locks/fenced-push.ts';
export type {
  AcquireOutcome,
  ForceOutcome,
  HeldBy,
  LockListing,
  LockView,
  ReleaseOutcome,
} from './store/locks/locks.ts';
