import { createHash } from 'node:crypto';
import type { LockOwner } from '../../../../src/domain/locks/lock-record.ts';
import {
  type AgentName,
  type CloneId,
  parseAgentName,
  parseResourceName,
  type RefName,
  type ResourceName,
} from '../../../../src/domain/names.ts';
import { operationId } from '../../../../src/domain/operation.ts';
import { createLocks } from '../../../../src/store/locks/create-locks.ts';
import type { LockDependencies, LockPolicy } from '../../../../src/store/locks/lock-ports.ts';
import type { Locks } from '../../../../src/store/locks/locks.ts';
import {
  ManualClock,
  MemoryObjects,
  MemoryRefs,
  MemoryRemote,
  MemoryStateFiles,
  seededIds,
  seededRandom,
} from '../../../support/memory.ts';

export const TTL = 7200;
export const POLICY = { ttl: TTL, grace: 10, maxSkew: 600, maxUnvouchedSkew: 86_400 };

export const database = parseResourceName('database-schema');
export const contracts = parseResourceName('api-contracts');

export function lockRef(name: string): RefName {
  return `refs/agent-os/locks/${name}` as RefName;
}

export interface Clone {
  readonly locks: Locks;
  readonly dependencies: LockDependencies;
  readonly refs: MemoryRefs;
  readonly files: MemoryStateFiles;
  readonly clock: ManualClock;
  readonly who: LockOwner;
}

/** Clones of one remote, or repositories without one, each with a clock of its own. */
export class World {
  readonly objects = new MemoryObjects();
  readonly remote = new MemoryRemote({ objects: this.objects });
  /** What config.yaml maps to resources. */
  readonly mapping = new Map<ResourceName, readonly string[]>();
  #clones = 0;

  clone(agent: string, options: { readonly isOffline?: boolean; readonly wall?: number } = {}): Clone {
    this.#clones += 1;
    const clock = new ManualClock(options.wall === undefined ? {} : { wall: options.wall });
    const refs = new MemoryRefs();
    const files = new MemoryStateFiles();
    const random = seededRandom(this.#clones);
    const ids = seededIds(clock, random);
    const clone = `clone${String(this.#clones).padStart(11, '0')}` as CloneId;
    const dependencies: LockDependencies = {
      objects: { reader: this.objects.reader(refs), writer: this.objects.writer },
      ...{ refs, clock, ids, random, clone, files },
      remote: options.isOffline === true ? null : this.remote.connect(refs, { client: agent }),
      hash: (text) => createHash('sha256').update(text).digest('hex'),
      policyAt: async () => this.policy(),
      author: { name: agent, email: `${agent}@example.com` },
      operationId: () => operationId({ clock: clock.now(), clone, unique: ids.record() }),
    };
    const who = { agent: parseAgentName(agent), session: ids.record() };
    return { locks: createLocks(dependencies), dependencies, refs, files, clock, who };
  }

  policy(): LockPolicy {
    return { ...POLICY, pathsOf: (resource) => this.mapping.get(resource) ?? [] };
  }

  /** How often a call of this kind reached the remote. */
  count(what: string): number {
    return this.remote.calls.filter((call) => call.what === what).length;
  }
}

/** Another agent in the same clone: a second worktree. */
export function beside(clone: Clone, agent: AgentName | string): LockOwner {
  return { agent: parseAgentName(agent), session: clone.dependencies.ids.record() };
}
