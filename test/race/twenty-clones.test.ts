import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finished } from '../support/processes.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { timePassed } from './support/clocks.ts';

const NAMES = Array.from({ length: 20 }, (_, at) => `clone${at}`);
/** Far longer than what is done under it, in seconds. */
const TTL = 3600;
/** Past the lease and the default grace of 10 s. */
const LATER = timePassed(TTL + 15);

let sandbox: Sandbox;
let remote: string;
let clones: string[];
let inits: Finished[];
/** 20 agents with a session, none of them in the first clone. */
let takers: { clone: string; agent: string }[];

beforeAll(async () => {
  sandbox = await openSandbox({ AGENT_OS_PUBLISH: 'manual' });
  remote = await sandbox.bareRemote();
  clones = [];
  for (const name of NAMES) clones.push(await sandbox.clone(remote, name));
  inits = await Promise.all(
    clones.map((clone) => sandbox.cli(clone, ['init', '--no-hooks', '--no-view', '--json'])),
  );
  takers = [...clones.slice(1), ...clones.slice(-1)].map((clone, at) => ({ clone, agent: `taker${at}` }));
  await Promise.all(
    takers.map(({ clone, agent }) => sandbox.json(clone, ['start', 'taking over', '--agent', agent])),
  );
});
afterAll(() => sandbox.dispose());

test('20 clones init at once: one root commit', async () => {
  expect(inits.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
    NAMES.map(() => ({ exitCode: 0, stderr: expect.any(String) })),
  );
  const roots = (repository: string) =>
    sandbox.git(repository, 'rev-list', '--max-parents=0', 'refs/heads/agent-os');
  const [root] = (await roots(remote)).split('\n');
  for (const repository of [remote, ...clones]) expect(await roots(repository)).toBe(root);
  const outboxes = await sandbox.git(remote, 'for-each-ref', '--format=%(refname)', 'refs/agent-os/outbox');
  for (const ref of outboxes.split('\n').filter((line) => line !== '')) {
    expect(await sandbox.git(remote, 'rev-list', '--max-parents=0', ref)).toBe(root);
  }
});

test('20 clones take over one expired lock at once: one wins', async () => {
  const holder = await letHolderLock('expired');
  const outcomes = await takeOverAtOnce('expired');
  const won = outcomes.filter(({ exitCode }) => exitCode === 0);
  expect(won).toHaveLength(1);
  for (const { exitCode, stdout } of outcomes) expect([0, 3, 6], stdout).toContain(exitCode);
  const record = await sandbox.git(remote, 'log', '-1', '--format=%s', 'refs/agent-os/locks/expired');
  const { locks } = JSON.parse(won[0]?.stdout ?? '');
  expect(record).toMatch(new RegExp(`^held expired by .* #${locks[0].token}$`));
  expect(locks[0].token).toBeGreaterThan(holder.token);
});

test('20 clones go for a lock that was renewed behind their backs: none wins', async () => {
  const holder = await letHolderLock('renewed');
  await sandbox.json(holder.clone, ['heartbeat', '--agent', 'holder'], { env: timePassed(TTL / 2) });
  const outcomes = await takeOverAtOnce('renewed');
  expect(outcomes.map(({ exitCode }) => exitCode)).toEqual(outcomes.map(() => 3));
  const record = await sandbox.git(remote, 'log', '-1', '--format=%s', 'refs/agent-os/locks/renewed');
  expect(record).toMatch(new RegExp(`^held renewed by holder .* #${holder.token}$`));
});

/** The first clone locks, and the others see it. */
async function letHolderLock(resource: string): Promise<{ clone: string; token: number }> {
  const [clone = ''] = clones;
  await sandbox.json(clone, ['start', 'holding', '--agent', 'holder']);
  const locked = (await sandbox.json(clone, ['lock', resource, '--ttl', `${TTL}s`, '--agent', 'holder'])) as {
    locks: readonly [{ token: number }];
  };
  await Promise.all(clones.slice(1).map((other) => sandbox.json(other, ['locks', '--refresh'])));
  return { clone, token: locked.locks[0].token };
}

/** 20 processes on machines where the lease is over. */
function takeOverAtOnce(resource: string): Promise<Finished[]> {
  return Promise.all(
    takers.map(({ clone, agent }) =>
      sandbox.cli(clone, ['lock', resource, '--agent', agent, '--json'], { env: LATER }),
    ),
  );
}
