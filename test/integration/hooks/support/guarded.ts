import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Finished } from '../../../support/processes.ts';
import type { Sandbox } from '../../../support/sandbox.ts';

/** Environment in which nobody waits for more commits to come. */
export const HOOKED = { AGENT_OS_PAUSE: '0' } as const;

export interface Guarded {
  readonly remote: string;
  /** A clone with hooks, in which the agent `ada` is active. */
  readonly ada: string;
  /** One without, from which `bob` locks. */
  readonly bob: string;
}

/** A bare remote, a clone that is guarded by hooks, and one whose agent locks things. */
export async function makeGuarded(sandbox: Sandbox, name = 'remote'): Promise<Guarded> {
  const remote = await sandbox.bareRemote(`${name}.git`);
  const [ada, bob] = [await sandbox.clone(remote, `${name}-ada`), await sandbox.clone(remote, `${name}-bob`)];
  await sandbox.git(bob, 'config', 'agent-os.publish', 'now');
  await sandbox.json(bob, ['init', '--no-hooks']);
  await sandbox.json(bob, ['start', 'locking', '--agent', 'bob']);
  await sandbox.json(ada, ['init', '--no-view']);
  await sandbox.json(ada, ['start', 'working', '--agent', 'ada']);
  return { remote, ada, bob };
}

/** Writes files below a folder. */
export async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

/** The message of a commit without the line end. */
export async function messageOf(sandbox: Sandbox, clone: string, revision = 'HEAD'): Promise<string> {
  return (await sandbox.git(clone, 'log', '-1', '--format=%B', revision)).trimEnd();
}

/** What a git that a hook has stopped has said. */
export function refusal(done: Finished): string {
  if (done.exitCode === 0) throw new Error(`git went on: ${done.stdout}${done.stderr}`);
  return done.stderr;
}

export async function commit(sandbox: Sandbox, clone: string, ...args: readonly string[]): Promise<Finished> {
  return sandbox.tryGit(clone, ['commit', '-q', ...args]);
}

interface SessionJson {
  readonly sessions: readonly {
    readonly id: string;
    readonly agent: string;
    readonly branch: string | null;
    readonly commits: readonly string[];
  }[];
}

/** The active session of an agent, as the branch has it. */
export async function sessionOf(sandbox: Sandbox, clone: string, agent = 'ada') {
  const { sessions } = (await sandbox.json(clone, ['status'])) as SessionJson;
  const session = sessions.find((one) => one.agent === agent);
  if (session === undefined) throw new Error(`${agent} has no session`);
  return session;
}

/** Makes what is known of the remote two minutes old, and the marker's minute over; both as they would be by then. */
export async function age(sandbox: Sandbox, clone: string): Promise<void> {
  await sandbox.settled();
  const file = join(clone, '.git/agent-os/remote-lock-sightings.json');
  const sightings = JSON.parse(await readFile(file, 'utf8')) as {
    fetchedAt: { uptime: number; wall: number };
  };
  sightings.fetchedAt.uptime -= 120_000;
  sightings.fetchedAt.wall -= 120_000;
  await writeFile(file, JSON.stringify(sightings));
  await editMarker(clone, (words) => words.with(6, '1'));
}

/** Changes the words of the marker, but not its time. */
export async function editMarker(clone: string, edit: (words: string[]) => string[]): Promise<void> {
  const file = join(clone, '.git/agent-os/marker');
  const { mtime } = await stat(file);
  await writeFile(file, edit((await readFile(file, 'utf8')).split(' ')).join(' '));
  await utimes(file, mtime, mtime);
}
