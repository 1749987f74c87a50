import { expect, test } from 'vitest';
import { as, define, makeTeam } from './support.ts';

const BACKEND =
  'name: go-backend\ndescription: Go\ncommands:\n  - add-tests [package]\n  - create-service [name]';

interface Tasks {
  readonly tasks: readonly { readonly id: string; readonly state: string; readonly answer: string | null }[];
}

test('words that the shell has kept together stay so, and a listing tells them apart', async () => {
  const team = await makeTeam();
  const { sandbox, ada } = team;
  await define(team, ada, BACKEND);
  const args = ['POST', '/api/sign in', "it's", '"quoted"', '$x', '', 'a\\b'];
  const dispatch = (...words: readonly string[]) => sandbox.json(ada, as('lead', 'dispatch', ...words));
  for (const words of [
    ['@agent:go-backend', 'add-tests', ...args],
    ['@agent:go-backend add-tests', ...args],
  ])
    expect(await dispatch(...words)).toMatchObject({
      message: {
        task: { verb: 'add-tests', args },
        subject: `add-tests POST '/api/sign in' 'it'\\''s' '"quoted"' '$x' '' 'a\\b'`,
      },
    });
  expect(await dispatch('@agent:go-backend add-tests "sign in" up')).toMatchObject({
    message: { task: { args: ['sign in', 'up'] }, subject: "add-tests 'sign in' up" },
  });
});

test('a command becomes a task that its receiver accepts and completes, and its sender is told', async () => {
  const team = await makeTeam();
  const { sandbox, ada, bob, sync } = team;
  await define(team, ada, BACKEND);
  await sync();
  const sent = await sandbox.cli(
    bob,
    as('sveltekit-specialist', 'dispatch', '@agent:go-backend ADD-TESTS "bill ing" \'$x\''),
  );
  expect(sent).toMatchObject({ exitCode: 0, stderr: '' });
  expect(sent.stdout).toMatch(/^Sent task \S{26} to go-backend: add-tests 'bill ing' '\$x'\n$/);
  await sync();

  const { tasks } = (await sandbox.json(ada, as('go-backend', 'task', 'list'))) as Tasks;
  expect(tasks).toMatchObject([
    { state: 'open', from: 'sveltekit-specialist', verb: 'add-tests', args: ['bill ing', '$x'] },
  ]);
  const id = tasks[0]?.id ?? '';
  // Reading does not take it out of the inbox, and status tells it from what is unread.
  await sandbox.json(ada, as('go-backend', 'read', id));
  expect(await sandbox.json(ada, as('go-backend', 'inbox'))).toMatchObject({
    messages: [{ id, task: { state: 'open' } }],
  });
  expect(await sandbox.json(ada, ['status'])).toMatchObject({ unread: [], tasks: [{ id, state: 'open' }] });
  expect((await sandbox.cli(ada, ['status'])).stdout).toContain(
    `Tasks\n  ${id}  open  sveltekit-specialist → go-backend`,
  );
  expect(await sandbox.json(ada, ['context', 'go-backend'])).toMatchObject({ unread: [], tasks: [{ id }] });

  expect(
    await sandbox.json(ada, as('go-backend', 'task', 'accept', id.slice(0, 12).toLowerCase())),
  ).toMatchObject({
    already: false,
    task: { state: 'accepted' },
  });
  expect(await sandbox.json(ada, as('go-backend', 'task', 'accept', id))).toMatchObject({ already: true });
  await sandbox.json(ada, as('go-backend', 'task', 'done', id, 'On', 'branch', 'billing'));
  await sync();
  expect(await sandbox.json(bob, as('sveltekit-specialist', 'inbox'))).toMatchObject({
    messages: [
      { subject: "Task accepted: add-tests 'bill ing' '$x'", replyTo: id, priority: 'low' },
      { subject: "Task done: add-tests 'bill ing' '$x'", body: 'On branch billing', thread: id },
    ],
  });
  expect(await sandbox.json(ada, ['status'])).toMatchObject({ tasks: [] });
  expect(await sandbox.json(bob, as('sveltekit-specialist', 'task', 'list', '--all'))).toMatchObject({
    tasks: [{ id, state: 'done', answer: 'On branch billing' }],
  });
  const late = await sandbox.cli(ada, as('go-backend', 'task', 'decline', id));
  expect(late).toMatchObject({ exitCode: 2, stdout: '' });
  expect(late.stderr).toContain('is done already');
});

test('two answers at once end the same in every clone: the earlier end counts', async () => {
  const team = await makeTeam();
  const { sandbox, ada, bob, sync } = team;
  await define(team, ada, BACKEND);
  await sandbox.json(ada, as('lead', 'dispatch', '@agent:go-backend add-tests billing'));
  await sync();
  const { tasks } = (await sandbox.json(ada, as('go-backend', 'task', 'list'))) as Tasks;
  const id = tasks[0]?.id ?? '';
  await sandbox.json(ada, as('go-backend', 'task', 'accept', id));
  await sandbox.json(bob, as('go-backend', 'task', 'decline', id, 'Not mine'));
  await sandbox.json(ada, as('go-backend', 'task', 'done', id, 'Finished'));
  await sync();
  const all = ['--agent', 'go-backend', 'task', 'list', '--all'];
  const [one, other] = [(await sandbox.json(ada, all)) as Tasks, (await sandbox.json(bob, all)) as Tasks];
  expect(one.tasks).toEqual(other.tasks);
  expect(one.tasks).toMatchObject([
    { state: 'declined', answer: 'Not mine', acceptedAt: expect.any(String) },
  ]);
});

test('what the definition does not list is refused, with what it does', async () => {
  const team = await makeTeam();
  const { sandbox, ada } = team;
  await define(team, ada, BACKEND);
  const refused = async (text: string, exitCode: number, said: string) => {
    const done = await sandbox.cli(ada, as('lead', 'dispatch', text));
    expect(done).toMatchObject({ exitCode, stdout: '' });
    expect(done.stderr).toContain(said);
  };
  await refused('@agent:go-backend add-test x', 2, 'It answers to: add-tests, create-service.');
  await refused('@agent:nobody add-tests', 1, 'there is no definition of nobody');
  await refused('@agent:nobody add-tests', 1, 'hint: Get what other clones have added: `agent-os sync`');
  await refused("@agent:go-backend add-tests 'x", 2, "a quote ' has no end");
  await refused('@agent:go-backend', 2, 'is no command to an agent');
  await refused('@agent:../x add-tests', 2, 'is not an agent name');
  expect(await sandbox.json(ada, as('go-backend', 'task'))).toMatchObject({ tasks: [] });
});
