import type { Hash } from '../../domain/locks/lock-ref.ts';
import type { TakeoverRules } from '../../domain/locks/takeover.ts';
import type { CloneId, Oid, ResourceName } from '../../domain/names.ts';
import type { OperationId } from '../../domain/operation.ts';
import type {
  Clock,
  Ids,
  ObjectReader,
  ObjectWriter,
  Person,
  Random,
  RefStore,
  Remote,
  Signer,
  StateFiles,
} from '../../domain/ports.ts';

/** What config.yaml says about locks. Durations in seconds. */
export interface LockPolicy extends TakeoverRules {
  /** The lease of a lock that names none. */
  readonly ttl: number;
  /** The globs that config.yaml maps to a resource; empty for most. */
  pathsOf(resource: ResourceName): readonly string[];
}

export interface LockDependencies {
  readonly objects: { readonly reader: ObjectReader; readonly writer: ObjectWriter };
  /** The refs of this repository. */
  readonly refs: RefStore;
  readonly remote: Remote | null;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly clone: CloneId;
  /** Of this clone. */
  readonly files: StateFiles;
  /** At least 32 characters. */
  readonly hash: Hash;
  /** The policy on the branch at `tip`; null: no remote branch is known, the local branch or the defaults count. */
  readonly policyAt: (tip: Oid | null) => Promise<LockPolicy>;
  readonly author: Person;
  readonly operationId: () => OperationId;
  /** Where records are signed. */
  readonly signer?: () => Promise<Signer>;
}
