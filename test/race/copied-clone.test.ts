import { cp } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { makeSandbox } from '../support/sandbox.ts';
import { assemble, syncAll } from './support/team.ts';
import { startWorker } from './support/worker.ts';

test('a clone that is copied while in use: both go on, and nothing is lost', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const [original = ''] = await assemble(sandbox, { remote, names: ['original'] });
  const ada = startWorker(sandbox, original, 'ada');
  await ada.tell('start', 'working where a copy is made');
  await ada.tell('lock', 'database');
  await ada.tell('send', 'bob', 'published before the copy');
  await ada.tell('sync');
  await ada.tell('send', 'bob', 'not published when the copy was made');

  const copy = sandbox.path('copy');
  await cp(original, copy, { recursive: true });
  const eve = startWorker(sandbox, copy, 'ada');
  const texts: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    for (const [worker, where] of [[ada, 'original'] as const, [eve, 'copy'] as const]) {
      const text = `${n} from the ${where}`;
      texts.push(text);
      await worker.tell('send', 'bob', text);
    }
    await Promise.all([ada.tell('sync'), eve.tell('sync')]);
  }
  await Promise.all([ada.end(), eve.end()]);
  const tip = await syncAll(sandbox, remote, [original, copy]);

  const paths = (await sandbox.git(remote, 'ls-tree', '-r', '--name-only', tip, 'messages/bob/')).split('\n');
  expect(paths).toHaveLength(texts.length + 2);
  const contents = await Promise.all(paths.map((path) => sandbox.git(remote, 'show', `${tip}:${path}`)));
  for (const text of texts) expect(contents.filter((content) => content.includes(text))).toHaveLength(1);

  const outboxes = await sandbox.git(remote, 'for-each-ref', '--format=%(refname)', 'refs/agent-os/outbox');
  expect(outboxes.split('\n')).toHaveLength(2);
  // The lock stays with one of them, and is given up by the other.
  const unlock = (clone: string) => sandbox.cli(clone, ['unlock', 'database', '--agent', 'ada', '--json']);
  const [first, second] = [await unlock(copy), await unlock(original)];
  expect([first.exitCode, second.exitCode].toSorted()).toEqual([0, 3]);
});
