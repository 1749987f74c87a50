import type { ResourceName } from '../../domain/names.ts';
import type { StateFiles } from '../../domain/ports.ts';

/** A release that the remote has not heard of yet. */
interface QueuedRelease {
  readonly resource: ResourceName;
  /** Of the lease to end: a later one of the same session is not meant. */
  readonly nonce: string;
}

const FILE = 'queued-releases';

/** Releases that were made offline, in a file; an entry leaves it only after the remote has confirmed. */
export interface QueuedReleases {
  list(): Promise<readonly QueuedRelease[]>;
  add(releases: readonly QueuedRelease[]): Promise<void>;
  remove(isGone: (release: QueuedRelease) => boolean): Promise<void>;
}

export function createQueuedReleases(files: StateFiles): QueuedReleases {
  const change = (apply: (queue: readonly QueuedRelease[]) => readonly QueuedRelease[]) =>
    files.update(FILE, (current) => {
      const next = apply(parse(current));
      return next.length === 0 ? null : next;
    });
  const list = async () => parse(await files.read(FILE));
  return {
    list,
    add: (releases) => change((queue) => [...queue, ...releases]),
    remove: async (isGone) => {
      if ((await list()).some(isGone)) await change((queue) => queue.filter((release) => !isGone(release)));
    },
  };
}

function parse(document: unknown): readonly QueuedRelease[] {
  return Array.isArray(document) && document.every(isQueuedRelease) ? document : [];
}

function isQueuedRelease(value: unknown): value is QueuedRelease {
  if (typeof value !== 'object' || value === null) return false;
  const { resource, nonce } = value as Partial<Record<keyof QueuedRelease, unknown>>;
  return typeof resource === 'string' && typeof nonce === 'string';
}
