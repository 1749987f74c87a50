import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgentOsError } from '../../src/domain/errors.ts';
import { Crash, type SimulatedClone, World } from '../support/sync-world.ts';

type Act = 'commit' | 'publish' | 'sync' | 'copy' | 'vanish' | 'nap';

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Act>('commit') },
  { weight: 4, arbitrary: fc.constant<Act>('publish') },
  { weight: 3, arbitrary: fc.constant<Act>('sync') },
  { weight: 1, arbitrary: fc.constantFrom<Act>('copy', 'vanish', 'nap') },
);
const schedule = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  crash: fc.constantFrom(0, 0.01, 0.03),
  fault: fc.constantFrom(0, 0.1, 0.3),
  clones: fc.array(
    fc.record({
      usesOutbox: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.constant(false)),
      /** Each list is a process of its own. */
      processes: fc.array(fc.array(act, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 2 }),
    }),
    { minLength: 2, maxLength: 20 },
  ),
});

/** What an expected bad end of a process throws; anything else is a defect. */
function isBadLuck(error: unknown): boolean {
  const codes = ['REMOTE_UNREACHABLE', 'REMOTE_REFUSED', 'OUTCOME_UNKNOWN'];
  return error instanceof Crash || (error instanceof AgentOsError && codes.includes(error.code));
}

async function perform(what: Act, world: World, clone: SimulatedClone): Promise<void> {
  if (clone.tip === null) await clone.begin();
  if (what === 'commit') await clone.commit();
  else if (what === 'copy') world.copy(clone);
  else if (what === 'nap') clone.clock.advance(61_000);
  else if (what === 'sync') await roundThatKeepsItsWord(world, clone, { pull: true, until: 'branch' });
  else {
    await roundThatKeepsItsWord(world, clone, { pull: false, until: 'published' });
    if (what === 'vanish') world.lose(clone);
  }
}

/** What a round calls published is on the remote at that moment. */
async function roundThatKeepsItsWord(
  world: World,
  clone: SimulatedClone,
  options: { pull: boolean; until: 'published' | 'branch' },
): Promise<void> {
  const promised = world.operationsOf(clone.tip);
  const { pending, branch } = await clone.round(options);
  if (pending > 0) return;
  const published = world.published();
  expect(promised.filter((oid) => !published.has(oid))).toEqual([]);
  if (branch === 'behind') return;
  const landed = new Set(world.operationsOf(world.branch));
  expect(promised.filter((oid) => clone.made.has(oid) && !landed.has(oid))).toEqual([]);
}

describe('sync', () => {
  it('quiesces with every operation on the branch exactly once, for random schedules of 2 to 20 clones', async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async ({ seed, crash, fault, clones }) => {
        const world = new World(seed);
        world.luck = { crash, fault };
        const processes = clones.flatMap(({ usesOutbox, processes }) => {
          const clone = world.add(usesOutbox);
          return processes.map((acts) => ({ clone, acts }));
        });
        await world.stage.play(
          processes.map(({ clone, acts }) => async () => {
            for (const what of acts) {
              await perform(what, world, clone).catch((error: unknown) => {
                if (!isBadLuck(error)) throw error;
              });
            }
          }),
        );
        await world.settle(4);
        const { calls } = world.remote;
        const quiet = calls.length;
        await world.settle(1);

        const onBranch = world.operationsOf(world.branch);
        const ids = onBranch.map((oid) => world.operations.get(oid));
        expect([...world.durable].filter((oid) => !onBranch.includes(oid))).toEqual([]);
        expect(new Set(ids).size).toBe(ids.length);
        expect((await world.rootsOf(world.branch)).length).toBeLessThanOrEqual(1);
        for (const clone of world.clones) expect(clone.tip, clone.label).toBe(world.branch);
        expect(calls.slice(quiet).filter(({ what }) => what !== 'fetch')).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
