import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Oid } from '../domain/names.ts';
import type { SignedCommit } from '../domain/verify/signatures.ts';
import type { ListingPlace } from './commit-listing.ts';
import { expectGit } from './process.ts';

/** Oid, parents, what git says of the signature, the key's names, message; ended by NUL. */
const FORMAT = '--format=%H%n%P%n%G?%n%GS%n%GF%n%GP%n%B%x00';
const OPTIONS = [
  '--no-color',
  '--no-notes',
  '--no-decorate',
  '--no-mailmap',
  '--no-patch',
  '--encoding=UTF-8',
];
/** Each signature is a process or two of ssh-keygen or gpg. */
const TIMEOUT = 600_000;

/**
 * The signatures of commits by revision lines (`<oid>`, `^<oid>`), oldest first, as `git verify-commit` judges them,
 * in one git: what is not signed costs no process.
 * @param allowedSigners - the content of that file, ssh-keygen(1)
 * @throws AgentOsError GIT_FAILED
 */
export async function readSignatures(
  place: ListingPlace,
  revisions: readonly string[],
  { walk, allowedSigners }: { readonly walk: boolean; readonly allowedSigners: string },
): Promise<readonly SignedCommit[]> {
  if (revisions.length === 0) return [];
  const folder = await mkdtemp(join(tmpdir(), 'agent-os-keys-'));
  try {
    const file = join(folder, 'allowed-signers');
    await writeFile(file, allowedSigners, { mode: 0o600 });
    const pins = { 'log.showSignature': 'false', 'gpg.ssh.allowedSignersFile': file };
    const order = walk ? ['--topo-order', '--reverse'] : ['--no-walk=unsorted'];
    const args = ['log', ...OPTIONS, ...order, FORMAT, '--stdin'];
    const input = `${revisions.join('\n')}\n`;
    const printed = await expectGit({ ...place, args, pins, input, timeout: TIMEOUT });
    return printed.toString('utf8').split('\0\n').slice(0, -1).map(parseSigned);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function parseSigned(record: string): SignedCommit {
  const [oid = '', parents = '', status = '', signer = '', fingerprint = '', primary = '', ...message] =
    record.split('\n');
  return {
    oid: oid as Oid,
    parents: parents === '' ? [] : (parents.split(' ') as Oid[]),
    message: message.join('\n'),
    status,
    signer,
    fingerprint,
    primary,
  };
}
