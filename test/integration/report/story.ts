import type { Sandbox } from '../../support/sandbox.ts';

interface Lock {
  readonly resource: string;
  readonly token: number;
}

/** Two clones of one remote, and an agent of `ada` at work on the branch `topic`; nothing is in the background. */
export async function beginStory(sandbox: Sandbox) {
  const remote = await sandbox.bareRemote();
  const [ada, bob] = [await sandbox.clone(remote, 'ada'), await sandbox.clone(remote, 'bob')];
  for (const clone of [ada, bob]) {
    await sandbox.git(clone, 'config', 'agent-os.publish', 'manual');
    await sandbox.json(clone, ['init', '--no-hooks', '--no-view']);
  }
  await sandbox.git(ada, 'checkout', '-q', '-b', 'topic');

  /** Runs a command of agent-os as an agent of a clone. */
  const as =
    (clone: string, agent: string) =>
    async (...args: string[]) =>
      (await sandbox.json(clone, [...args, '--agent', agent])) as Record<string, unknown>;

  return {
    ...{ remote, ada, bob, as },
    backend: as(ada, 'go-backend'),
    /** What a commit made under agent-os says at its end. */
    trailers: (agent: string, session: string, lock?: Lock) =>
      [
        `Agent-OS-Agent: ${agent}`,
        `Agent-OS-Session: ${session}`,
        ...(lock === undefined ? [] : [`Agent-OS-Lock: ${lock.resource}@${lock.token}`]),
      ].join('\n'),
    sync: (clone: string) => sandbox.json(clone, ['sync']),
  };
}

export const idOf = (answer: Record<string, unknown>): string => (answer['session'] as { id: string }).id;
export const lockOf = (answer: Record<string, unknown>): Lock => {
  const [lock] = answer['locks'] as Lock[];
  if (lock === undefined) throw new Error('nothing was locked');
  return lock;
};
