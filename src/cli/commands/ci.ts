import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type NotifyInput, notifyOfCi } from '../../app/ci-notify.ts';
import { placeWorkflow } from '../../app/ci-workflow.ts';
import { type JobResults, readFailures, readResults } from '../../ci/results.ts';
import { AgentOsError } from '../../domain/errors.ts';
import { quoted } from '../../domain/names.ts';
import type { CommandGroup, CommandOutput, CommandSpec, Invocation } from '../command-spec.ts';
import { given } from '../given.ts';
import { readTextFile } from '../input.ts';
import { readPackageFile } from '../package-file.ts';
import { dim, type Line, strong } from '../text.ts';
import { readVersion } from '../version.ts';

const HOSTS = ['github', 'gitlab'] as const;
/** By host: the template, and where it goes in the work tree. */
const FILES = {
  github: { template: 'templates/ci/github.yml', path: '.github/workflows/agent-os.yml' },
  gitlab: { template: 'templates/ci/gitlab.yml', path: '.gitlab/agent-os.yml' },
} as const;
const STATE_TEMPLATE = 'templates/ci/github-state.yml';
const MARK = '# Written by `agent-os ci install';

const install: CommandSpec = {
  name: 'install',
  summary: 'write the CI configuration that runs `agent-os verify`',
  description:
    'Write the CI configuration that runs `agent-os verify`, pinned to this version: .github/workflows/agent-os.yml, ' +
    'or .gitlab/agent-os.yml, which .gitlab-ci.yml has to include. For GitHub a second workflow goes onto the ' +
    'agent-os branch, so that a push of state is checked too. A file of yours is never overwritten.',
  arguments: [{ name: 'host', description: 'github or gitlab' }],
  options: [
    { flags: '--no-branch', description: 'put no workflow onto the agent-os branch' },
    { flags: '--dry-run', description: 'say what would be written' },
  ],
  examples: ['agent-os ci install github', 'agent-os ci install gitlab --dry-run'],
  view: 'read',
  async run(invocation) {
    const { values, agent } = invocation;
    const host = HOSTS.find((name) => name === values.text('host'));
    if (host === undefined)
      throw new AgentOsError('BAD_VALUE', `${quoted(values.text('host'))} is not github or gitlab`);
    const workspace = await invocation.workspace();
    const { workTree } = workspace.paths;
    if (workTree === null)
      throw new AgentOsError('UNSUPPORTED_REPOSITORY', 'a bare repository has no work tree to write to');
    const dryRun = values.flag('dryRun');
    const { template, path } = FILES[host];
    const file = await place(join(workTree, path), pinned(readPackageFile(template)), dryRun);
    const onBranch =
      host === 'github' && values.flag('branch')
        ? await placeWorkflow(workspace, {
            ...given({ agent }),
            content: pinned(readPackageFile(STATE_TEMPLATE)),
            dryRun,
          })
        : 'unchanged';
    const output = describeInstall({ host, path, file, onBranch, dryRun, branch: workspace.settings.branch });
    if (dryRun || onBranch === 'unchanged') return output;
    const { published } = await import('../publish.ts');
    return published(invocation, workspace, output);
  },
};

const notify: CommandSpec = {
  name: 'notify',
  summary: 'tell the agents who made commits what became of them in CI',
  description:
    'Send one message to the agents whose sessions made the commits of a range, once for each head commit and ' +
    'conclusion. What the base failed too is marked. Agents are those that the commits name and the branch knows. ' +
    'Nobody is told of results in which no job has ended or all were skipped; results without a job are refused.',
  arguments: [{ name: 'range', description: 'A..B' }],
  options: [
    { flags: '--conclusion <conclusion>', description: 'how it ended', choices: ['success', 'failure'] },
    { flags: '--failed <name...>', description: 'what failed' },
    { flags: '--base-failed <name...>', description: 'what had failed on the base' },
    { flags: '--results <file>', description: "the host's JSON of its jobs instead of --failed; - is stdin" },
    { flags: '--base-results <file>', description: 'the same of the base' },
    { flags: '--url <url>', description: 'where people read on' },
    { flags: '--remote <name>', description: 'where the branch is, in a clone that knows none' },
  ],
  examples: [
    'agent-os ci notify origin/main..HEAD --conclusion failure --failed test lint',
    'agent-os ci notify origin/main..HEAD --results needs.json',
  ],
  run: (invocation) => runNotify(invocation),
};

export const command: CommandGroup = {
  name: 'ci',
  summary: 'set up CI, and tell agents what came of it',
  subcommands: [install, notify],
};

async function runNotify(invocation: Invocation): Promise<CommandOutput> {
  const { values, agent } = invocation;
  const { conclusion, failed, baseFailed } = await readOutcome(invocation);
  if (conclusion === null) {
    const text = ['No job has ended, or all were skipped: there is nothing to tell anybody.'];
    return { data: { messages: [], already: [] }, text };
  }
  const [{ openForCi }, { requireContact }] = await Promise.all([
    import('../ci-workspace.ts'),
    import('../../app/initialise.ts'),
  ]);
  const workspace = await openForCi(invocation);
  await requireContact(workspace);
  const { messages, already } = await notifyOfCi(workspace, {
    range: values.text('range'),
    conclusion,
    failed,
    baseFailed,
    ...given({ agent, url: values.optional('url') }),
  });
  const { publishNow } = await import('../../app/publishing.ts');
  const problem = messages.length === 0 || workspace.remote === null ? null : await publishNow(workspace);
  const text: Line[] = [
    ...messages.map(({ to, subject }): Line => ['Told ', strong(to), `: ${subject}`]),
    ...already.map((name): Line => [strong(name), ' has been told before']),
    ...(messages.length + already.length === 0 ? ['No agent that the branch knows made these commits.'] : []),
  ];
  return { data: { messages, already }, text, ...(problem !== null && { error: problem }) };
}

/** How it ended and what failed, as options or the host's JSON say; `conclusion` is null where nothing has ended. */
async function readOutcome(
  invocation: Invocation,
): Promise<Pick<NotifyInput, 'failed' | 'baseFailed'> & Pick<JobResults, 'conclusion'>> {
  const { values } = invocation;
  const read = async <T>(option: string, parse: (text: string) => T): Promise<T | null> => {
    const file = values.optional(option);
    return file === undefined ? null : parse(await readTextFile(invocation, file));
  };
  const results = await read('results', readResults);
  const failed = [...values.list('failed'), ...(results?.failed ?? [])];
  const baseFailed = [...values.list('baseFailed'), ...((await read('baseResults', readFailures)) ?? [])];
  const asked = values.optional('conclusion');
  if (asked !== undefined)
    return { conclusion: asked === 'success' ? 'success' : 'failure', failed, baseFailed };
  if (results === null) throw new AgentOsError('USAGE', 'give --conclusion or --results');
  return { conclusion: failed.length > 0 ? 'failure' : results.conclusion, failed, baseFailed };
}

/** The template with the version that wrote it, so that CI does not change by itself. */
function pinned(template: string): string {
  return template.replaceAll('AGENT_OS_VERSION', readVersion());
}

type Placed = 'written' | 'updated' | 'unchanged';

/** @throws AgentOsError POLICY where somebody else's file is in the way */
async function place(path: string, content: string, dryRun: boolean): Promise<Placed> {
  const present = await readFile(path, 'utf8').catch(() => null);
  if (present === content) return 'unchanged';
  if (present !== null && !present.startsWith(MARK)) {
    throw new AgentOsError('POLICY', `${path} is there already, and agent-os did not write it`, {
      hint: 'Move it away, or call `agent-os verify` from it.',
    });
  }
  if (!dryRun) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return present === null ? 'written' : 'updated';
}

function describeInstall(done: {
  readonly host: (typeof HOSTS)[number];
  readonly path: string;
  readonly file: Placed;
  readonly onBranch: 'written' | 'unchanged';
  readonly dryRun: boolean;
  readonly branch: string;
}): CommandOutput {
  const { host, path, file, onBranch, dryRun, branch } = done;
  const verb = dryRun ? 'Would write' : 'Wrote';
  return {
    data: { host, path, file, onBranch, dryRun },
    text: [
      file === 'unchanged' ? [strong(path), ' is as it should be'] : [`${verb} `, strong(path)],
      ...(onBranch === 'written' ? [[`${verb} the check of state onto `, strong(branch)]] : []),
      ...(host === 'gitlab' ? [dim(`Add to .gitlab-ci.yml: include: [{ local: ${path} }]`)] : []),
      ...(file === 'unchanged' || dryRun ? [] : [dim(`Next: git add ${path}, and commit it.`)]),
    ],
    notes:
      onBranch === 'written' && !dryRun
        ? [
            'Whoever pushes the branch now needs the right to change workflows (a token with the scope workflow).',
          ]
        : [],
  };
}
