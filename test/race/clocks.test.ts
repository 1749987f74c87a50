import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { clocksAhead, timePassed } from './support/clocks.ts';
import { assemble } from './support/team.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** So long that a slow machine does not get from one side of it to the other. */
const GRACE = 20 * MINUTE;

let sandbox: Sandbox;
let remote: string;
let ada: string;
let bob: string;
let resources = 0;

beforeAll(async () => {
  sandbox = await openSandbox();
  remote = await sandbox.bareRemote();
  const policy = `locks:\n  grace: ${GRACE}s\n`;
  [ada = '', bob = ''] = await assemble(sandbox, { remote, names: ['ada', 'bob'], policy });
  await sandbox.json(ada, ['start', 'holding', '--agent', 'ada']);
  await sandbox.json(bob, ['start', 'taking', '--agent', 'bob']);
});
afterAll(() => sandbox.dispose());

/** One clone's agent locks on a machine with one clock, and another's tries on a machine with another. */
async function lockAndTake(input: {
  readonly ttl: number;
  readonly holder: Record<string, string>;
  /** Where the other clone sees the lock when it is new; null: it does not. */
  readonly sees: Record<string, string> | null;
  readonly taker: Record<string, string>;
}): Promise<number | null> {
  resources += 1;
  const resource = `resource${resources}`;
  const lock = ['lock', resource, '--ttl', `${input.ttl}s`];
  await sandbox.json(ada, [...lock, '--agent', 'ada'], { env: input.holder });
  if (input.sees !== null) await sandbox.json(bob, ['locks', '--refresh'], { env: input.sees });
  const tried = await sandbox.cli(bob, [...lock, '--agent', 'bob', '--json'], { env: input.taker });
  const record = await sandbox.git(remote, 'log', '-1', '--format=%s', `refs/agent-os/locks/${resource}`);
  const holder = tried.exitCode === 0 ? 'bob' : 'ada';
  expect(record).toMatch(new RegExp(`^held ${resource} by ${holder} `));
  return tried.exitCode;
}

test.each([
  ['ahead', 9 * MINUTE],
  ['behind', -9 * MINUTE],
])('a clock that is %s by less than max_skew takes nothing early', async (_, wall) => {
  const taker = clocksAhead({ wall });
  expect(await lockAndTake({ ttl: MINUTE, holder: {}, sees: taker, taker })).toBe(3);
});

test('a clock that runs ahead by an hour takes nothing that it has just seen', async () => {
  const taker = clocksAhead({ wall: HOUR });
  expect(await lockAndTake({ ttl: 30 * MINUTE, holder: {}, sees: taker, taker })).toBe(3);
  expect(await lockAndTake({ ttl: 30 * MINUTE, holder: {}, sees: null, taker })).toBe(3);
});

test('a lease of 30 minutes under a clock an hour slow is not stolen by a clone that just saw it', async () => {
  const holder = clocksAhead({ wall: -HOUR });
  expect(await lockAndTake({ ttl: 30 * MINUTE, holder, sees: {}, taker: {} })).toBe(3);
  expect(await lockAndTake({ ttl: 30 * MINUTE, holder, sees: null, taker: {} })).toBe(3);
});

test('a wall clock that jumps is no time that has passed', async () => {
  expect(
    await lockAndTake({ ttl: MINUTE, holder: {}, sees: {}, taker: clocksAhead({ wall: 9 * MINUTE }) }),
  ).toBe(3);
});

test('a lease that was watched until its end and the grace were over is taken', async () => {
  // The wall clock stands still, so that it is the watching alone that decides.
  const watched = (uptime: number) =>
    lockAndTake({ ttl: MINUTE, holder: {}, sees: {}, taker: clocksAhead({ uptime }) });
  expect(await watched(MINUTE + GRACE / 2)).toBe(3);
  expect(await watched(MINUTE + GRACE + 1)).toBe(0);
});

test('a lease whose holder has a slow clock is taken too, once it was watched long enough', async () => {
  const holder = clocksAhead({ wall: -HOUR });
  const taker = timePassed(30 * MINUTE + GRACE + 1);
  expect(await lockAndTake({ ttl: 30 * MINUTE, holder, sees: {}, taker })).toBe(0);
});

test('a lease that ended more than max_skew ago is taken by a clone that saw it when it was fresh, reboots or not', async () => {
  const taker = clocksAhead({ wall: 12 * MINUTE });
  expect(await lockAndTake({ ttl: MINUTE, holder: {}, sees: {}, taker })).toBe(0);
});
