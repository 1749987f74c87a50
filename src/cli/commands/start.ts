import { checkSpecialists } from '../../app/coordination.ts';
import { startSession } from '../../app/sessions.ts';
import type { CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { readWords } from '../input.ts';
import { published } from '../publish.ts';
import { specialistLines } from '../specialist-lines.ts';
import { indented, strong } from '../text.ts';

export const command: CommandSpec = {
  name: 'start',
  summary: 'announce what you are about to do in this worktree',
  view: 'write',
  description:
    'Announce what you are about to do in this worktree. A second start of the same agent here goes on with its ' +
    'session under the new task. The specialists that your definition says to check before changes are named: active ' +
    'or not, and what of theirs touches what you own.',
  arguments: [{ name: 'task', description: 'in a few words; - reads them from stdin', variadic: true }],
  examples: [
    "agent-os start --agent go-backend 'Implementing user authentication'",
    'AGENT_OS_AGENT=go-backend agent-os start Fixing the login',
  ],
  async run(invocation) {
    const { agent, values } = invocation;
    const task = await readWords(invocation, values.list('task'));
    const workspace = await invocation.workspace();
    const { session, resumed } = await startSession(workspace, { task, ...given({ agent }) });
    const { specialists } = await checkSpecialists(workspace, { agent: session.agent });
    return published(invocation, workspace, {
      data: { session, resumed, specialists },
      text: [
        [
          strong(session.agent),
          resumed ? ' goes on with session ' : ' has started session ',
          session.id,
          session.branch === null ? '' : ` on ${session.branch}`,
        ],
        ...(specialists.length === 0
          ? []
          : [
              'Check before you change anything:',
              ...specialistLines(specialists, workspace.clock.now()).map(indented),
            ]),
      ],
    });
  },
};
