import type { Sandbox } from '../../support/sandbox.ts';

/** What the race tests' config.yaml says of resources: one that covers files, and one whose files lie among them. */
const RESOURCES = `
resources:
  migrations:
    paths: ["db/migrations/**"]
  database:
    paths: ["db/**"]
`;

/**
 * Clones of one remote in which `agent-os init` has run; their work is published by `sync` only, so that nothing runs
 * in the background but what a test starts.
 * @param input.url - where clones find the remote; by default its path
 * @param input.policy - more of config.yaml
 */
export async function assemble(
  sandbox: Sandbox,
  input: {
    readonly remote: string;
    readonly url?: string;
    readonly names: readonly string[];
    readonly policy?: string;
  },
): Promise<string[]> {
  const clones: string[] = [];
  for (const name of input.names) {
    const clone = await sandbox.clone(input.url ?? input.remote, name);
    await sandbox.git(clone, 'config', 'agent-os.publish', 'manual');
    await sandbox.json(clone, ['init', '--no-hooks', '--no-view']);
    if (clones.length === 0) await appendToConfig(sandbox, clone, RESOURCES + (input.policy ?? ''));
    clones.push(clone);
  }
  return clones;
}

/** As somebody would by hand: in a work tree of the branch, with an editor and git. */
async function appendToConfig(sandbox: Sandbox, clone: string, policy: string): Promise<void> {
  const folder = `${clone}-branch`;
  await sandbox.git(clone, 'worktree', 'add', '--quiet', '--detach', folder, 'refs/heads/agent-os');
  const config = await sandbox.git(folder, 'show', 'HEAD:config.yaml');
  await sandbox.commitFile(folder, 'config.yaml', config + policy, 'name our resources');
  await sandbox.git(folder, 'push', '--quiet', 'origin', 'HEAD:refs/heads/agent-os');
  await sandbox.git(clone, 'worktree', 'remove', '--force', folder);
}

/** Syncs each clone until a round of all of them changes nothing, and says where the remote's branch then is. */
export async function syncAll(sandbox: Sandbox, remote: string, clones: readonly string[]): Promise<string> {
  for (let round = 0, before = ''; round < 10; round += 1) {
    for (const clone of clones) await sandbox.json(clone, ['sync']);
    const refs = await sandbox.git(remote, 'for-each-ref', '--format=%(objectname) %(refname)');
    const tips = await Promise.all(
      clones.map((clone) => sandbox.git(clone, 'rev-parse', 'refs/heads/agent-os')),
    );
    const after = [refs, ...tips].join('\n');
    if (after === before) return sandbox.git(remote, 'rev-parse', 'refs/heads/agent-os');
    before = after;
  }
  throw new Error('the clones still change the remote after ten rounds of sync');
}
