import { branchRefusal } from '../../app/branch-refusal.ts';
import { requireBranch } from '../../app/initialised.ts';
import { countReceived, countUnpublished, type SyncReport, syncOnRequest } from '../../app/syncing.ts';
import type { Workspace } from '../../app/workspace.ts';
import { AgentOsError } from '../../domain/errors.ts';
import type { CommandOutput, CommandSpec, Invocation } from '../command-spec.ts';
import { operationsAre, type SyncStory, syncLine } from '../sync-lines.ts';
import { type Line, warn } from '../text.ts';

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
    try {
      return await exchange(workspace, pull ? 'pull' : push ? 'push' : null);
    } catch (error) {
      if (!(error instanceof AgentOsError && error.code === 'REMOTE_UNREACHABLE')) throw error;
      return { data: {}, notes: offlineNotes(await countUnpublished(workspace)), error };
    }
  },
};

async function exchange(workspace: Workspace, half: SyncStory['half']): Promise<CommandOutput> {
  const { tip } = await workspace.branch.snapshot();
  const report = await syncOnRequest(workspace, { pullOnly: half === 'pull', pushOnly: half === 'push' });
  // A clone that has not joined yet knows nothing of what its remote may have.
  await requireBranch(workspace);
  if (report === null) return withoutRemote(workspace);
  const received = await countReceived(workspace, tip);
  const error = branchRefusal(report, report.remote);
  return {
    data: { ...report },
    text: [syncLine({ report, received, half }), ...describeReleases(report)],
    notes: notes(report),
    ...(error !== null && { error }),
  };
}

async function withoutRemote(workspace: Workspace): Promise<CommandOutput> {
  const remotes = await (await workspace.userConfig()).remotes();
  const names = remotes.map(({ name }) => name).join(', ');
  const [text, note] =
    remotes.length === 0
      ? [
          'There is no remote: the worktrees of this repository share one branch.',
          'Add one with `git remote add origin URL`, then run `agent-os init`.',
        ]
      : [
          'No remote is chosen: only the worktrees of this repository share the branch.',
          `Choose one of ${names}: \`agent-os init --remote NAME\`.`,
        ];
  return {
    data: { remote: null, fetched: false, merged: 'same', published: 0, pending: 0, branch: 'same' },
    text: [text],
    notes: [note],
  };
}

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

function describeReleases({ released }: SyncReport): Line[] {
  return released.map((resource) => `Released ${resource}, as asked for while offline`);
}

function offlineNotes(unpublished: number): Line[] {
  if (unpublished === 0) return [];
  return [[warn('offline: '), `${operationsAre(unpublished)} safe here and not published yet`]];
}

function notes(report: SyncReport): Line[] {
  return [
    ...report.lost.map((resource) => [
      warn('warning: '),
      `the lock on ${resource} was taken over by another session`,
    ]),
    ...(report.pending === 0
      ? []
      : [`${operationsAre(report.pending)} not published yet: run \`agent-os sync\``]),
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
