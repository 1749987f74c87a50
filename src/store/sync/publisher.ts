import type { Processes, ProcessIdentity, StateFiles } from '../../domain/ports.ts';
import { readFailure } from './last-attempt.ts';

/** The state file that names the one process which publishes in the background for a clone. */
const PUBLISHER_STATE = 'publisher';

/** What several commands of a clone commit shortly after one another is published by one process in the background. */
export interface Publisher {
  /** Whether one is at work, or about to be: it sees whatever is committed by now. */
  isAtWork(): Promise<boolean>;
  /** Why a remote could not be reached when it was last asked; null where it answered. */
  lastFailure(remote: string): Promise<string | null>;
  /** Name the process that was just started for it, so that the next command starts no other. */
  appoint(process: ProcessIdentity): Promise<void>;
  /**
   * Run `round` as the publisher, and again while `hasMore`; at once done when another process is the publisher.
   * @param hasMore - whether something was committed that no round has seen
   */
  work(steps: {
    readonly round: () => Promise<void>;
    readonly hasMore: () => Promise<boolean>;
  }): Promise<void>;
}

/**
 * The publisher gives up its post *before* it looks whether more was committed, and a command commits *before* it
 * looks whether somebody has the post: so one of the two sees the other. A dead one's post is free.
 */
export function openPublisher(files: StateFiles, processes: Processes): Publisher {
  const self = processes.self();
  const isSelf = (holder: ProcessIdentity | null) => holder?.pid === self.pid;
  const isOther = (holder: ProcessIdentity | null) =>
    holder !== null && !isSelf(holder) && processes.isAlive(holder);

  const claim = async (): Promise<boolean> => {
    let claimed = false;
    await files.update(PUBLISHER_STATE, (current) => {
      claimed = !isOther(parse(current));
      return claimed ? self : current;
    });
    return claimed;
  };
  const release = () => files.update(PUBLISHER_STATE, (current) => (isSelf(parse(current)) ? null : current));

  return {
    isAtWork: async () => isOther(parse(await files.read(PUBLISHER_STATE))),
    lastFailure: (remote) => readFailure(files, remote),
    appoint: (process) =>
      files.update(PUBLISHER_STATE, (current) => (isOther(parse(current)) ? current : process)),
    async work({ round, hasMore }) {
      do {
        if (!(await claim())) return;
        try {
          await round();
        } finally {
          await release();
        }
      } while (await hasMore());
    },
  };
}

function parse(value: unknown): ProcessIdentity | null {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('startedAt' in value))
    return null;
  const { pid, startedAt } = value;
  return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : null;
}
