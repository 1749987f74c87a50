import { answerTask, listTasks } from '../../app/tasks.ts';
import type { TaskStep } from '../../domain/tasks.ts';
import type { CommandGroup, CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { readWords } from '../input.ts';
import { published } from '../publish.ts';
import { problemNotes } from '../record-lines.ts';
import { taskLines } from '../task-lines.ts';
import { strong } from '../text.ts';

function step(name: TaskStep, words: Pick<CommandSpec, 'summary' | 'examples'>, past: string): CommandSpec {
  return {
    name,
    view: 'write',
    ...words,
    arguments: [
      { name: 'id', description: 'a task of yours, or how its id begins' },
      {
        name: 'text',
        description: 'what to tell who sent it; - reads it from stdin',
        variadic: true,
        optional: true,
      },
    ],
    async run(invocation) {
      const { values, agent } = invocation;
      const said = values.list('text');
      const text = said.length === 0 ? undefined : await readWords(invocation, said);
      const workspace = await invocation.workspace();
      const id = values.text('id');
      const { task, already } = await answerTask(workspace, { id, step: name, ...given({ agent, text }) });
      return published(invocation, workspace, {
        data: { task, already },
        text: [[already ? `Already ${past}: ` : `${past}: `, strong(task.subject), ` from ${task.from}`]],
      });
    },
  };
}

const accept = step(
  'accept',
  {
    summary: 'take on a task that was sent to you',
    examples: ['agent-os task accept 01KZ4', "agent-os task accept 01KZ4 'Begun, ready by noon'"],
  },
  'accepted',
);
const decline = step(
  'decline',
  {
    summary: 'say that you will not do a task',
    examples: ["agent-os task decline 01KZ4 'Billing belongs to the payments agent'"],
  },
  'declined',
);
const done = step(
  'done',
  {
    summary: 'say that a task is done',
    examples: ["agent-os task done 01KZ4 'Tests are on branch billing'"],
  },
  'done',
);

const list: CommandSpec = {
  name: 'list',
  summary: 'list the tasks that wait for you, and those that you have sent',
  view: 'read',
  options: [
    { flags: '--all', description: 'those that are closed, too' },
    { flags: '--everyone', description: 'those of all agents' },
  ],
  examples: ['agent-os task list', 'agent-os task list --everyone --json'],
  async run({ values, agent, workspace: open }) {
    const workspace = await open();
    const { tasks, problems } = await listTasks(workspace, {
      all: values.flag('all'),
      everyone: values.flag('everyone'),
      ...given({ agent }),
    });
    return {
      data: { tasks, problems },
      text: tasks.length === 0 ? ['There is no task.'] : taskLines(tasks, workspace.clock.now()),
      notes: problemNotes(problems),
    };
  },
};

export const command: CommandGroup = {
  name: 'task',
  summary: 'accept, decline, complete and list tasks',
  subcommands: [accept, decline, done, list],
  fallback: 'list',
};
