import type { Oid, RefName } from '../domain/names.ts';
import type { Mirror } from '../domain/ports.ts';

/**
 * Where a remote's refs are mirrored in this repository: `refs/agent-os/remote/<remote>/` has `branch`, `claims`,
 * `locks/<name>` and `outbox/<clone>`.
 */
export interface MirrorLayout {
  readonly prefix: string;
  readonly branchSpec: string;
  /** `claims*` is a pattern so that a remote without claims is no error. */
  readonly otherSpecs: readonly string[];
  /** null for a ref that is not mirrored, such as a work branch. */
  mirrorOf(ref: RefName): RefName | null;
  toMirror(refs: ReadonlyMap<RefName, Oid>): Mirror;
}

const SHARED = 'refs/agent-os/';

export function mirrorLayout(remote: string, branch: RefName): MirrorLayout {
  const prefix = `${SHARED}remote/${remote}/`;
  const branchMirror = `${prefix}branch` as RefName;
  return {
    prefix,
    branchSpec: `+${branch}:${branchMirror}`,
    otherSpecs: ['claims*', 'locks/*', 'outbox/*'].map((kind) => `+${SHARED}${kind}:${prefix}${kind}`),
    mirrorOf: (ref) => {
      if (ref === branch) return branchMirror;
      const isShared = /^refs\/agent-os\/(?:claims$|locks\/|outbox\/)/.test(ref);
      return isShared ? (`${prefix}${ref.slice(SHARED.length)}` as RefName) : null;
    },
    toMirror: (refs) => {
      const below = (kind: string) => [...refs].filter(([ref]) => ref.startsWith(prefix + kind));
      return {
        branch: refs.get(branchMirror) ?? null,
        claims: refs.get(`${prefix}claims` as RefName) ?? null,
        outboxes: new Map(below('outbox/').map(([ref, oid]) => [ref.slice(`${prefix}outbox/`.length), oid])),
        locks: new Map(
          below('locks/').map(([ref, oid]) => [`${SHARED}${ref.slice(prefix.length)}` as RefName, oid]),
        ),
      };
    },
  };
}
