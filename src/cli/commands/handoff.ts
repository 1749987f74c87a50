import { handOff } from '../../app/handoff.ts';
import type { CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { readFiles, readWords } from '../input.ts';
import { published } from '../publish.ts';
import { strong } from '../text.ts';

export const command: CommandSpec = {
  name: 'handoff',
  summary: 'hand work over: a message, files, and the new focus',
  view: 'write',
  description:
    'Hand work over to another agent, as one operation: a message that asks to be acknowledged, the files that go ' +
    "along, and the project's new focus (critical_context.current_focus).",
  arguments: [
    { name: 'to', description: 'who goes on' },
    { name: 'text', description: 'what was done and what comes next; - reads it from stdin', variadic: true },
  ],
  options: [
    { flags: '--attach <file...>', description: 'files that go along' },
    { flags: '--focus <text>', description: "the project's new focus" },
  ],
  examples: [
    "agent-os handoff sveltekit-specialist 'Endpoints are ready, please build the form' --attach docs/api.md src/types.ts",
    'agent-os handoff reviewer - --focus "Review of authentication" < handoff.md',
  ],
  async run(invocation) {
    const { values, agent } = invocation;
    const text = await readWords(invocation, values.list('text'));
    const attachments = await readFiles(invocation, values.list('attach'));
    const workspace = await invocation.workspace();
    const { message } = await handOff(workspace, {
      to: values.text('to'),
      text,
      attachments,
      ...given({ agent, focus: values.optional('focus') }),
    });
    const files = message.attachments.length;
    return published(invocation, workspace, {
      data: { message },
      text: [
        ['Handed over to ', strong(message.to), `: ${message.subject}`],
        ...(files === 0 ? [] : [`with ${files} ${files === 1 ? 'file' : 'files'}`]),
      ],
    });
  },
};
