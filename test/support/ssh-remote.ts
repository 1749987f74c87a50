import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { requireTool } from './processes.ts';
import type { Sandbox } from './sandbox.ts';

export interface SshRemote {
  /** The ssh:// URL of a repository on this host, given its path. */
  url(repository: string): string;
  /** For GIT_SSH_COMMAND or core.sshCommand: knows the host and has the key. */
  readonly sshCommand: string;
  /** The same without a key that the host accepts. */
  readonly strangersSshCommand: string;
}

/** Starts a real sshd on the loopback, with keys that were made for it. It ends with the sandbox. */
export async function serveSsh(sandbox: Sandbox): Promise<SshRemote> {
  requireTool('sshd', 'openssh-server');
  const folder = sandbox.path('sshd');
  await mkdir(folder, { mode: 0o700 });
  const key = async (name: string): Promise<string> => {
    const path = join(folder, name);
    const args = ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path];
    const made = await sandbox.start('ssh-keygen', args, folder).result;
    if (made.exitCode !== 0) throw new Error(`ssh-keygen: ${made.stderr}`);
    return path;
  };
  const [host, user, stranger] = [await key('host'), await key('user'), await key('stranger')];
  await copyFile(`${user}.pub`, join(folder, 'authorized_keys'));
  await chmod(join(folder, 'authorized_keys'), 0o600);
  const variables = ['GIT_CONFIG_NOSYSTEM', 'GIT_CONFIG_GLOBAL', 'TEST_SANDBOX', 'LC_ALL', 'HOME'];
  await writeFile(
    join(folder, 'sshd_config'),
    [
      'ListenAddress 127.0.0.1',
      `HostKey ${host}`,
      'PidFile none',
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      'AuthenticationMethods publickey',
      'PermitRootLogin prohibit-password',
      'StrictModes no',
      'UsePAM no',
      'MaxStartups 100',
      `SetEnv ${variables.map((name) => `${name}=${sandbox.env[name]}`).join(' ')}`,
      '',
    ].join('\n'),
  );
  // Debian's service makes this folder when it starts; sshd run by root insists on it.
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  let port = await startServer(sandbox, folder);
  while (port === null) port = await startServer(sandbox, folder);

  const hostKey = (await readFile(`${host}.pub`, 'utf8')).trim();
  const knownHosts = join(folder, 'known_hosts');
  await writeFile(knownHosts, `[127.0.0.1]:${port} ${hostKey}\n`);
  const sshCommand = (identity: string) =>
    ['ssh', '-F', '/dev/null', '-i', identity, '-o', 'IdentitiesOnly=yes', '-o', 'IdentityAgent=none']
      .concat('-o', `UserKnownHostsFile=${knownHosts}`, '-o', 'StrictHostKeyChecking=yes')
      .join(' ');
  return {
    url: (repository) => `ssh://${userInfo().username}@127.0.0.1:${port}${repository}`,
    sshCommand: sshCommand(user),
    strangersSshCommand: sshCommand(stranger),
  };
}

/**
 * Resolves when the server listens.
 * @returns its port; null when somebody else was there first
 */
async function startServer(sandbox: Sandbox, folder: string): Promise<number | null> {
  const port = await findFreePort();
  const args = ['-D', '-e', '-f', join(folder, 'sshd_config'), '-p', String(port)];
  const server = sandbox.start('/usr/sbin/sshd', args, folder);
  let said = '';
  return new Promise((resolve, reject) => {
    server.child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Server listening')) resolve(port);
    });
    server.result.then(() => {
      if (said.includes('Address already in use')) resolve(null);
      else reject(new Error(`sshd: ${said}`));
    }, reject);
  });
}

/** A port that was free a moment ago. */
function findFreePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
