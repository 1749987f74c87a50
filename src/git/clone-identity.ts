import { statSync } from 'node:fs';
import type { CloneId } from '../domain/names.ts';
import { isCloneId } from '../domain/names.ts';
import type { Clock, Ids, StateFiles } from '../domain/ports.ts';

export interface CloneIdentity {
  readonly id: CloneId;
  /** The id that this folder had on another machine or in another place, if it is a copy of that clone. */
  readonly copiedFrom: CloneId | null;
}

interface Habitat {
  /** The git directory that all worktrees share. */
  readonly commonDir: string;
  readonly host: string;
  readonly state: StateFiles;
  readonly ids: Pick<Ids, 'nonce'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Who this clone is: the `clone` document, made at the first call. A clone is one git directory on one machine; when
 * the host name or the directory's inode is another one, the clone was copied (a container image, a CI cache), and
 * the copy becomes a clone of its own.
 */
export async function identifyClone({ commonDir, host, state, ids, clock }: Habitat): Promise<CloneIdentity> {
  const inode = inodeOf(commonDir);
  const isHere = (known: Known) => known.host === host && known.inode === inode;
  const known = parse(await state.read('clone'));
  if (known !== null && isHere(known)) return { id: known.id, copiedFrom: null };

  let identity: CloneIdentity | null = null;
  await state.update('clone', (current) => {
    const present = parse(current);
    if (present !== null && isHere(present)) {
      identity = { id: present.id, copiedFrom: null }; // another process was first
      return current;
    }
    identity = { id: ids.nonce() as CloneId, copiedFrom: present?.id ?? null };
    return { id: identity.id, host, inode, createdAt: new Date(clock.now()).toISOString() };
  });
  return identity ?? identifyClone({ commonDir, host, state, ids, clock });
}

/**
 * Become a new clone although host and inode are the same: the remote showed that another folder goes on as this one.
 */
export async function renewIdentity({ commonDir, host, state, ids, clock }: Habitat): Promise<CloneId> {
  const inode = inodeOf(commonDir);
  const id = ids.nonce() as CloneId;
  const createdAt = new Date(clock.now()).toISOString();
  await state.update('clone', () => ({ id, host, inode, createdAt }));
  return id;
}

function inodeOf(folder: string): string {
  return String(statSync(folder, { bigint: true }).ino);
}

interface Known {
  readonly id: CloneId;
  readonly host: string;
  readonly inode: string;
}

function parse(document: unknown): Known | null {
  if (typeof document !== 'object' || document === null) return null;
  const { id, host, inode } = document as Record<string, unknown>;
  const isKnown = typeof id === 'string' && typeof host === 'string' && typeof inode === 'string';
  return isKnown && isCloneId(id) ? { id, host, inode } : null;
}
