import { expect, test } from 'vitest';
import { writePausedReceivePack } from '../support/paused-receive-pack.ts';
import { lacksTool } from '../support/processes.ts';
import { historyOf, logRefUpdates } from '../support/remote-hooks.ts';
import { makeSandbox } from '../support/sandbox.ts';
import { type Dice, rollDice } from './support/dice.ts';
import { findConflicts, type Hold } from './support/holds.ts';
import { assemble } from './support/team.ts';
import { type Answer, startWorker, type Worker } from './support/worker.ts';

const ACQUISITIONS = 200;
const CLONES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const PAUSE = 15;

type Wish = readonly [resource: string, ...more: string[]];

/** Three names, one after the other and together; globs that overlap; resources whose paths overlap; shared and not. */
const WISHES: readonly [Wish, ...Wish[]] = [
  ['api-contracts'],
  ['deploy'],
  ['api-contracts', 'deploy'],
  ['deploy', 'api-contracts', 'types'],
  ['api', '--paths', 'src/api/**'],
  ['users', '--paths', 'src/*/users.ts'],
  ['sql', '--paths', '**/*.sql'],
  ['web', '--paths', 'src/web/**', 'docs/**'],
  ['database'],
  ['migrations'],
  ['types', '--shared'],
  ['types'],
  ['readers', '--paths', 'src/**', '--shared'],
  ['more-readers', '--paths', 'src/api/*', '--shared'],
];

test.skipIf(lacksTool('strace'))(
  '24 processes of 8 clones never hold what conflicts, and tokens only grow',
  {
    timeout: 600_000,
  },
  async () => {
    const dice = rollDice('locks');
    const sandbox = await makeSandbox();
    const remote = await sandbox.bareRemote();
    const clones = await assemble(sandbox, { remote, names: CLONES });
    const paused = await writePausedReceivePack(sandbox, PAUSE);
    for (const clone of clones) await sandbox.git(clone, 'config', 'remote.origin.receivepack', paused);
    const log = await logRefUpdates(remote);

    const workers = clones.flatMap((clone, at) =>
      [1, 2, 3].map((n) => startWorker(sandbox, clone, `${CLONES[at]}${n}`)),
    );
    await Promise.all(workers.map((worker) => worker.tell('start', 'racing for locks')));
    const holds: Hold[] = [];
    const refusals = { held: 0, lostRace: 0 };
    let left = ACQUISITIONS;
    const isLeft = () => left > 0;
    const acquired = () => {
      left -= 1;
    };
    await Promise.all(workers.map((worker) => race({ worker, dice, holds, refusals, isLeft, acquired })));
    await Promise.all(workers.map((worker) => worker.end()));

    console.log(
      `locks: ${holds.length} holds, refused ${refusals.held} as held, ${refusals.lostRace} as lost races`,
    );
    expect(findConflicts(holds)).toEqual([]);
    expect(refusals.held).toBeGreaterThan(0);

    const updates = await log.read();
    const refs = new Set(
      updates.map(({ ref }) => ref).filter((ref) => ref.startsWith('refs/agent-os/locks/')),
    );
    expect(refs.size).toBeGreaterThan(8);
    for (const ref of refs) {
      const subjects = await Promise.all(
        historyOf(ref, updates).map((oid) => sandbox.git(remote, 'log', '-1', '--format=%s', oid)),
      );
      const tokens = subjects.map((subject) => Number(/ #(\d+)$/.exec(subject)?.[1]));
      expect(tokens, ref).toEqual(tokens.toSorted((a, b) => a - b));
      expect(subjects.at(-1), ref).toMatch(/^free /);
    }
    for (const resource of new Set(holds.map((hold) => hold.resource))) {
      const inOrder = holds
        .filter((hold) => hold.resource === resource)
        .toSorted((a, b) => a.token - b.token);
      expect(new Set(inOrder.map(({ token }) => token)).size, `tokens of ${resource}`).toBe(inOrder.length);
      for (const [at, hold] of inOrder.entries()) {
        const earlier = inOrder.slice(0, at).filter((other) => other.from > hold.until);
        expect(earlier, `a later hold of ${resource} had a smaller token`).toEqual([]);
      }
    }
  },
);

test('a clone that has not heard of an overlapping lock does not get its own', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const [ada = '', bob = ''] = await assemble(sandbox, { remote, names: ['ada', 'bob'] });
  for (const [clone, agent] of [[ada, 'ada'] as const, [bob, 'bob'] as const]) {
    await sandbox.json(clone, ['start', 'locking', '--agent', agent]);
    await sandbox.json(clone, ['lock', `${agent}s`, '--agent', agent, '--paths', `${agent}/**`]);
    await sandbox.json(clone, ['locks', '--refresh']);
  }
  await sandbox.json(ada, ['lock', 'api', '--agent', 'ada', '--paths', 'src/api/**']);
  const overlapping = ['lock', 'users', '--agent', 'bob', '--paths', 'src/*/users.ts'];
  expect(await sandbox.json(bob, overlapping, { exit: 3 })).toMatchObject({ heldBy: [{ resource: 'api' }] });
  await sandbox.json(ada, ['unlock', 'api', '--agent', 'ada']);
  await sandbox.json(bob, overlapping);
});

interface Race {
  readonly worker: Worker;
  readonly dice: Dice;
  readonly holds: Hold[];
  readonly refusals: { held: number; lostRace: number };
  isLeft(): boolean;
  acquired(): void;
}

/** Lock, hold for a moment, unlock, until all have locked often enough. */
async function race({ worker, dice, holds, refusals, isLeft, acquired }: Race): Promise<void> {
  while (isLeft()) {
    const wish = dice.pick(WISHES);
    const wait = dice.chance(0.15) ? ['--wait', '3s'] : [];
    const answer = await worker.ask('lock', ...wait, ...reorder(wish));
    if (answer.exitCode === 0) {
      acquired();
      const from = performance.now();
      const locks = answer['locks'] as readonly Lock[];
      await dice.pause(500);
      const until = performance.now();
      await worker.tell('unlock', ...locks.map(({ resource }) => resource));
      holds.push(...locks.map((lock) => ({ ...pick(lock, worker.agent), from, until })));
    } else {
      count(refusals, answer, worker, wish);
      await dice.pause(1200);
    }
  }
}

interface Lock {
  readonly resource: string;
  readonly mode: 'exclusive' | 'shared';
  readonly paths: readonly string[];
  readonly token: number;
}

const pick = ({ resource, mode, paths, token }: Lock, agent: string) => ({
  agent,
  resource,
  mode,
  paths,
  token,
});

/** Variadic options last, so that they do not swallow resources. */
function reorder(wish: Wish): readonly string[] {
  const at = wish.indexOf('--paths');
  if (at === -1) return wish;
  const shared = wish.filter((word) => word === '--shared');
  const paths = wish.slice(at + 1).filter((word) => word !== '--shared');
  return [...wish.slice(0, at), ...shared, '--paths', ...paths];
}

function count(refusals: Race['refusals'], { exitCode, error }: Answer, worker: Worker, wish: Wish): void {
  if (exitCode === 3) refusals.held += 1;
  else if (exitCode === 6) refusals.lostRace += 1;
  else throw new Error(`${worker.agent} wanted ${wish.join(' ')}: ${exitCode} ${JSON.stringify(error)}`);
}
