import type { AnyCommand } from './command-spec.ts';

export interface TableEntry {
  readonly name: string;
  readonly summary: string;
  /** It answers or shows things while it runs, and so cannot be a request of `batch`. */
  readonly alone: boolean;
  load(): Promise<AnyCommand>;
}

type Load = () => Promise<{ readonly command: AnyCommand }>;

/** A command's line in the help, and how to load it; a file under commands/ exports it as `command`. */
function entry(name: string, summary: string, load: Load, alone = false): TableEntry {
  return { name, summary, alone, load: async () => (await load()).command };
}

/** Every command in the order of the help. Only the one that runs is imported. */
export const COMMANDS: readonly TableEntry[] = [
  entry('init', 'create the branch, or join the one that the remote has', () => import('./commands/init.ts')),
  entry('context', 'show what an agent reads before it begins', () => import('./commands/context.ts')),
  entry('start', 'announce what you are about to do in this worktree', () => import('./commands/start.ts')),
  entry('done', 'finish the session: report, and release its locks', () => import('./commands/done.ts')),
  entry(
    'heartbeat',
    'say that the session is alive, and renew its locks that are due',
    () => import('./commands/heartbeat.ts'),
  ),
  entry(
    'lock',
    'lock resources for the active session, all of them or none',
    () => import('./commands/lock.ts'),
  ),
  entry(
    'unlock',
    "release the session's locks, or somebody else's by force",
    () => import('./commands/unlock.ts'),
  ),
  entry('locks', 'list what is locked, or all about one lock', () => import('./commands/locks.ts')),
  entry('send', 'send a message to agents', () => import('./commands/send.ts')),
  entry('inbox', 'list your unread messages', () => import('./commands/inbox.ts')),
  entry('read', 'show messages and mark them read', () => import('./commands/read.ts')),
  entry('ack', 'acknowledge messages', () => import('./commands/ack.ts')),
  entry('state', 'show and change the project state', () => import('./commands/state.ts')),
  entry(
    'config',
    "show and change the team's policy, config.yaml of the branch",
    () => import('./commands/config.ts'),
  ),
  entry('log', 'add to your log, or show what agents have logged', () => import('./commands/log.ts')),
  entry('recap', 'add, list and show recaps', () => import('./commands/recap.ts')),
  entry(
    'handoff',
    'hand work over: a message, files, and the new focus',
    () => import('./commands/handoff.ts'),
  ),
  entry('agent', 'add, list and show agents', () => import('./commands/agent.ts')),
  entry(
    'dispatch',
    'send an agent a command that its definition lists',
    () => import('./commands/dispatch.ts'),
  ),
  entry('task', 'accept, decline, complete and list tasks', () => import('./commands/task.ts')),
  entry(
    'triggers',
    'show which triggers of agents commits fire, and fire them',
    () => import('./commands/triggers.ts'),
  ),
  entry('roadmap', 'add to the roadmap, mark what is done, list it', () => import('./commands/roadmap.ts')),
  entry(
    'status',
    'show who does what, what is locked, unread, in conflict, not synced',
    () => import('./commands/status.ts'),
  ),
  entry('sync', 'exchange what is new with the remote', () => import('./commands/sync.ts')),
  entry(
    'push',
    'push work in a way that the remote refuses when a lock was lost',
    () => import('./commands/push.ts'),
  ),
  entry(
    'hooks',
    'install, prove and remove the git hooks that guard commits and pushes',
    () => import('./commands/hooks.ts'),
  ),
  entry(
    'report',
    'show who made a range of commits, and what was said, locked, decided and left open',
    () => import('./commands/report.ts'),
  ),
  entry(
    'notes',
    'show recaps beside their commits in git log, as git notes',
    () => import('./commands/notes.ts'),
  ),
  entry(
    'verify',
    'say whether commits, locks and the branch are as the policy wants them',
    () => import('./commands/verify.ts'),
  ),
  entry('ci', 'set up CI, and tell agents what came of it', () => import('./commands/ci.ts')),
  entry(
    'server',
    'guard a bare repository of your own with a pre-receive hook',
    () => import('./commands/server.ts'),
  ),
  entry('gc', 'remove what is older than policy keeps', () => import('./commands/gc.ts')),
  entry(
    'batch',
    'answer one JSON request per line, in one process',
    () => import('./commands/batch.ts'),
    true,
  ),
  entry(
    'home',
    'bind ~/.agent-os, which documents name, to this repository',
    () => import('./commands/home.ts'),
  ),
  entry(
    'reap',
    'end sessions that were left behind, and release what they hold',
    () => import('./commands/reap.ts'),
  ),
  entry('doctor', 'say what works, what does not, and what mends it', () => import('./commands/doctor.ts')),
  entry(
    'demo',
    'play the whole protocol with two agents in a temporary folder',
    () => import('./commands/demo.ts'),
    true,
  ),
];
