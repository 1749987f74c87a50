import { pushWork } from '../../app/pushing.ts';
import { AgentOsError } from '../../domain/errors.ts';
import { formatDistance, formatMoment } from '../../domain/time.ts';
import type { FencedPushOutcome } from '../../store/locks/fenced-push.ts';
import type { CommandOutput, CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { strong } from '../text.ts';

export const command: CommandSpec = {
  name: 'push',
  summary: 'push work in a way that the remote refuses when a lock was lost',
  description:
    "Push work refs and a renewal of the session's locks in one atomic push, so that the remote itself refuses it when " +
    'a lock was lost, or when somebody else holds what the commits touch (exit code 3). The pre-push hook runs once. ' +
    'Refs are never removed.',
  arguments: [
    { name: 'remote', description: 'the one that has the locks; it may be left out', optional: true },
    { name: 'refspec', description: 'as for git push', optional: true, variadic: true },
  ],
  options: [{ flags: '--dry-run', description: 'say what would be pushed' }],
  examples: [
    'agent-os push',
    'agent-os push origin main',
    'agent-os push origin HEAD:refs/heads/topic --dry-run',
  ],
  async run({ values, agent, workspace: open, progress }) {
    const workspace = await open();
    progress('rehearsing the push: the pre-push hook runs …');
    const dryRun = values.flag('dryRun');
    const outcome = await pushWork(workspace, {
      dryRun,
      refspecs: values.list('refspec'),
      ...given({ agent, remote: values.optional('remote') }),
    });
    return describe(outcome, { dryRun, now: workspace.clock.now() });
  },
};

function describe(
  outcome: FencedPushOutcome,
  { dryRun, now }: { dryRun: boolean; now: number },
): CommandOutput {
  switch (outcome.status) {
    case 'pushed': {
      const pushed = outcome.updates.map(({ ref, expect, to }) => ({ ref, from: expect, to }));
      return {
        data: { pushed, locks: outcome.locks, ...(outcome.former.length > 0 && { former: outcome.former }) },
        text: [
          ...(pushed.length === 0 ? ['The remote has everything already.'] : []),
          ...pushed.map(({ ref, from, to }) => [
            `${dryRun ? 'Would push' : 'Pushed'} `,
            strong(ref),
            `: ${from === null ? 'new' : from.slice(0, 12)} → ${to.slice(0, 12)}`,
          ]),
          ...outcome.locks.map((lock) => [
            'Renewed ',
            strong(lock.resource),
            ` until ${formatMoment(lock.expiresAt)} (${formatDistance(lock.expiresAt, now)})`,
          ]),
        ],
      };
    }
    case 'held': {
      const [first] = outcome.heldBy;
      const words = outcome.heldBy.map(
        ({ resource, holder, touched, expiresAt }) =>
          `${holder.agent} holds ${resource} until ${formatMoment(expiresAt)}, and it covers ${touched.join(', ')}`,
      );
      return {
        data: { heldBy: outcome.heldBy },
        error: new AgentOsError('HELD', `nothing was pushed: ${words.join('; ')}`, {
          hint: `Wait for it: \`agent-os lock ${first?.resource ?? 'RESOURCE'} --wait 5m\`, then push again.`,
        }),
      };
    }
    case 'lost':
      return {
        data: { lost: outcome.resources },
        error: new AgentOsError(
          'LOCK_LOST',
          `nothing was pushed: ${outcome.resources.join(', ')} is no longer locked by this session`,
          {
            hint: `See what has changed since, then \`agent-os lock ${outcome.resources.join(' ')}\` and push again.`,
          },
        ),
      };
    case 'behind':
      return {
        data: { behind: outcome.refs },
        error: new AgentOsError(
          'LOST_RACE',
          `nothing was pushed: somebody else moved ${outcome.refs.join(', ')} meanwhile`,
          {
            hint: 'Pull what they pushed, then push again.',
          },
        ),
      };
  }
}
