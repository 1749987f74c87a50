import { lockResources } from '../../app/locking.ts';
import { formatDistance, formatMoment } from '../../domain/time.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { given } from '../given.ts';
import { heldError } from '../lock-lines.ts';
import { published } from '../publish.ts';
import { strong } from '../text.ts';

export const command: CommandSpec = {
  name: 'lock',
  summary: 'lock resources for the active session, all of them or none',
  description:
    'Lock resources for the active session, all of them or none. With a remote, every clone of it respects the lock; ' +
    'exit code 3 when somebody else holds one of them. The lease renews itself while the session works.',
  arguments: [{ name: 'resource', description: 'what to lock, for example database-schema', variadic: true }],
  options: [
    { flags: '--paths <glob...>', description: 'files that each of the locks covers' },
    { flags: '--shared', description: 'others may hold it as shared too' },
    { flags: '--ttl <duration>', description: 'how long the lease lasts, such as 30m or 2h' },
    { flags: '--wait <duration>', description: 'how long to go on trying, such as 60s' },
    { flags: '--reason <text>', description: 'shown to who wants it too' },
    { flags: '--local', description: 'only for the worktrees of this repository; works offline' },
  ],
  examples: [
    'agent-os lock database-schema',
    "agent-os lock api-contracts --paths 'src/api/**' 'openapi.yaml' --ttl 30m",
    'agent-os lock database-schema api-contracts --wait 60s --reason "renaming users.mail"',
  ],
  async run(invocation) {
    const { values, agent, workspace: open, progress } = invocation;
    const workspace = await open();
    const resources = values.list('resource');
    const wait = values.optional('wait');
    if (wait !== undefined) progress(`waiting up to ${wait} for ${resources.join(', ')} …`);
    const outcome = await lockResources(workspace, {
      resources,
      shared: values.flag('shared'),
      local: values.flag('local'),
      ...given({ agent, wait, ttl: values.optional('ttl'), reason: values.optional('reason') }),
      ...(values.list('paths').length > 0 && { paths: values.list('paths') }),
    });
    const now = workspace.clock.now();
    if (outcome.status === 'held') {
      const options = repeated({ values, agent });
      const request = { resources, options, paths: values.list('paths') };
      return { data: { heldBy: outcome.heldBy }, error: heldError(outcome.heldBy, request, now) };
    }
    const { locks, former } = outcome;
    const output = {
      data: { locks, ...(former.length > 0 && { former }) },
      text: locks.map((lock) => [
        'Locked ',
        strong(lock.resource),
        ` #${lock.token} until ${formatMoment(lock.expiresAt)} (${formatDistance(lock.expiresAt, now)})`,
        lock.mode === 'shared' ? ', shared' : '',
        lock.scope === 'local' ? ', for this repository only' : '',
      ]),
      notes: former.map(
        ({ resource, holder, why }) => `${resource} was taken over from ${holder.agent}: ${why}`,
      ),
    };
    // Its former holder is told by a message.
    return former.length === 0 ? output : published(invocation, workspace, output);
  },
};

/** The options under which the same lock is asked for again. */
function repeated({ values, agent }: Pick<Invocation, 'values' | 'agent'>): readonly string[] {
  const valued = { '--ttl': values.optional('ttl'), '--reason': values.optional('reason'), '--agent': agent };
  return [
    ...['shared', 'local'].filter((name) => values.flag(name)).map((name) => `--${name}`),
    ...Object.entries(valued).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value])),
  ];
}
