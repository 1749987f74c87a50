import { listMessages } from '../../app/inbox.ts';
import { refresh } from '../../app/publishing.ts';
import type { CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { messageLines, problemNotes, staleNotes } from '../record-lines.ts';

export const command: CommandSpec = {
  name: 'inbox',
  summary: 'list your unread messages',
  description:
    'List your unread messages and open tasks, after a look at the remote. `agent-os read ID` shows one. With --json, ' +
    'each file that came along has the path where it can be read.',
  options: [
    { flags: '--all', description: 'those that were read, too' },
    { flags: '--from <agent>', description: 'only from this agent' },
    { flags: '--thread <id>', description: 'only of this conversation' },
    { flags: '--search <text>', description: 'only with this text in subject or body' },
    { flags: '--offline', description: 'show what was last seen, without asking the remote' },
  ],
  examples: [
    'agent-os inbox',
    'agent-os inbox --all --from go-backend',
    'agent-os inbox --search schema --json',
  ],
  async run({ values, agent, workspace: open }) {
    const workspace = await open();
    const delay = values.flag('offline') ? null : await refresh(workspace);
    const { messages, problems } = await listMessages(workspace, {
      all: values.flag('all'),
      ...given({
        agent,
        from: values.optional('from'),
        thread: values.optional('thread'),
        search: values.optional('search'),
      }),
    });
    return {
      data: { messages, problems },
      text: messages.length === 0 ? ['Nothing here.'] : messageLines(messages, workspace.clock.now()),
      notes: [...staleNotes(delay), ...problemNotes(problems)],
    };
  },
};
