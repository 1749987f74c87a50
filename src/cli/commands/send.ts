import { sendMessage } from '../../app/messages.ts';
import { AgentOsError } from '../../domain/errors.ts';
import type { Message } from '../../domain/schema/message.ts';
import type { CommandSpec, Values } from '../command-spec.ts';
import { given } from '../given.ts';
import { readFiles, readWords } from '../input.ts';
import { published } from '../publish.ts';
import { unknownNotes } from '../record-lines.ts';
import { strong } from '../text.ts';

const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const satisfies readonly Message['priority'][];

export const command: CommandSpec = {
  name: 'send',
  summary: 'send a message to agents',
  description:
    'Send a message. TO is an agent, several joined by commas, @all (everybody with a card or a session but you) or ' +
    'a @group of config.yaml. In a reply, TO may be left out: it then goes to who sent the message.',
  arguments: [
    { name: 'to', description: 'go-backend, go-backend,reviewer, @all or @group' },
    {
      name: 'text',
      description: 'what to say; - reads it from stdin as it is',
      variadic: true,
      optional: true,
    },
  ],
  options: [
    { flags: '--subject <text>', description: 'one line; otherwise the first line of the text' },
    { flags: '--reply-to <id>', description: 'a message in your inbox; its thread goes on' },
    { flags: '--priority <level>', description: 'how urgent it is', choices: PRIORITIES },
    { flags: '--ack', description: 'ask the receiver to acknowledge it' },
    { flags: '--attach <file...>', description: 'files that go along' },
  ],
  examples: [
    "agent-os send sveltekit-specialist 'Auth endpoints are ready'",
    'agent-os send @all - --subject "Schema change" < notes.md',
    "agent-os send --reply-to 01KZ4 'Thank you, taken over'",
  ],
  async run(invocation) {
    const { agent, values } = invocation;
    const { to, words } = splitWords(values);
    const text = await readWords(invocation, words);
    const attachments = await readFiles(invocation, values.list('attach'));
    const workspace = await invocation.workspace();
    const { messages, unknown } = await sendMessage(workspace, {
      to,
      text,
      ackRequired: values.flag('ack'),
      attachments,
      ...given({
        agent,
        subject: values.optional('subject'),
        replyTo: values.optional('replyTo'),
        priority: PRIORITIES.find((level) => level === values.optional('priority')),
      }),
    });
    return published(invocation, workspace, {
      data: { messages, ...(unknown.length > 0 && { unknown }) },
      text: messages.map(({ id, to, subject }) => ['Sent ', strong(id), ` to ${to}: ${subject}`]),
      notes: unknownNotes(unknown),
    });
  },
};

/** Without a text, the one word of a reply is the text. */
function splitWords(values: Values): { readonly to: readonly string[]; readonly words: readonly string[] } {
  const [to, words] = [values.text('to'), values.list('text')];
  if (words.length > 0) return { to: to.split(','), words };
  if (values.optional('replyTo') !== undefined) return { to: [], words: [to] };
  throw new AgentOsError('USAGE', 'the message has no text', {
    hint: `Type \`agent-os send ${to} 'what to say'\`.`,
  });
}
