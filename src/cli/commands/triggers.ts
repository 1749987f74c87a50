import { fireTriggers, type TriggerFire, testTriggers } from '../../app/triggers.ts';
import type { CommandGroup, CommandSpec } from '../command-spec.ts';
import { published } from '../publish.ts';
import { firstWords, problemNotes } from '../record-lines.ts';
import { dim, good, type Line, type Piece, strong, table } from '../text.ts';

const RANGE = { name: 'range', description: 'commits, A..B' } as const;

const test: CommandSpec = {
  name: 'test',
  summary: 'show what the commits of a range would fire, without telling anyone',
  arguments: [RANGE],
  examples: ['agent-os triggers test main..HEAD', 'agent-os triggers test HEAD~5.. --json'],
  async run({ values, workspace: open }) {
    const { fires, commits, problems } = await testTriggers(await open(), { range: values.text('range') });
    return {
      data: { fires, commits, problems },
      text:
        fires.length === 0
          ? [`No trigger fires for ${commits.length} ${commits.length === 1 ? 'commit' : 'commits'}.`]
          : fireLines(fires),
      notes: problemNotes(problems),
    };
  },
};

const fire: CommandSpec = {
  name: 'fire',
  summary: 'tell agents of the commits of a range that match their triggers, each once',
  view: 'write',
  arguments: [RANGE],
  examples: ['agent-os triggers fire origin/main..HEAD'],
  async run(invocation) {
    const workspace = await invocation.workspace();
    const { commits } = await testTriggers(workspace, { range: invocation.values.text('range') });
    const { messages, problems } = await fireTriggers(workspace, { commits });
    return published(invocation, workspace, {
      data: { messages, problems },
      text:
        messages.length === 0
          ? ['Nobody had to be told.']
          : messages.map(({ to, subject, trigger }) => [
              'Told ',
              strong(to),
              `: ${subject}`,
              dim(`  ${trigger ?? ''}`),
            ]),
      notes: problemNotes(problems),
    });
  },
};

function fireLines(fires: readonly TriggerFire[]): Line[] {
  return table(
    fires.map(({ agent, trigger, commit, subject, paths, status }) => [
      statusOf(status),
      strong(agent),
      dim(commit.slice(0, 10)),
      firstWords(trigger),
      `${firstWords(subject)}${paths.length === 0 ? '' : `: ${firstWords(paths.join(' '))}`}`,
    ]),
  );
}

function statusOf(status: TriggerFire['status']): Piece {
  return status === 'new' ? good('fires') : status;
}

export const command: CommandGroup = {
  name: 'triggers',
  summary: 'show which triggers of agents commits fire, and fire them',
  subcommands: [test, fire],
};
