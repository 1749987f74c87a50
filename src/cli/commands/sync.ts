import { branchRefusal } from '../../app/branch-refusal.ts';
import { type SyncReport, syncNow } from '../../app/syncing.ts';
import { AgentOsError } from '../../domain/errors.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { type Line, strong, warn } from '../text.ts';

export const command: CommandSpec = {
  name: 'sync',
  summary: 'exchange what is new with the remote',
  view: 'write',
  description:
    'Exchange what is new with the remote: fetch and join what others published, publish what this clone has, carry ' +
    'out releases that were made offline, renew locks that are due. Exit code 4 when the host refuses to move the ' +
    'branch, even where others see what is new in the outbox of this clone.',
  options: [
    { flags: '--pull', description: 'only fetch and join' },
    { flags: '--push', description: 'only publish, from what the last fetch brought' },
    { flags: '--background', description: 'publish for all commands of this clone', hidden: true },
  ],
  examples: ['agent-os sync', 'agent-os sync --pull'],
  async run(invocation) {
    const { values, workspace: open, progress } = invocation;
    const [pull, push] = [values.flag('pull'), values.flag('push')];
    if (pull && push) throw contradiction();
    const workspace = await open();
    if (values.flag('background')) {
      const { workInBackground } = await import('../../hooks/background.ts');
      const { openWorkspace } = await import('../../compose.ts');
      // Where this process was started says nothing about another worktree.
      const env = withoutPlace(invocation.env);
      await workInBackground(workspace, { env, open: (cwd) => openWorkspace({ cwd, env }) });
      return { data: {} };
    }
    if (workspace.remote !== null) progress(`syncing with ${workspace.remote.name} …`);
    const report = await syncNow(workspace, { pullOnly: pull, pushOnly: push });
    if (report === null) {
      return {
        data: { remote: null, fetched: false, merged: 'same', published: 0, pending: 0, branch: 'same' },
        text: ['There is no remote: the worktrees of this repository share one branch.'],
        notes: ['Add one with `git remote add origin URL`, then run `agent-os init`.'],
      };
    }
    const error = branchRefusal(report, report.remote);
    return {
      data: { ...report },
      text: describe(report),
      notes: notes(report),
      ...(error !== null && { error }),
    };
  },
};

function contradiction(): AgentOsError {
  return new AgentOsError('BAD_VALUE', '--pull and --push contradict each other', {
    hint: 'Leave out both: `agent-os sync` fetches and publishes.',
  });
}

function withoutPlace(env: Invocation['env']): Invocation['env'] {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^GIT_(?!CONFIG|SSH|ASKPASS)/.test(name)),
  );
}

function describe(report: SyncReport): Line[] {
  const joined = { same: 'nothing new', replaced: 'took over what is new', merged: 'joined what is new' }[
    report.merged
  ];
  const branch = {
    pushed: 'the branch has all of it',
    behind: 'the branch gets it with the next sync',
    same: 'the branch lacks nothing of this clone',
  }[report.branch];
  return [
    [
      strong(report.remote),
      report.fetched ? `: ${joined}` : ': not fetched',
      `, published ${report.published}; ${branch}`,
    ],
    ...report.released.map((resource) => `Released ${resource}, as asked for while offline`),
  ];
}

function notes(report: SyncReport): Line[] {
  return [
    ...report.lost.map((resource) => [
      warn('warning: '),
      `the lock on ${resource} was taken over by another session`,
    ]),
    ...(report.pending === 0
      ? []
      : [`${report.pending} operations are not published yet: run \`agent-os sync\` again`]),
    ...(report.refused === null || report.branch === 'behind'
      ? []
      : [`the host refused a ref: ${report.refused}`]),
    ...(report.renewed === null
      ? []
      : [
          `this clone was copied from another: it is ${report.renewed.to} from now on, without the locks of ${report.renewed.from}`,
        ]),
  ];
}
