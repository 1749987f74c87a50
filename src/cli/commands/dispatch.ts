import { dispatchCommand } from '../../app/dispatch.ts';
import { shellWord } from '../../domain/shell-word.ts';
import type { CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { readWords } from '../input.ts';
import { published } from '../publish.ts';
import { strong } from '../text.ts';

/** Words that the shell has kept together stay so; the first may be a line of several, as in one pair of quotes. */
function keepApart([first = '', ...others]: readonly string[]): readonly string[] {
  return [first, ...others.map(shellWord)];
}

export const command: CommandSpec = {
  name: 'dispatch',
  summary: 'send an agent a command that its definition lists',
  description:
    'Send an agent a command that its definition lists. It arrives as a task that the agent accepts, declines or ' +
    'completes (`agent-os task`), and you are told. One text is split as in a shell, where ' +
    'quotes keep words together; several words stay as they are.',
  view: 'write',
  arguments: [
    { name: 'text', description: '@agent:NAME COMMAND ARGS…; - reads it from stdin', variadic: true },
  ],
  examples: [
    "agent-os dispatch '@agent:go-backend add-tests billing'",
    'agent-os dispatch \'@agent:go-backend add-endpoint POST "/api/sign in"\'',
    'agent-os dispatch @agent:go-backend add-endpoint POST "/api/sign in"',
  ],
  async run(invocation) {
    const { values, agent } = invocation;
    const text = await readWords(invocation, keepApart(values.list('text')));
    const workspace = await invocation.workspace();
    const { message } = await dispatchCommand(workspace, { text, ...given({ agent }) });
    return published(invocation, workspace, {
      data: { message },
      text: [['Sent task ', strong(message.id), ` to ${message.to}: ${message.subject}`]],
    });
  },
};
