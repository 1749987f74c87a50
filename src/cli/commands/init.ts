import { type Initialised, initialise, type Repetition } from '../../app/initialise.ts';
import type { Problem } from '../../app/records.ts';
import type { Capabilities } from '../../app/repository-ports.ts';
import type { Workspace } from '../../app/workspace.ts';
import { AgentOsError } from '../../domain/errors.ts';
import { refusalHint } from '../../domain/host-words.ts';
import type { HomeReport } from '../../home/home.ts';
import type { CommandOutput, CommandSpec, Invocation } from '../command-spec.ts';
import { given } from '../given.ts';
import { visitLines } from '../home-lines.ts';
import { type Line, strong, warn } from '../text.ts';

export const command: CommandSpec = {
  name: 'init',
  summary: 'create the branch, or join the one that the remote has',
  description:
    'Create the branch, or join the one that the remote has (without --ref under whatever name it has there), and ' +
    'find out what the remote allows. Git is ' +
    'led to the hooks that guard commits and pushes (see `hooks`). Safe to repeat. The ' +
    'remote is the one given, else git config agent-os.remote, else origin, else the only one.',
  options: [
    { flags: '--remote <name>', description: 'coordinate through this remote' },
    { flags: '--ref <ref>', description: 'full name of the branch, by default refs/heads/agent-os' },
    { flags: '--no-hooks', description: 'install no git hooks' },
    { flags: '--no-view', description: 'make no .agent-os folder that shows the branch' },
    { flags: '--home', description: 'bind ~/.agent-os to this repository; otherwise asked on a terminal' },
    { flags: '--no-home', description: 'leave ~/.agent-os alone, without asking' },
  ],
  examples: ['agent-os init', 'agent-os init --remote upstream', 'agent-os init --ref refs/agent-os/branch'],
  async run({ values, env, workspace: open, reopen, progress, ask }) {
    progress('looking at the remote …');
    const opened = await open();
    const done = await initialise(opened, {
      ...given({ remote: values.optional('remote'), ref: values.optional('ref') }),
      reopen: ({ remote, ref }) =>
        reopen({ AGENT_OS_REF: ref, ...(remote !== null && { AGENT_OS_REMOTE: remote }) }),
    });
    const workspace = await open();
    const view = values.flag('view') && workspace.settings.view !== false;
    const { setView } = await import('../../compose.ts');
    const report = await setView(workspace, view);
    const hooks = values.flag('hooks') ? await installQuietly(workspace) : null;
    const isViewNew = opened.settings.view !== view;
    const output = describe(done, { view, isViewNew, problems: report?.problems ?? [], hooks });
    const home = await setUpHome(workspace, { env, choice: values.choice('home'), ask });
    return {
      ...output,
      data: { ...output.data, home: home?.report ?? null },
      notes: [...(output.notes ?? []), ...(home?.notes ?? [])],
    };
  },
};

/** Sets up the home folder when it is wanted. That another repository keeps it is advice, not a failure. */
async function setUpHome(
  workspace: Workspace,
  { env, choice, ask }: Pick<Invocation, 'env' | 'ask'> & { readonly choice: boolean | undefined },
): Promise<{ readonly report: HomeReport | null; readonly notes: readonly Line[] } | null> {
  if (choice === false) return null;
  const { openHome } = await import('../../compose.ts');
  const home = await openHome(env).catch(() => null); // whoever has no home folder is not asked
  if (home === null) return null;
  const before = await home.describe(workspace);
  const isWanted =
    choice ?? (before?.isHere !== true && (await ask('Bind ~/.agent-os to this repository too?')));
  if (isWanted !== true) return null;
  const outcome = await home.bind(workspace, { isForced: false });
  const moved = outcome.status === 'occupied' ? [] : outcome.moved;
  return {
    report: await home.describe(workspace),
    notes: [...visitLines(outcome), ...moved.map((path) => `moved what was there before to ${path}`)],
  };
}

interface HookNews {
  /** How many of the hooks git reaches in every worktree. */
  readonly reached: number;
  readonly total: number;
  /** Whether files or settings were changed for them. */
  readonly isChanged: boolean;
  readonly notes: readonly Line[];
}

/** The branch is there whatever becomes of the hooks: what stands in their way is a warning. */
async function installQuietly(workspace: Workspace): Promise<HookNews> {
  const { HOOKS } = await import('../../hooks/hook-text.ts');
  const { disabledLines, places, snippetLines } = await import('./hooks.ts');
  const total = HOOKS.length;
  try {
    const { installHooks } = await import('../../hooks/install.ts');
    const report = await installHooks(workspace, { dryRun: false, ...places() });
    const isReached = ({ state }: { readonly state: string }) => state === 'reached' || state === 'declared';
    const proofOf = (hook: string) => report.proof.filter((one) => one.hook === hook);
    const dead = HOOKS.filter((hook) => !proofOf(hook).every(isReached));
    const reached = HOOKS.filter((hook) => proofOf(hook).length > 0 && proofOf(hook).every(isReached));
    const snippets = snippetLines(report);
    const isSilent = dead.length > 0 && snippets.length === 0;
    const note = `git does not reach ${dead.join(', ')}: see \`agent-os hooks status\``;
    return {
      reached: reached.length,
      total,
      isChanged: report.edits.length > 0,
      notes: [...disabledLines(report), ...(isSilent ? [[warn('warning: '), note]] : snippets)],
    };
  } catch (error) {
    if (!(error instanceof AgentOsError)) throw error;
    return {
      reached: 0,
      total,
      isChanged: false,
      notes: [[warn('warning: '), `no hooks were installed: ${error.message}`]],
    };
  }
}

interface SetUp {
  readonly view: boolean;
  readonly isViewNew: boolean;
  readonly problems: readonly Problem[];
  readonly hooks: HookNews | null;
}

function describe(done: Initialised, setUp: SetUp): CommandOutput {
  const { view, problems, hooks } = setUp;
  const { candidates, again, ...data } = done;
  return {
    data: {
      ...data,
      already: again !== null,
      view,
      hooks: hooks?.reached ?? null,
      ...(candidates.length > 0 && { candidates }),
    },
    text: [
      firstLine(done, setUp),
      ...(done.capabilities === null || done.remote === null
        ? []
        : describeCapabilities(done.capabilities, done.remote)),
      ...(hooks === null || hooks.reached === 0
        ? []
        : [`Git runs ${hooks.reached} of ${hooks.total} hooks of agent-os (agent-os hooks status)`]),
    ],
    notes: [
      ...(done.instead === null
        ? []
        : [`${done.remote} has no ${done.instead}: the branch is ${done.branch} there`]),
      ...(candidates.length === 0 ? [] : [[warn('warning: '), noRemote(candidates)]]),
      ...(hooks?.notes ?? []),
      ...problems.map(({ path, message }): Line => [warn('warning: '), `view: ${path}: ${message}`]),
      ...(again === null
        ? [['Next: ', strong("agent-os start --agent NAME 'what you are about to do'")]]
        : []),
    ],
    ...(done.refused !== null && {
      error: new AgentOsError('REMOTE_REFUSED', `the branch is not on ${done.remote}: ${done.refused}`, {
        hint: refusalHint(
          done.refused,
          'Everything works in this repository; get the right to push there, then run `agent-os sync`.',
        ),
      }),
    }),
  };
}

function firstLine(done: Initialised, setUp: SetUp): Line {
  const where = done.remote === null ? 'in this repository' : `with ${done.remote}`;
  if (done.again !== null) {
    const changes = describeChanges(done.again, done, setUp);
    const news = changes.length === 0 ? 'nothing was changed' : changes.join(', ');
    return [strong(done.branch), ` ${where} is set up already: ${news}`];
  }
  const verb = { created: 'Created', joined: 'Joined', present: 'Found' }[done.how];
  return [`${verb} `, strong(done.branch), ` ${where}`];
}

function describeChanges(
  { remote, received, isMended }: Repetition,
  done: Initialised,
  { view, isViewNew, hooks }: SetUp,
): readonly string[] {
  return [
    ...(remote === done.remote ? [] : [`the remote was ${remote ?? 'none'} before`]),
    ...(received === 0 ? [] : [`fetched ${received} new`]),
    ...(isMended ? ['README and policy were written again'] : []),
    ...(isViewNew ? [`the view is ${view ? 'on' : 'off'} now`] : []),
    ...(hooks?.isChanged ? ['hooks were installed'] : []),
  ];
}

function noRemote(candidates: readonly string[]): string {
  const names = candidates.slice(0, 10).join(', ');
  return `no other clone can see this: several remotes (${names}) and none is called origin; give --remote NAME`;
}

function describeCapabilities(able: Capabilities, remote: string): Line[] {
  const words = [
    [able.customRefs, 'refs/agent-os/*'],
    [able.atomic, 'atomic pushes'],
    [able.lease, 'leases'],
    [able.delete, 'removing refs'],
  ] as const;
  const yes = words.filter(([allowed]) => allowed).map(([, word]) => word);
  const no = words.filter(([allowed]) => !allowed).map(([, word]) => word);
  const missing = able.customRefs
    ? able.atomic
      ? []
      : ['Locks on paths or on several resources at once are refused there: they need atomic pushes.']
    : [
        `Locks between clones are refused: ${remote} takes no refs/agent-os/*. \`agent-os lock --local\` works here.`,
      ];
  return [
    ...(yes.length === 0 ? [] : [[`${remote} allows `, yes.join(', ')]]),
    ...(no.length === 0 ? [] : [[warn(`${remote} refuses `), no.join(', '), `: ${able.reasons.join('; ')}`]]),
    ...missing,
  ];
}
