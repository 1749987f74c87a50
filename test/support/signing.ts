import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireTool } from './processes.ts';
import type { Sandbox } from './sandbox.ts';

export const BRANCH = 'refs/heads/agent-os';

export interface SigningTeam {
  /** The branch on the remote when the policy began to ask for signatures. */
  readonly base: string;
  /** A work tree of the branch, detached. */
  readonly state: string;
  /** The private key of `ada`, `bob` or `stranger`. */
  keyOf(name: string): string;
  publicKey(name: string): Promise<string>;
  /**
   * A commit with the content of its parent, or of `tree`, in the remote, signed by git itself.
   * @param key - whose; none: unsigned
   */
  forge(input: Forgery): Promise<string>;
}

export interface Forgery {
  readonly parent: string;
  /** A second parent. */
  readonly other?: string;
  readonly key?: string;
  readonly agent?: string;
  /** The ref that it says it is for; '' for none. */
  readonly ref?: string;
  readonly tree?: string;
  readonly more?: string;
  readonly subject?: string;
}

/** Gives two clones that have joined a remote a key each, names them in cards, and makes the policy ask for signatures. */
export async function signTeam(
  sandbox: Sandbox,
  { remote, ada, bob }: { readonly remote: string; readonly ada: string; readonly bob: string },
): Promise<SigningTeam> {
  requireTool('ssh-keygen', 'openssh-client');
  const keyOf = (name: string) => sandbox.path('keys', name);
  const publicKey = async (name: string) => (await readFile(`${keyOf(name)}.pub`, 'utf8')).trim();
  await mkdir(sandbox.path('keys'), { mode: 0o700 });
  for (const name of ['ada', 'bob', 'stranger']) {
    const args = ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', keyOf(name)];
    const made = await sandbox.start('ssh-keygen', args, sandbox.path('keys')).result;
    if (made.exitCode !== 0) throw new Error(`ssh-keygen: ${made.stderr}`);
  }

  await sandbox.json(ada, ['sync']);
  await sandbox.json(bob, ['sync']);
  const state = sandbox.path('signed-state');
  await sandbox.git(ada, 'fetch', '--quiet', 'origin', 'agent-os');
  await sandbox.git(ada, 'worktree', 'add', '--quiet', '--detach', state, 'FETCH_HEAD');
  await mkdir(join(state, 'agents'), { recursive: true });
  for (const name of ['ada', 'bob']) {
    const card = `schema: agent-os/card/v1\nname: ${name}\nkeys:\n  - ${await publicKey(name)}\n`;
    await writeFile(join(state, 'agents', `${name}.yaml`), card);
  }
  const policy = 'schema: agent-os/config/v1\nverify:\n  signatures: error\n';
  await writeFile(join(state, 'config.yaml'), policy);
  await sandbox.git(state, 'add', '.');
  await sandbox.git(state, 'commit', '--quiet', '-m', 'policy');
  await sandbox.git(state, 'push', '--quiet', '--no-verify', 'origin', `HEAD:${BRANCH}`);
  for (const [clone, name] of [
    [ada, 'ada'],
    [bob, 'bob'],
  ] as const) {
    await sandbox.git(clone, 'config', 'gpg.format', 'ssh');
    await sandbox.git(clone, 'config', 'user.signingKey', keyOf(name));
    await sandbox.git(clone, 'config', 'agent-os.sign', 'true');
    await sandbox.json(clone, ['sync']);
  }

  const forge = async ({
    parent,
    other,
    key,
    agent = 'ada',
    ref = BRANCH,
    tree,
    more = '',
    subject = 'log: forged',
  }: Forgery) => {
    const of = await sandbox.git(remote, 'rev-parse', tree ?? `${parent}^{tree}`);
    const signing = key === undefined ? [] : ['-c', `user.signingKey=${keyOf(key)}`];
    const pins = ['-c', 'gpg.format=ssh', '-c', 'user.name=x', '-c', 'user.email=x@example.com', ...signing];
    const parents = ['-p', parent, ...(other === undefined ? [] : ['-p', other])];
    const options = [...parents, ...(key === undefined ? [] : ['-S']), of];
    const named = ref === '' ? '' : `Agent-OS-Ref: ${ref}\n`;
    const input = `${subject}\n\nAgent-OS-Agent: ${agent}\n${named}${more}`;
    const made = await sandbox.tryGit(remote, [...pins, 'commit-tree', ...options], { input });
    if (made.exitCode !== 0) throw new Error(made.stderr);
    return made.stdout.trim();
  };
  return { base: await sandbox.git(remote, 'rev-parse', BRANCH), state, keyOf, publicKey, forge };
}
