import { expect, test } from 'vitest';
import { as, define, makeTeam } from './support.ts';

const CARD = [
  'name: go-backend',
  'description: Go',
  'triggers:',
  '  - when: schema',
  '    paths: ["db/**"]',
  '  - when: breaking',
  '    commits: [breaking]',
  '  - when: asked for',
  '    trailers: ["Needs-Review: backend"]',
].join('\n');

interface Inbox {
  readonly messages: readonly { readonly id: string; readonly subject: string; readonly trigger: string }[];
}

test('a commit that two clones see tells the agent once, and so does its amended copy', async () => {
  const team = await makeTeam();
  const { sandbox, ada, bob, sync } = team;
  await define(team, ada, CARD);
  await sync();
  const first = await sandbox.commitFile(
    ada,
    'db/1.sql',
    'create',
    'feat(api)!: users\n\nNeeds-Review: backend',
  );
  await sandbox.commitFile(ada, 'web/page.ts', 'x', 'docs: page');
  await sandbox.git(ada, 'push', '--quiet', 'origin', 'main');
  await sandbox.git(bob, 'pull', '--quiet');

  const tested = await sandbox.cli(ada, ['triggers', 'test', 'HEAD~2..HEAD']);
  expect(tested.stdout).toMatch(
    /^fires {2}go-backend {2}\w{10} {2}schema {5}feat\(api\)!: users: db\/1\.sql\n/,
  );
  expect(tested.stdout.trimEnd().split('\n')).toHaveLength(3);
  expect(await sandbox.json(ada, as('go-backend', 'inbox'))).toMatchObject({ messages: [] });

  for (const clone of [ada, bob]) await sandbox.json(clone, ['triggers', 'fire', 'HEAD~2..HEAD']);
  await sync();
  for (const clone of [ada, bob]) {
    const { messages } = (await sandbox.json(clone, as('go-backend', 'inbox'))) as Inbox;
    expect(messages).toMatchObject([
      {
        from: 'ada',
        commit: first,
        trigger: 'schema; breaking; asked for',
        paths: ['db/1.sql'],
        subject: `feat(api)!: users (${first.slice(0, 10)})`,
        body: expect.stringContaining('matches your triggers: schema; breaking; asked for\n'),
      },
    ]);
    expect(await sandbox.json(clone, ['triggers', 'fire', 'HEAD~2..HEAD'])).toMatchObject({ messages: [] });
  }
  // Once read it is not told again, nor under the oid of a rebased copy.
  const { messages } = (await sandbox.json(bob, as('go-backend', 'inbox'))) as Inbox;
  await sandbox.json(bob, as('go-backend', 'read', ...messages.map(({ id }) => id)));
  await sandbox.git(bob, 'checkout', '--quiet', '-b', 'copy', 'HEAD~2');
  await sandbox.commitFile(bob, 'other', 'x', 'chore: before');
  await sandbox.git(bob, 'cherry-pick', first);
  const { fires } = (await sandbox.json(bob, ['triggers', 'test', 'HEAD~1..HEAD'])) as { fires: unknown[] };
  expect(fires).toMatchObject([{ status: 'told' }, { status: 'told' }, { status: 'told' }]);
  expect(await sandbox.json(bob, ['triggers', 'fire', 'HEAD~1..HEAD'])).toMatchObject({ messages: [] });
});

test('clones with different versions of a card tell the agent once, too', async () => {
  const team = await makeTeam();
  const { sandbox, ada, bob, sync } = team;
  await define(team, ada, CARD);
  await sync();
  await define(team, bob, `${CARD}\n  - when: all\n    paths: ["**"]`);
  await sandbox.commitFile(ada, 'db/1.sql', 'create', 'fix!: users');
  await sandbox.git(ada, 'push', '--quiet', 'origin', 'main');
  await sandbox.git(bob, 'pull', '--quiet');
  for (const clone of [ada, bob]) await sandbox.json(clone, ['triggers', 'fire', 'HEAD~1..HEAD']);
  await sync();
  for (const clone of [ada, bob]) {
    expect(await sandbox.json(clone, as('go-backend', 'inbox'))).toMatchObject({
      messages: [{ trigger: 'schema; breaking; all' }],
    });
  }
});

test('an agent is not told of its own commits, and hostile names stay text', async () => {
  const team = await makeTeam();
  const { sandbox, ada } = team;
  await define(team, ada, CARD);
  await sandbox.commitFile(ada, 'db/own.sql', 'x', 'fix: own\n\nAgent-OS-Agent: go-backend');
  await sandbox.commitFile(ada, 'db/\u001b[31m\n.sql', 'x', 'fix: \u001b[31mred');
  const tested = await sandbox.cli(ada, ['triggers', 'test', 'HEAD~2..']);
  expect(tested.stdout).toContain('own    go-backend');
  expect(tested.stdout).not.toContain('\u001b');
  expect(await sandbox.json(ada, ['triggers', 'fire', 'HEAD~2..'])).toMatchObject({
    messages: [{ to: 'go-backend', paths: ['db/\u001b[31m\n.sql'] }],
  });
  expect(await sandbox.json(ada, ['triggers', 'test', 'nowhere..HEAD'], { exit: 2 })).toMatchObject({
    error: { code: 'BAD_VALUE' },
  });
});
