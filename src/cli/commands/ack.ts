import { acknowledge } from '../../app/inbox.ts';
import type { CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { published } from '../publish.ts';
import { strong } from '../text.ts';

export const command: CommandSpec = {
  name: 'ack',
  summary: 'acknowledge messages',
  description: 'Acknowledge messages, which marks them read as well. Who asked for it gets a message.',
  arguments: [{ name: 'id', description: 'a message in your inbox, or how its id begins', variadic: true }],
  examples: ['agent-os ack 01KZ4', 'agent-os ack 01KZ4N6V 01KZ4N7A'],
  async run(invocation) {
    const { values, agent } = invocation;
    const workspace = await invocation.workspace();
    const { messages } = await acknowledge(workspace, { ids: values.list('id'), ...given({ agent }) });
    return published(invocation, workspace, {
      data: { messages },
      text: messages.map(({ id, from, subject }) => [
        'Acknowledged ',
        strong(id),
        ` from ${from}: ${subject}`,
      ]),
    });
  },
};
