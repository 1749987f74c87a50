import { expect, test } from 'vitest';
import { makeSandbox } from '../support/sandbox.ts';
import { rollDice } from './support/dice.ts';
import { assemble, syncAll } from './support/team.ts';

const MESSAGES = 25;
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

test('8 clones send and append while a third of the processes is killed: nothing that succeeded is lost or doubled', {
  timeout: 600_000,
}, async () => {
  const dice = rollDice('kills');
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const clones = await assemble(sandbox, { remote, names: NAMES });
  // In half of the clones what runs in the background races with everything else; the others have only their syncs.
  for (const clone of clones.slice(0, 4))
    await sandbox.git(clone, 'config', 'agent-os.publish', 'background');
  const sent = new Set<string>();
  const appended = new Set<string>();
  const attempted = new Set<string>();
  let killed = 0;
  /** Milliseconds that the last process took which was let live: the others are killed within that. */
  let usual = 600;

  /** One process, killed at a random moment one time in three. True when the parent saw it succeed. */
  const attempt = async (clone: string, args: readonly string[]) => {
    const began = performance.now();
    const process = sandbox.startCli(clone, [...args, '--json']);
    const doomed = dice.chance(1 / 3);
    if (doomed) await Promise.race([dice.pause(usual), process.result]);
    if (doomed) process.kill();
    const { exitCode, signal, stdout, stderr } = await process.result;
    if (!doomed) usual = Math.ceil(performance.now() - began);
    if (signal === 'SIGKILL') killed += 1;
    else if (exitCode !== 0) throw new Error(`${args.join(' ')}: ${exitCode} ${stdout} ${stderr}`);
    return exitCode === 0 ? JSON.parse(stdout) : null;
  };
  await Promise.all(
    clones.map(async (clone, at) => {
      const agent = NAMES[at] ?? '';
      for (let n = 0; n < MESSAGES; n += 1) {
        const text = `${agent} says ${n}`;
        attempted.add(text);
        const message = await attempt(clone, [
          'send',
          dice.pick(['a', 'b', 'nobody']),
          text,
          '--agent',
          agent,
        ]);
        if (message !== null) sent.add(message.messages[0].id);
        const path = 'critical_context.recent_changes';
        const state = await attempt(clone, ['state', 'append', path, text, '--agent', agent]);
        if (state !== null) appended.add(text);
      }
    }),
  );
  await sandbox.settled();
  const tip = await syncAll(sandbox, remote, clones);

  console.log(
    `kills: ${killed} of ${2 * MESSAGES * NAMES.length} processes killed, ${sent.size} messages sent`,
  );
  expect(killed).toBeGreaterThan(MESSAGES);
  for (const clone of clones) expect(await sandbox.git(clone, 'rev-parse', 'refs/heads/agent-os')).toBe(tip);
  const outboxes = await sandbox.git(
    remote,
    'for-each-ref',
    '--format=%(objectname)',
    'refs/agent-os/outbox',
  );
  for (const outbox of outboxes.split('\n')) {
    await sandbox.git(remote, 'merge-base', '--is-ancestor', outbox, tip);
  }

  const files = (await sandbox.git(remote, 'ls-tree', '-r', '--name-only', tip, 'messages/')).split('\n');
  const found = files.map((path) => /\/([0-9A-Z]{26})\.yaml$/.exec(path)?.[1] ?? path);
  expect(new Set(found).size).toBe(found.length);
  expect([...sent].filter((id) => !found.includes(id))).toEqual([]);
  expect(found.length).toBeLessThanOrEqual(sent.size + killed);

  const [clone = ''] = clones;
  const state = (await sandbox.json(clone, ['state', 'get', 'critical_context.recent_changes'])) as {
    value: string[];
  };
  expect(new Set(state.value).size).toBe(state.value.length);
  expect([...appended].filter((text) => !state.value.includes(text))).toEqual([]);
  expect(state.value.filter((text) => !attempted.has(text))).toEqual([]);
  const branch = await sandbox.git(remote, 'show', `${tip}:state/project.yaml`);
  for (const text of appended)
    expect(branch.split('\n').filter((line) => line.endsWith(`- ${text}`))).toHaveLength(1);
  await sandbox.git(remote, 'fsck', '--full', '--strict', '--no-dangling');
  for (const one of clones) await sandbox.git(one, 'fsck', '--full', '--strict', '--no-dangling');
});
