import { judgePush } from '../../app/receive/receive.ts';
import type { ReceivedUpdate } from '../../app/receive/server.ts';
import { decodeInput } from '../../app/text-input.ts';
import { AgentOsError } from '../../domain/errors.ts';
import { isOid, type Oid, type RefName } from '../../domain/names.ts';
import type { CommandGroup, CommandOutput, CommandSpec, Invocation } from '../command-spec.ts';
import { findLauncher } from '../launcher.ts';
import { readPackageFile } from '../package-file.ts';
import { bad, type Line, strong } from '../text.ts';

const INPUT_LIMIT = 64 * 1024 * 1024;
const DRY_RUN = { flags: '--dry-run', description: 'say what would be done' } as const;

const install: CommandSpec = {
  name: 'install',
  summary: 'install the pre-receive hook in a bare repository',
  description:
    'Install the pre-receive hook in a bare repository, which then refuses rewritten history of the branch, broken ' +
    'records, locks that are removed or moved by others, and commits with stale tokens. A hook that is there already ' +
    'is kept, and runs first. Safe to repeat.',
  options: [DRY_RUN],
  examples: ['agent-os -C /srv/git/project.git server install'],
  run: (invocation) => change(invocation, 'install'),
};

const uninstall: CommandSpec = {
  name: 'uninstall',
  summary: 'remove the hook, and put back the one that was there before',
  options: [DRY_RUN],
  examples: ['agent-os -C /srv/git/project.git server uninstall'],
  run: (invocation) => change(invocation, 'uninstall'),
};

const receive: CommandSpec = {
  name: 'receive',
  summary: 'judge a push: what the hook starts',
  description:
    "Judge a push by the lines that git gives a pre-receive hook on standard input, in that hook's environment. Exit " +
    'code 4 when it must not pass.',
  examples: ['agent-os server receive < updates'],
  async run({ cwd, env, readInput }) {
    const updates = parseUpdates(decodeInput(await readInput(INPUT_LIMIT), 'standard input'));
    const { openServer } = await import('../../compose-server.ts');
    const server = await openServer({ cwd, env });
    try {
      const refusals = await judgePush(server, updates);
      if (refusals.length === 0) return { data: { refusals } };
      const text = refusals.map(({ ref, message }): Line => [bad('refused '), strong(ref), `: ${message}`]);
      const error = new AgentOsError(
        'POLICY',
        `agent-os refuses this push (${refusals.length} ${refusals.length === 1 ? 'reason' : 'reasons'})`,
        {
          hint: 'Bring your clone up to date with `agent-os sync`, and see `agent-os doctor` there.',
        },
      );
      return { data: { refusals }, text, error };
    } finally {
      await server.close();
    }
  },
};

export const command: CommandGroup = {
  name: 'server',
  summary: 'guard a bare repository of your own with a pre-receive hook',
  subcommands: [install, uninstall, receive],
};

async function change(
  { cwd, env, values }: Invocation,
  kind: 'install' | 'uninstall',
): Promise<CommandOutput> {
  const launcher = findLauncher();
  const launch = launcher === null ? ['agent-os'] : [process.execPath, launcher];
  const hook = { text: readPackageFile('hooks/pre-receive'), launch };
  const { changeServerHook } = await import('../../compose-server.ts');
  const dryRun = values.flag('dryRun');
  const plan = await changeServerHook({ cwd, env, change: kind, dryRun, hook });
  const verb = {
    install: dryRun ? 'Would install' : 'Installed',
    update: dryRun ? 'Would update' : 'Updated',
    unchanged: 'Found',
    remove: dryRun ? 'Would remove' : 'Removed',
    absent: 'There is no hook of agent-os at',
  }[plan.action];
  const kept = kind === 'install' ? 'which runs first' : 'which takes its place again';
  return {
    data: { ...plan, dryRun },
    text: [
      [`${verb} `, strong(plan.hook)],
      ...(plan.kept === null || plan.action === 'absent'
        ? []
        : [`The hook from before is ${plan.kept}, ${kept}`]),
    ],
  };
}

/** `<old> SP <new> SP <ref>` lines, as githooks(5) has them. */
function parseUpdates(text: string): readonly ReceivedUpdate[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [from = '', to = '', ...ref] = line.split(' ');
      return { ref: ref.join(' ') as RefName, from: parseValue(from), to: parseValue(to) };
    });
}

function parseValue(text: string): Oid | null {
  if (/^0+$/.test(text)) return null;
  if (isOid(text)) return text;
  throw new AgentOsError('BAD_VALUE', 'standard input is not what git gives a pre-receive hook', {
    hint: 'Each line is an old value, a new value and a ref.',
  });
}
