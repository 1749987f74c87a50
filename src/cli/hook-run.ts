import { checkMessage } from '../app/commit-message.ts';
import { type GuardReport, guardCommit, guardPush } from '../app/guarding.ts';
import type { Workspace } from '../app/workspace.ts';
import { parseDuration } from '../domain/duration.ts';
import { AgentOsError } from '../domain/errors.ts';
import { followers } from '../hooks/followers.ts';
import { parsePushLines } from '../hooks/push-lines.ts';
import type { CommandOutput, CommandSpec, Invocation } from './command-spec.ts';
import { findingLines, skipLines } from './guard-lines.ts';
import { published } from './publish.ts';
import { bad, type Line, warn } from './text.ts';

/** Git, and whoever waits for it, is held up this long at most (milliseconds): then nothing was checked. */
const PATIENCE = { commit: 15_000, push: 60_000 } as const;
/** So much of it is the network's, unless AGENT_OS_HOOK_TIMEOUT says otherwise. */
const NETWORK = '2s';
const STDIN_LIMIT = 16 * 1024 * 1024;
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * What the shell part of the hooks starts when there is something to look at. Its exit code is git's answer: 0 goes on,
 * 3 and 4 refuse; with any other the hook says that nothing was checked, and goes on.
 */
export const runHook: CommandSpec = {
  name: 'run',
  summary: 'what the installed hooks start',
  hidden: true,
  arguments: [
    { name: 'event', description: 'name of the hook' },
    { name: 'argument', description: 'as git gave them to the hook', optional: true, variadic: true },
  ],
  options: [{ flags: '--parent <pid>', description: 'the git that runs the hook' }],
  examples: ['agent-os hooks run pre-commit'],
  async run(invocation) {
    const { values, env } = invocation;
    const event = values.text('event');
    const timer = setTimeout(giveUp, patienceOf(event, env));
    try {
      // The user waits for a commit, not for the network.
      const workspace = await invocation.reopen({
        AGENT_OS_TIMEOUT: env['AGENT_OS_HOOK_TIMEOUT'] || NETWORK,
      });
      if (event === 'pre-commit') return await beforeCommit(invocation, workspace);
      if (event === 'commit-msg') return await onMessage(invocation, workspace);
      if (event === 'pre-push') return await beforePush(invocation, workspace);
      throw new AgentOsError('USAGE', `no hook named ${event} asks for anything`);
    } finally {
      clearTimeout(timer);
    }
  },
};

/** Milliseconds. Whoever lets the network have longer waits for the hook as much longer. */
export function patienceOf(event: string, env: Invocation['env']): number {
  const more = parseDuration(env['AGENT_OS_HOOK_TIMEOUT'] || NETWORK) - parseDuration(NETWORK);
  const patience = (event === 'pre-push' ? PATIENCE.push : PATIENCE.commit) + 1000 * Math.max(0, more);
  return Math.min(patience, LONGEST_TIMER);
}

function giveUp(): void {
  process.stderr.write('agent-os: this takes too long\n');
  process.kill(process.pid, 'SIGTERM');
}

async function beforeCommit({ values, env }: Invocation, workspace: Workspace): Promise<CommandOutput> {
  const report = await guardCommit(workspace, {
    ...inputOf(env),
    process: values.optional('parent') ?? null,
  });
  return describe(report, 'commit', workspace.clock.now());
}

async function beforePush(invocation: Invocation, workspace: Workspace): Promise<CommandOutput> {
  const { env } = invocation;
  const [given = ''] = invocation.values.list('argument');
  const remote = given || (env['PRE_COMMIT_REMOTE_NAME'] ?? '');
  const lines = Buffer.from(await invocation.readInput(STDIN_LIMIT)).toString('utf8');
  const refs = parsePushLines(lines === '' ? linesOfPreCommit(env) : lines);
  const report = await guardPush(workspace, { ...inputOf(invocation.env), remote, refs });
  return published(invocation, workspace, describe(report, 'push', workspace.clock.now()));
}

/** pre-commit (the framework) hands on what git said as variables. */
function linesOfPreCommit(env: Invocation['env']): string {
  const { PRE_COMMIT_LOCAL_BRANCH: local, PRE_COMMIT_TO_REF: oid, PRE_COMMIT_REMOTE_BRANCH: ref } = env;
  return `${local ?? ''} ${oid ?? ''} ${ref ?? ''} 0`;
}

async function onMessage({ values, env }: Invocation, workspace: Workspace): Promise<CommandOutput> {
  const [file = ''] = values.list('argument');
  const { asked, skip } = inputOf(env);
  const { bad: mentions, isBlocked } = await checkMessage(workspace, {
    file,
    asked,
    skip: skip !== null,
    followers,
  });
  const mark = isBlocked ? bad('agent-os: ') : warn('agent-os: warning: ');
  const notes = mentions.flatMap(({ text, problem, hint }): Line[] => [
    [mark, `${text}: ${problem}`],
    ...(hint === undefined ? [] : [`  ${hint}`]),
  ]);
  if (!isBlocked) return { data: {}, notes };
  return {
    data: { mentions },
    notes: [...notes, 'Your message is kept in .git/COMMIT_EDITMSG: git commit -eF .git/COMMIT_EDITMSG'],
    error: new AgentOsError('POLICY', 'the message addresses a command that nobody knows'),
  };
}

function inputOf(env: Invocation['env']) {
  return { skip: env['AGENT_OS_SKIP'] || null, asked: env['AGENT_OS_AGENT'] || null };
}

function describe(report: GuardReport, what: 'commit' | 'push', now: number): CommandOutput {
  if (report.status === 'skipped') {
    return {
      data: { skipped: report.reason },
      notes: [[warn('agent-os: '), `not checked, and recorded: ${report.reason}`]],
    };
  }
  const { findings } = report;
  const blocking = findings.filter(({ severity }) => severity === 'block');
  const notes = findingLines(findings, now);
  if (blocking.length === 0) return { data: { findings }, notes };
  const isHeld = blocking.some(({ detail }) => detail.kind === 'foreign');
  return {
    data: { findings },
    notes: [...notes, ...skipLines(what)],
    error: new AgentOsError(isHeld ? 'HELD' : 'POLICY', `the ${what} was stopped`),
  };
}
