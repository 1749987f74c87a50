import { describe, expect, test } from 'vitest';
import { serveHttp } from '../support/http-remote.ts';
import { installHook } from '../support/remote-hooks.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';
import { timePassed } from './support/clocks.ts';
import { type Gate, makeGate } from './support/gate.ts';
import { assemble } from './support/team.ts';
import { startWorker, type Worker } from './support/worker.ts';

/** Far longer than what is done under it, in seconds. */
const TTL = 3600;
const LATER = timePassed(TTL + 15);

type Way = 'path' | 'http';

interface Scene {
  readonly sandbox: Sandbox;
  readonly remote: string;
  /** A clone with a commit on `db/schema.sql` that is not pushed yet, and its agent. */
  readonly ada: Worker;
  /** Another clone, for another agent with a session. */
  readonly bob: string;
  /** Where the remote's `main` was at the beginning. */
  readonly before: string;
}

async function setScene(way: Way): Promise<Scene> {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const url = way === 'http' ? (await serveHttp(sandbox, remote)).url : remote;
  const [one = '', bob = ''] = await assemble(sandbox, { remote, url, names: ['ada', 'bob'] });
  const ada = startWorker(sandbox, one, 'ada');
  await ada.tell('start', 'changing the schema');
  await sandbox.json(bob, ['start', 'waiting', '--agent', 'bob']);
  await sandbox.commitFile(one, 'db/schema.sql', 'create table users ();\n');
  const before = await sandbox.git(remote, 'rev-parse', 'main');
  return { sandbox, remote, ada, bob, before };
}

/** The moments at which the holder is stopped: its push is not begun, or stands before a gate. */
const MOMENTS = {
  'before its push': null,
  'in its pre-push hook': (scene: Scene, gate: Gate) =>
    installHook(`${scene.ada.clone}/.git`, 'pre-push', gate.script),
  "at the host's door": (scene: Scene, gate: Gate) => installHook(scene.remote, 'pre-receive', gate.script),
} as const;

describe.each<Way>(['path', 'http'])('%s:', (way) => {
  const taken = { 'its lock': ['database'], 'an overlapping lock': ['sql', '--paths', '**/*.sql'] } as const;
  const cases = Object.keys(MOMENTS).flatMap((moment) =>
    Object.keys(taken).map((what) => [moment, what] as [keyof typeof MOMENTS, keyof typeof taken]),
  );

  test.each(cases)(
    'a holder stopped %s, past its lease, while %s is taken, cannot push',
    async (moment, what) => {
      const scene = await setScene(way);
      const { sandbox, ada, bob } = scene;
      await ada.tell('lock', 'database', '--ttl', `${TTL}s`);
      await sandbox.json(bob, ['locks', '--refresh']);
      const gate = makeGate(sandbox, 'stop');
      await MOMENTS[moment]?.(scene, gate);

      const begun = MOMENTS[moment] === null ? null : ada.ask('push', 'origin', 'main');
      if (begun !== null) await gate.reached();
      ada.running.stop();
      await sandbox.json(bob, ['lock', '--agent', 'bob', ...taken[what]], { env: LATER });
      ada.running.continue();
      if (begun !== null) await gate.open();
      const pushed = await (begun ?? ada.ask('push', 'origin', 'main'));

      expect(pushed).toMatchObject({ exitCode: 3, error: { code: expect.stringMatching(/LOCK_LOST|HELD/) } });
      expect(await sandbox.git(scene.remote, 'rev-parse', 'main')).toBe(scene.before);
      await ada.end();
    },
  );

  test("a lock taken while the user's pre-push hook runs makes the push of a bystander fail", async () => {
    const scene = await setScene(way);
    const { sandbox, ada, bob } = scene;
    const gate = makeGate(sandbox, 'hook');
    await MOMENTS['in its pre-push hook'](scene, gate);
    const pushing = ada.ask('push', 'origin', 'main');
    await gate.reached();
    await sandbox.json(bob, ['lock', 'database', '--agent', 'bob']);
    await gate.open();
    expect(await pushing).toMatchObject({ exitCode: 3, error: { code: 'HELD' } });
    expect(await sandbox.git(scene.remote, 'rev-parse', 'main')).toBe(scene.before);
    await ada.end();
  });

  test("a lock taken while a bystander's push stands at the host's door makes it fail", async () => {
    const scene = await setScene(way);
    const { sandbox, ada, bob } = scene;
    const gate = makeGate(sandbox, 'door');
    await MOMENTS["at the host's door"](scene, gate);
    const pushing = ada.ask('push', 'origin', 'main');
    await gate.reached();
    await sandbox.json(bob, ['lock', 'database', '--agent', 'bob']);
    await gate.open();
    expect(await pushing).toMatchObject({ exitCode: 3, error: { code: 'HELD' } });
    expect(await sandbox.git(scene.remote, 'rev-parse', 'main')).toBe(scene.before);
    await ada.end();
  });

  test('a holder whose lease lives pushes, and its lock is renewed in the same push', async () => {
    const { sandbox, remote, ada } = await setScene(way);
    await ada.tell('lock', 'database', '--ttl', `${TTL}s`);
    const record = await sandbox.git(remote, 'rev-parse', 'refs/agent-os/locks/database');
    await ada.tell('push', 'origin', 'main');
    expect(await sandbox.git(remote, 'rev-parse', 'main')).toBe(
      await sandbox.git(ada.clone, 'rev-parse', 'main'),
    );
    expect(await sandbox.git(remote, 'rev-parse', 'refs/agent-os/locks/database^')).toBe(record);
    await ada.end();
  });
});
