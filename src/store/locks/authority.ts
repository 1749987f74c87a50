import {
  CLAIMS_REF,
  LOCAL_CLAIMS_REF,
  LOCAL_LOCKS_PREFIX,
  LOCKS_PREFIX,
} from '../../domain/locks/lock-ref.ts';
import type { Oid, RefName } from '../../domain/names.ts';
import type { Mirror, RefStore, Remote } from '../../domain/ports.ts';
import type { LockScope } from './locks.ts';

/** Where lock refs stood at one moment. */
export interface LockRefs {
  readonly locks: ReadonlyMap<RefName, Oid>;
  readonly claims: Oid | null;
  /** The tip of the branch on the remote; null for local locks. */
  readonly branch: Oid | null;
}

/** The refs that decide who holds a lock, and how to read and move them. */
export interface Authority {
  /** `worktrees`: local locks beside a remote. `repository`: those of a repository without one, or from before it. */
  readonly name: 'remote' | 'repository' | 'worktrees';
  readonly scope: LockScope;
  readonly prefix: string;
  readonly claimsRef: RefName;
  readonly refs: RefStore;
  /** As far as is known without asking anybody. */
  glance(): Promise<LockRefs>;
  /** As it is now. For a remote: one fetch. */
  refresh(): Promise<LockRefs>;
}

export function remoteAuthority(remote: Remote, fetched: (mirror: Mirror) => Promise<void>): Authority {
  return {
    name: 'remote',
    scope: 'remote',
    prefix: LOCKS_PREFIX,
    claimsRef: CLAIMS_REF,
    refs: remote.refs,
    glance: () => remote.readMirror(),
    refresh: async () => {
      const mirror = await remote.fetch();
      await fetched(mirror);
      return mirror;
    },
  };
}

export function localAuthority(refs: RefStore, name: 'repository' | 'worktrees'): Authority {
  const [prefix, claimsRef] =
    name === 'repository' ? [LOCKS_PREFIX, CLAIMS_REF] : [LOCAL_LOCKS_PREFIX, LOCAL_CLAIMS_REF];
  const read = async (): Promise<LockRefs> => {
    const found = await refs.read([claimsRef, prefix]);
    const locks = new Map([...found].filter(([ref]) => ref !== claimsRef));
    return { locks, claims: found.get(claimsRef) ?? null, branch: null };
  };
  return { name, scope: 'local', prefix, claimsRef, refs, glance: read, refresh: read };
}
