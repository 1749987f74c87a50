import type { Clock, Processes, ProcessIdentity, StateFiles } from '../../domain/ports.ts';

/** The state file that names the process which talks to the remote. */
export const LEADER_STATE = 'leader';

/** Milliseconds after which a waiter stops waiting for the leader. */
const PATIENCE = 2_000;
/** Pauses between two looks at what the leader does, which cost more than they wait: 40 ms, then twice as long each. */
const POLL = 40;

export interface LeaderDependencies {
  readonly clock: Clock;
  readonly files: StateFiles;
  readonly processes: Processes;
}

/**
 * Let one process of this clone talk to the remote at a time, so that the commits of the others ride along with its
 * push. Only saves work: after 2 s, or once the leader is dead, `work` runs beside it, and what keeps the two apart
 * is the compare-and-swap of every ref.
 *
 * @param isServed - asked while another leads: whether that made `work` unnecessary
 * @param work - is told whether it leads: only a leader has followers that wait for it
 * @returns what `work` returned, or null when it was not needed
 */
export async function takeTurn<T>(
  dependencies: LeaderDependencies,
  turn: {
    readonly isServed: () => Promise<boolean>;
    readonly work: (leads: boolean) => Promise<T>;
  },
): Promise<T | null> {
  const { clock } = dependencies;
  const patience = clock.uptime() + PATIENCE;
  let leads = await claim(dependencies);
  for (let poll = POLL; !leads && clock.uptime() < patience; poll *= 2) {
    await clock.sleep(Math.min(poll, patience - clock.uptime()));
    if (await turn.isServed()) return null;
    leads = await claim(dependencies);
  }
  try {
    return await turn.work(leads);
  } finally {
    if (leads) await release(dependencies);
  }
}

async function claim({ files, processes }: LeaderDependencies): Promise<boolean> {
  const self = processes.self();
  let claimed = false;
  await files.update(LEADER_STATE, (current) => {
    const leader = parseIdentity(current);
    claimed = leader === null || !processes.isAlive(leader);
    return claimed ? self : current;
  });
  return claimed;
}

async function release({ files, processes }: LeaderDependencies): Promise<void> {
  const self = processes.self();
  await files.update(LEADER_STATE, (current) => {
    const leader = parseIdentity(current);
    return leader?.pid === self.pid && leader.startedAt === self.startedAt ? null : current;
  });
}

function parseIdentity(value: unknown): ProcessIdentity | null {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('startedAt' in value))
    return null;
  const { pid, startedAt } = value;
  return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : null;
}
