import { AgentOsError } from '../domain/errors.ts';
import { type AgentName, isAgentName, quoted, type RecordId } from '../domain/names.ts';
import type { Message } from '../domain/schema/message.ts';
import { isOpenTask, type TaskState, type TaskStep, takeStep, taskState } from '../domain/tasks.ts';
import type { Snapshot } from '../store/branch.ts';
import { findMessage, listRead, listUnread, planPlaced, readMessages, reportUnfollowed } from './mailbox.ts';
import { planMessages } from './messages.ts';
import { formatTime, openRecords, type Problem, type RecordReader } from './records.ts';
import { checkText, firstLine } from './text-input.ts';
import type { Workspace } from './workspace.ts';

const ANSWER_LIMIT = 64 * 1024;

/** A task as `--json` shows it. */
export interface TaskView {
  readonly id: RecordId;
  readonly state: TaskState;
  /** Who shall do it. */
  readonly agent: AgentName;
  readonly from: AgentName;
  /** null: it was sent without a command. */
  readonly verb: string | null;
  readonly args: readonly string[];
  readonly subject: string;
  readonly sentAt: string;
  readonly acceptedAt: string | null;
  readonly closedAt: string | null;
  /** What the receiver said when it closed the task. */
  readonly answer: string | null;
  /** The commit whose message asked for it. */
  readonly commit: string | null;
}

/** @returns null for a message that is no task */
export function viewTask(message: Message): TaskView | null {
  const state = taskState(message);
  if (state === null) return null;
  return {
    id: message.id,
    state,
    agent: message.to,
    from: message.from,
    verb: message.command?.verb ?? null,
    args: message.command?.args ?? [],
    subject: message.subject,
    sentAt: message.sent_at,
    acceptedAt: message.accepted_at ?? null,
    closedAt: message.closed_at ?? null,
    answer: message.answer ?? null,
    commit: message.commit ?? null,
  };
}

/**
 * Accept, decline or complete a task of one's own; its sender gets a message. The same again changes nothing.
 * @param input.id - the task, or how its id begins
 * @throws AgentOsError NOT_FOUND, AMBIGUOUS, BAD_VALUE (no task, or closed otherwise), TOO_LARGE, RECORD_BROKEN,
 *   NOT_INITIALISED, and what Branch.commit throws
 */
export async function answerTask(
  workspace: Workspace,
  input: {
    readonly agent?: string;
    readonly id: string;
    readonly step: TaskStep;
    /** Why, or what came of it. */
    readonly text?: string;
  },
): Promise<{ readonly task: TaskView; readonly already: boolean }> {
  const text = input.text === undefined ? null : checkText(input.text, 'the answer', ANSWER_LIMIT);
  const who = await workspace.identify(input.agent);
  const receipt = workspace.ids.record();
  const { result, changed } = await workspace.branch.commit<TaskView>({
    ...who,
    async plan(context) {
      const found = await findMessage(context.snapshot, who.agent, input.id, 'task');
      const at = formatTime(workspace.clock.now());
      const after = takeStep(found.message, input.step, { at, answer: text });
      const task = viewTask(after ?? found.message);
      if (after === null || task === null) throw cannotStep(found.message, input.step);
      const { subject } = found.message;
      const verb = { accepted: 'accepted', declined: 'declined', done: 'done', open: 'open' }[task.state];
      if (after === found.message) return { subject: '', changes: [], result: task };
      const told = planMessages(workspace, context, {
        id: receipt,
        from: who.agent,
        session: who.session,
        to: after.from === who.agent ? [] : [after.from],
        subject: firstLine(`Task ${verb}: ${subject}`, 200),
        body: text ?? `${who.agent} has ${input.step === 'done' ? 'completed' : verb} this task.`,
        priority: input.step === 'accept' ? 'low' : 'normal',
        replyTo: after,
      });
      return {
        subject: `task ${verb}: ${who.agent} ← ${after.from}: ${subject}`,
        changes: [...planPlaced(found, after), ...told.changes],
        result: task,
      };
    },
  });
  return { task: result, already: !changed };
}

/**
 * Tasks, oldest first: those that wait for the agent or were sent by it.
 * @param input.all - closed ones too, as far as gc has kept them
 * @param input.everyone - of all agents
 * @throws AgentOsError NOT_INITIALISED, BAD_NAME
 */
export async function listTasks(
  workspace: Workspace,
  input: { readonly agent?: string; readonly all?: boolean; readonly everyone?: boolean } = {},
): Promise<{ readonly tasks: readonly TaskView[]; readonly problems: readonly Problem[] }> {
  const records = await openRecords(workspace);
  const mine = input.everyone === true ? null : (await workspace.identify(input.agent)).agent;
  const open = (await readWaiting(records)).flatMap(({ tasks }) => tasks);
  const closed = input.all === true ? await readClosedTasks(records) : [];
  const known = new Map([...closed, ...open].map((task) => [`${task.agent} ${task.id}`, task]));
  const tasks = [...known.values()].filter(
    ({ agent, from }) => mine === null || agent === mine || from === mine,
  );
  return { tasks: tasks.sort((a, b) => (a.id < b.id ? -1 : 1)), problems: records.problems };
}

/** What waits in an agent's mailbox: unread messages, and tasks that are not closed. */
export interface Waiting {
  readonly agent: AgentName;
  /** Messages that were not read; those that cannot be read are among the problems. */
  readonly unread: number;
  readonly tasks: readonly TaskView[];
}

/** What waits for whom. The cost grows with what is unread. */
export async function readWaiting(records: RecordReader): Promise<readonly Waiting[]> {
  const agents = await listMailboxes(records.snapshot);
  return Promise.all(
    agents.map(async (agent) => {
      await reportUnfollowed(records, agent);
      const places = await listUnread(records.snapshot, agent);
      const messages = await readMessages(records, places);
      const tasks = messages.filter(isOpenTask).flatMap((message) => viewTask(message) ?? []);
      const unread = messages.filter(({ read_at }) => read_at === undefined).length;
      return { agent, unread, tasks };
    }),
  );
}

async function readClosedTasks(records: RecordReader): Promise<readonly TaskView[]> {
  const tasks: TaskView[] = [];
  for (const agent of await listMailboxes(records.snapshot)) {
    const messages = await readMessages(records, await listRead(records.snapshot, agent));
    tasks.push(...messages.flatMap((message) => viewTask(message) ?? []));
  }
  return tasks;
}

async function listMailboxes(snapshot: Snapshot): Promise<readonly AgentName[]> {
  return (await snapshot.list('messages')).map(({ name }) => name).filter(isAgentName);
}

function cannotStep(message: Message, step: TaskStep): AgentOsError {
  const state = taskState(message);
  if (state === null) {
    return new AgentOsError('BAD_VALUE', `the message ${message.id} is no task`, {
      hint: 'List tasks with `agent-os task list`; a message is acknowledged with `agent-os ack`.',
      data: { id: message.id },
    });
  }
  return new AgentOsError('BAD_VALUE', `the task ${quoted(message.subject)} is ${state} already`, {
    hint: `It cannot be changed to ${step === 'accept' ? 'accepted' : step}; tell ${message.from} with \`agent-os send\`.`,
    data: { id: message.id, state },
  });
}
