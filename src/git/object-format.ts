/** The bytes of git's objects, without their headers. Both hash sizes; see gitformat in git's Documentation. */
import { AgentOsError } from '../domain/errors.ts';
import type { Oid } from '../domain/names.ts';
import type { CommitObject, NewCommit, TreeEntry, TreeMode } from '../domain/ports.ts';

export type ObjectType = 'blob' | 'tree' | 'commit';

/** Writes the bytes of one object and returns its oid; an object that exists whole is freshened. */
export type WriteObject = (type: ObjectType, content: Uint8Array) => Promise<Oid>;

const encoder = new TextEncoder();

/** Entries in git's order: by bytes, a folder as if its name ended in `/`. */
export function encodeTree(entries: readonly TreeEntry[]): Buffer {
  const sorted = entries
    .map((entry) => ({ entry, key: encoder.encode(entry.mode === '40000' ? `${entry.name}/` : entry.name) }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  return Buffer.concat(
    sorted.flatMap(({ entry }) => [
      Buffer.from(`${entry.mode} ${entry.name}\0`),
      Buffer.from(entry.oid, 'hex'),
    ]),
  );
}

/** @throws AgentOsError GIT_FAILED when the bytes are no tree */
export function decodeTree(bytes: Buffer, oid: Oid): readonly TreeEntry[] {
  const hashBytes = oid.length / 2;
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const end = bytes.indexOf(0, space);
    const next = end + 1 + hashBytes;
    if (space < 0 || end < 0 || next > bytes.length) throw malformed('tree', oid);
    entries.push({
      mode: knownMode(Number.parseInt(bytes.toString('latin1', at, space), 8)),
      name: bytes.toString('utf8', space + 1, end),
      oid: bytes.toString('hex', end + 1, next) as Oid,
    });
    at = next;
  }
  return entries;
}

/** What git makes of a mode that old tools wrote otherwise (`100664`). */
function knownMode(mode: number): TreeMode {
  const kind = mode & 0o170000;
  if (kind === 0o040000) return '40000';
  if (kind === 0o120000) return '120000';
  if (kind === 0o160000) return '160000';
  return mode & 0o100 ? '100755' : '100644';
}

/** With its signature, if it has one: without it, these are the bytes to sign. */
export function encodeCommit({ tree, parents, message, author, at, signature }: NewCommit): Buffer {
  const person = `${plain(author.name) || 'unknown'} <${plain(author.email)}> ${Math.floor(at)} +0000`;
  const header = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${person}`,
    `committer ${person}`,
    ...(signature === undefined ? [] : [encodeSignature(signature, tree)]),
  ];
  return Buffer.from(`${header.join('\n')}\n\n${message.replaceAll('\0', '')}`);
}

/** A header whose name depends on the hash; its further lines are indented. */
function encodeSignature(signature: string, tree: Oid): string {
  const name = tree.length === 64 ? 'gpgsig-sha256' : 'gpgsig';
  return `${name} ${signature.replace(/\n$/, '').replaceAll('\n', '\n ')}`;
}

/** git refuses names with these characters in them. */
function plain(text: string): string {
  return text.replace(/[<>\n\0]/g, '').trim();
}

/** @throws AgentOsError GIT_FAILED when the bytes are no commit */
export function decodeCommit(bytes: Buffer, oid: Oid): CommitObject {
  const text = bytes.toString('utf8');
  const end = text.indexOf('\n\n');
  const header = end < 0 ? text : text.slice(0, end);
  const tree = /^tree ([0-9a-f]+)/.exec(header)?.[1];
  const committedAt = /^committer .*> (\d+)/m.exec(header)?.[1];
  if (tree === undefined || committedAt === undefined) throw malformed('commit', oid);
  return {
    oid,
    tree: tree as Oid,
    parents: [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1] as Oid),
    committedAt: Number(committedAt),
    message: end < 0 ? '' : text.slice(end + 2),
  };
}

function malformed(kind: string, oid: Oid): AgentOsError {
  return new AgentOsError('GIT_FAILED', `object ${oid} is not a well-formed ${kind}`, {
    hint: 'Check the repository with `git fsck`.',
  });
}
