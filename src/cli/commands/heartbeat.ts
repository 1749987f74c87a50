import { beat } from '../../app/sessions.ts';
import type { CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { published } from '../publish.ts';
import { strong, warn } from '../text.ts';

export const command: CommandSpec = {
  name: 'heartbeat',
  summary: 'say that the session is alive, and renew its locks that are due',
  examples: ['agent-os heartbeat', 'agent-os heartbeat --agent go-backend'],
  async run(invocation) {
    const workspace = await invocation.workspace();
    const { session, renewed, lost } = await beat(workspace, given({ agent: invocation.agent }));
    return published(invocation, workspace, {
      data: { session, renewed, lost },
      text: [
        [strong(session.agent), ' is alive: ', session.id],
        ...renewed.map((resource) => ['Renewed ', strong(resource)]),
      ],
      notes: lost.map((resource) => [
        warn('warning: '),
        `the lock on ${resource} was taken over by another session`,
      ]),
    });
  },
};
