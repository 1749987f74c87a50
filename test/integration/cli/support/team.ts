import type { Sandbox } from '../../../support/sandbox.ts';

/** A bare remote and two clones that have joined it, each with an agent that has started. */
export async function makeTeam(sandbox: Sandbox) {
  const remote = await sandbox.bareRemote();
  const [ada, bob] = [await sandbox.clone(remote, 'ada'), await sandbox.clone(remote, 'bob')];
  for (const [clone, name] of [
    [ada, 'ada'],
    [bob, 'bob'],
  ] as const) {
    await sandbox.git(clone, 'config', 'agent-os.publish', 'manual');
    await sandbox.json(clone, ['init', '--no-hooks']);
    await sandbox.json(clone, ['start', 'working', '--agent', name]);
  }
  return { remote, ada, bob };
}
