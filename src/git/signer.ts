/** Loaded by the first commit that is signed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { AgentOsError } from '../domain/errors.ts';
import { quoted } from '../domain/names.ts';
import type { NewCommit, Person, RepositoryPaths, Signer } from '../domain/ports.ts';
import { splitWords } from '../domain/shell-words.ts';
import { type GitConfig, parseConfig } from './config.ts';
import { encodeCommit } from './object-format.ts';
import { expectGit, type GitResult, runGit } from './process.ts';
import { placeOf } from './repository.ts';

interface SignerOptions {
  readonly paths: RepositoryPaths;
  /** Milliseconds for one signature: a hardware key may want to be touched. */
  readonly budget: number;
}

const PROGRAMS = { openpgp: 'gpg', x509: 'gpgsm', ssh: 'ssh-keygen' } as const;
type Format = keyof typeof PROGRAMS;

/**
 * Signs commits as `git commit -S` would in this repository: by `gpg.format`, `user.signingKey` and the programs that
 * git's configuration names. Nothing is asked: what needs a passphrase has to be unlocked beforehand.
 * @throws AgentOsError CANNOT_SIGN
 */
export function openSigner({ paths, budget }: SignerOptions): Signer {
  const place = placeOf(paths);
  let config: Promise<GitConfig> | undefined;
  const readConfig = async () => {
    const listed = await expectGit({ ...place, args: ['config', '-z', '--includes', '--list'] });
    return parseConfig(listed.toString('utf8'));
  };
  const run = (program: string, args: readonly string[], input: Uint8Array | string): Promise<GitResult> =>
    runGit({
      cwd: place.cwd,
      program,
      args,
      input,
      timeout: budget,
      variables: { GPG_TTY: undefined },
    }).catch((cause) => {
      if (!(cause instanceof AgentOsError)) throw cause;
      throw new AgentOsError('CANNOT_SIGN', `${quoted(program)} could not be started`, {
        hint: 'Install it, or see gpg.format and gpg.<format>.program of git config.',
        cause,
      });
    });

  return {
    async sign(commit: NewCommit): Promise<string> {
      config ??= readConfig();
      const settings = await config;
      const format = formatOf(settings);
      const program = programOf(settings, format);
      const payload = encodeCommit(commit);
      const signed =
        format === 'ssh'
          ? await signWithSsh(run, program, { key: await sshKey(settings, run), payload })
          : await run(
              program,
              gnupgArguments(program, settings.get('user.signingkey') || committer(commit.author)),
              payload,
            );
      const signature = signed.stdout.toString('latin1').replaceAll('\r', '');
      const isMade =
        signed.exitCode === 0 &&
        /^-----BEGIN [A-Z ]+-----\n[\s\S]*\n-----END [A-Z ]+-----\n?$/.test(signature);
      if (isMade) return signature.endsWith('\n') ? signature : `${signature}\n`;
      throw refused(program, format, signed);
    },
  };
}

function formatOf(config: GitConfig): Format {
  const format = config.get('gpg.format') ?? 'openpgp';
  if (Object.hasOwn(PROGRAMS, format)) return format as Format;
  throw new AgentOsError('CANNOT_SIGN', `gpg.format is ${quoted(format)}`, {
    hint: 'Set it to ssh, openpgp or x509.',
  });
}

function programOf(config: GitConfig, format: Format): string {
  const general = format === 'openpgp' ? config.get('gpg.program') : null;
  return expand(config.get(`gpg.${format}.program`) || general || PROGRAMS[format]);
}

/** What git passes; and GnuPG itself is kept from opening a window for the passphrase. */
function gnupgArguments(program: string, key: string): readonly string[] {
  const isGnupg = /^gpg(?:2|sm)?(?:\.exe)?$/i.test(basename(program));
  const silent = isGnupg ? ['--batch', '--no-tty', '--pinentry-mode=error'] : [];
  return [...silent, '--status-fd=2', '-bsau', key];
}

function committer({ name, email }: Person): string {
  return `${name} <${email}>`;
}

type Run = (program: string, args: readonly string[], input: Uint8Array | string) => Promise<GitResult>;

/** `user.signingKey`, else what `gpg.ssh.defaultKeyCommand` prints first: a file, or a public key whose other half the agent has. */
async function sshKey(config: GitConfig, run: Run): Promise<string> {
  const named = config.get('user.signingkey');
  if (named) return named;
  const [command, ...args] = splitWords(config.get('gpg.ssh.defaultkeycommand') ?? '');
  const listed = command === undefined ? null : await run(expand(command), args, '');
  const [first = ''] = listed?.exitCode === 0 ? listed.stdout.toString('utf8').split('\n') : [];
  if (isLiteral(first)) return first.trim();
  throw new AgentOsError('CANNOT_SIGN', 'nothing says which ssh key signs', {
    hint: 'Name it: git config user.signingKey ~/.ssh/id_ed25519.pub',
  });
}

function isLiteral(key: string): boolean {
  return /^(?:key::|ssh-)/.test(key);
}

async function signWithSsh(
  run: Run,
  program: string,
  { key, payload }: { readonly key: string; readonly payload: Uint8Array },
): Promise<GitResult> {
  const sign = (file: string) => run(program, ['-Y', 'sign', '-n', 'git', '-f', file], payload);
  if (!isLiteral(key)) return sign(expand(key));
  const folder = await mkdtemp(join(tmpdir(), 'agent-os-key-'));
  try {
    const file = join(folder, 'signing-key');
    await writeFile(file, `${key.replace(/^key::/, '')}\n`, { mode: 0o600 });
    return await sign(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function refused(program: string, format: Format, { stderr, timedOut }: GitResult): AgentOsError {
  const lines = stderr.split('\n').map((line) => line.trim());
  const words = lines.filter(
    (line) => line !== '' && !line.startsWith('[GNUPG:]') && !/^Signing data on/.test(line),
  );
  const why = timedOut ? 'it did not end in time' : words.slice(-3).join('; ') || 'it gave no signature';
  return new AgentOsError('CANNOT_SIGN', `${quoted(program)} did not sign: ${why.slice(0, 500)}`, {
    hint:
      format === 'ssh'
        ? 'See `git config user.signingKey`; a key with a passphrase has to be in the agent: `ssh-add`.'
        : 'See `git config user.signingKey`; unlock the key first, for example with `git commit -S` elsewhere.',
  });
}

function expand(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}
