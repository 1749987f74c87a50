import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox } from '../../support/sandbox.ts';

interface Listing {
  readonly messages: readonly {
    readonly id: string;
    readonly from: string;
    readonly body: string;
    readonly thread: string;
    readonly readAt: string | null;
  }[];
}

interface Context {
  readonly state: {
    readonly critical_context: { readonly current_focus: string; readonly recent_changes: string[] };
  };
  readonly changes: readonly { readonly agent: string }[];
  readonly recaps: readonly unknown[];
}

/** Two clones of one remote, and a worktree of the first; nothing is published but by `sync`. */
async function makeTeam(): Promise<{
  sandbox: Sandbox;
  remote: string;
  ada: string;
  desk: string;
  bob: string;
}> {
  const sandbox = await makeSandbox({ AGENT_OS_PUBLISH: 'manual' });
  const remote = await sandbox.bareRemote();
  const [ada, bob] = [await sandbox.clone(remote, 'ada'), await sandbox.clone(remote, 'bob')];
  const desk = await sandbox.worktree(ada, 'desk');
  for (const clone of [ada, bob]) await sandbox.json(clone, ['init', '--no-view']);
  return { sandbox, remote, ada, desk, bob };
}

const as = (agent: string, ...args: string[]) => ['--agent', agent, ...args];

test('two clones and a worktree share messages, state, logs and recaps through a bare remote', async () => {
  const { sandbox, remote, ada, desk, bob } = await makeTeam();
  const json = <T = unknown>(cwd: string, args: readonly string[]) => sandbox.json(cwd, args) as Promise<T>;

  // Three agents begin at once, and say so.
  await json(ada, as('go-backend', 'start', 'Implementing', 'auth'));
  await json(desk, as('reviewer', 'start', 'Reviewing'));
  await json(bob, as('sveltekit-specialist', 'start', 'Building the form'));
  // The worktree sees its clone at once, the other clone sees nothing yet.
  const { sessions } = await json<{ sessions: { agent: string }[] }>(desk, ['status']);
  expect(sessions.map(({ agent }) => agent)).toEqual(['go-backend', 'reviewer']);

  await json(ada, ['send', 'sveltekit-specialist,reviewer', 'Auth endpoints ready']);
  await json(ada, ['state', 'set', 'critical_context.current_focus', 'Login']);
  await json(ada, ['state', 'append', 'critical_context.recent_changes', 'auth endpoints']);
  await json(bob, ['state', 'append', 'critical_context.recent_changes', 'login form']);
  await json(desk, ['log', 'add', 'Looked', 'at', 'auth']);
  await json(bob, ['log', 'add', 'Began the form']);
  await sandbox.cli(bob, ['recap', 'add', '-', '--title', 'The form'], {
    input: '## Decisions\n\n- one page\n',
  });
  for (const clone of [ada, bob, desk]) await json(clone, ['sync']);

  // What one wrote all read, whichever clone or worktree they work in.
  for (const clone of [ada, desk, bob]) {
    const context = await json<Context>(clone, as('designer', 'context'));
    const { current_focus, recent_changes } = context.state.critical_context;
    expect(current_focus).toBe('Login');
    expect([...recent_changes].sort()).toEqual(['auth endpoints', 'login form']);
    expect(context.changes.map(({ agent }) => agent).sort()).toEqual(['reviewer', 'sveltekit-specialist']);
    expect(context.recaps).toMatchObject([
      { title: 'The form', sections: [{ heading: 'Decisions', text: '- one page' }] },
    ]);
  }
  const inbox = await json<Listing>(bob, ['inbox']);
  expect(inbox.messages).toMatchObject([{ from: 'go-backend', body: 'Auth endpoints ready' }]);
  expect((await json<Listing>(desk, ['inbox'])).messages).toHaveLength(1);

  // A reply finds its way back, and a message read here is read there.
  const id = inbox.messages[0]?.id ?? '';
  await json(bob, ['send', '--reply-to', id, 'Thanks']);
  await json(bob, ['read', id]);
  await json(bob, ['done', 'The form works']);
  for (const clone of [bob, ada]) await json(clone, ['sync']);
  expect((await json<Listing>(ada, as('go-backend', 'inbox'))).messages).toMatchObject([
    { body: 'Thanks', thread: id },
  ]);
  expect((await json<Listing>(ada, as('sveltekit-specialist', 'inbox'))).messages).toEqual([]);
  const status = await json<{ sessions: { agent: string }[]; unsynced: unknown[] }>(ada, ['status']);
  expect(status.sessions.map(({ agent }) => agent)).toEqual(['go-backend', 'reviewer']);
  expect(status.unsynced).toEqual([]);

  // Plain git on the remote tells the same story.
  const subjects = await sandbox.git(remote, 'log', '--format=%s', '--no-merges', 'agent-os');
  expect(subjects.split('\n')).toEqual(
    expect.arrayContaining([
      'message: go-backend → sveltekit-specialist, reviewer: Auth endpoints ready',
      'log: reviewer: Looked at auth',
      'done: sveltekit-specialist: The form works',
    ]),
  );
});

test('a value that two set at once is told to the one who lost', async () => {
  const { sandbox, ada, bob } = await makeTeam();
  await sandbox.json(ada, as('go-backend', 'state', 'set', 'focus', 'Login'));
  await sandbox.json(bob, as('reviewer', 'state', 'set', 'focus', 'Logout'));
  for (const clone of [ada, bob, ada]) await sandbox.json(clone, ['sync']);
  expect(await sandbox.json(ada, ['state', 'get', 'focus'])).toMatchObject({ value: 'Logout' });
  const conflict = {
    kind: 'value',
    file: 'state/project.yaml',
    pointer: '/focus',
    agent: 'go-backend',
    value: 'Login',
  };
  expect(await sandbox.json(bob, ['status'])).toMatchObject({ conflicts: [conflict] });
  const context = await sandbox.cli(ada, ['context', 'go-backend', '--format', 'markdown']);
  expect(context.stdout).toContain('go-backend had set "Login"');
});

test('a handoff brings its files along', async () => {
  const { sandbox, ada, bob } = await makeTeam();
  await writeFile(`${ada}/api.md`, '# API\r\n');
  await writeFile(`${ada}/types.bin`, Uint8Array.of(0, 255));
  const text = 'Endpoints are ready, please build the form';
  const sent = await sandbox.cli(ada, [
    ...as('go-backend', 'handoff', 'sveltekit-specialist', text),
    ...['--focus', 'The form', '--attach', 'api.md', 'types.bin'],
  ]);
  expect(sent).toMatchObject({
    exitCode: 0,
    stderr: 'sveltekit-specialist has neither card nor session yet; the message waits for it\n',
  });
  expect(sent.stdout).toBe(`Handed over to sveltekit-specialist: ${text}\nwith 2 files\n`);
  for (const clone of [ada, bob]) await sandbox.json(clone, ['sync']);

  const bobs = (...args: string[]) => as('sveltekit-specialist', ...args);
  const { messages } = (await sandbox.json(bob, bobs('inbox'))) as Listing;
  const id = messages[0]?.id ?? '';
  const shown = await sandbox.cli(bob, bobs('read', id, '--save', 'from-go'));
  expect(shown.stdout).toContain('file      api.md (7 bytes)');
  expect(shown.stderr).toContain(`agent-os ack ${id}`);
  expect(await readFile(`${bob}/from-go/api.md`, 'utf8')).toBe('# API\r\n');
  expect([...(await readFile(`${bob}/from-go/types.bin`))]).toEqual([0, 255]);
  expect(await sandbox.cli(bob, bobs('read', id, '--save', 'from-go'))).toMatchObject({
    exitCode: 2,
    stdout: '',
  });
  await sandbox.json(bob, bobs('ack', id));
  for (const clone of [bob, ada]) await sandbox.json(clone, ['sync']);
  expect(await sandbox.json(ada, as('go-backend', 'inbox'))).toMatchObject({
    messages: [{ from: 'sveltekit-specialist', subject: `Acknowledged: ${text}` }],
  });
  expect(await sandbox.json(ada, ['state', 'get', 'critical_context.current_focus'])).toMatchObject({
    value: 'The form',
  });
});

test('done in another worktree clears marker and locks of the one it began in', async () => {
  const { sandbox, ada, desk } = await makeTeam();
  await sandbox.json(ada, as('go-backend', 'start', 'Implementing auth'));
  await sandbox.json(ada, ['lock', 'database-schema']);
  expect(await sandbox.json(desk, as('go-backend', 'done', 'Works'))).toMatchObject({
    already: false,
    released: ['database-schema'],
  });
  expect(await sandbox.json(desk, as('go-backend', 'done', 'Again'))).toMatchObject({
    already: true,
    released: [],
  });
  expect(await sandbox.json(ada, ['lock', 'x', '--agent', 'go-backend'], { exit: 2 })).toMatchObject({
    error: { code: 'NO_SESSION' },
  });
});

describe('publishing', () => {
  test('in the background brings an operation to the remote without being waited for', async () => {
    const { sandbox, remote, ada } = await makeTeam();
    await sandbox.json(ada, as('go-backend', 'send', 'reviewer', 'Hello'), {
      env: { AGENT_OS_PUBLISH: 'background' },
    });
    await sandbox.settled();
    expect(await sandbox.git(remote, 'log', '-1', '--format=%s', 'agent-os')).toBe(
      'message: go-backend → reviewer: Hello',
    );
  });

  test('now is done when the command is', async () => {
    const { sandbox, remote, ada, bob } = await makeTeam();
    await sandbox.json(ada, as('go-backend', 'log', 'add', 'Hello'), { env: { AGENT_OS_PUBLISH: 'now' } });
    expect(await sandbox.git(remote, 'log', '-1', '--format=%s', 'agent-os')).toBe('log: go-backend: Hello');
    // Whoever does not publish by hand looks at the remote before an inbox is shown.
    await sandbox.json(ada, as('go-backend', 'send', 'reviewer', 'Hello'), {
      env: { AGENT_OS_PUBLISH: 'now' },
    });
    const inbox = (env: Record<string, string>, ...flags: string[]) =>
      sandbox.json(bob, as('reviewer', 'inbox', ...flags), { env }) as Promise<Listing>;
    expect((await inbox({ AGENT_OS_PUBLISH: 'now' }, '--offline')).messages).toEqual([]);
    expect((await inbox({ AGENT_OS_PUBLISH: 'now' })).messages).toMatchObject([{ body: 'Hello' }]);
  });

  test('to a remote that is gone is advice, and the operation is kept for the next sync', async () => {
    const { sandbox, remote, ada } = await makeTeam();
    const env = { AGENT_OS_PUBLISH: 'now' };
    await sandbox.git(ada, 'remote', 'set-url', 'origin', sandbox.path('gone.git'));
    const sent = await sandbox.cli(ada, as('go-backend', 'send', 'reviewer', 'Hello'), { env });
    expect(sent.exitCode).toBe(0);
    expect(sent.stdout).toMatch(/^Sent \S{26} to reviewer: Hello\n$/);
    expect(sent.stderr).toContain('not published yet, the next `agent-os sync` does it');
    const status = await sandbox.cli(ada, ['status'], { env });
    expect(status.stdout).toContain('Not synced yet (1)\n  message: go-backend → reviewer: Hello\n');
    expect(status.stderr).toContain('offline: this is what was last seen');

    await sandbox.git(ada, 'remote', 'set-url', 'origin', remote);
    await sandbox.json(ada, ['sync']);
    expect(await sandbox.json(ada, ['status'])).toMatchObject({ unsynced: [] });
  });
});

test.each([
  ['that nobody can read', '<<<<<<< HEAD\n'],
  ['of a newer version', 'schema: agent-os/config/v99\n'],
])('a policy %s keeps nothing from being published, and gc from removing anything', async (_, config) => {
  const { sandbox, ada, desk, bob } = await makeTeam();
  await sandbox.git(desk, 'checkout', '-q', '--detach', 'agent-os');
  await writeFile(`${desk}/config.yaml`, config);
  await sandbox.git(desk, 'commit', '-qam', 'policy');
  await sandbox.git(desk, 'push', '-q', '.', 'HEAD:agent-os');
  await sandbox.json(ada, ['sync']);
  await sandbox.json(ada, as('go-backend', 'send', 'reviewer', 'Still here'));
  await sandbox.json(ada, ['sync']);
  await sandbox.json(bob, ['sync']);
  const { messages } = (await sandbox.json(bob, as('reviewer', 'inbox'))) as Listing;
  expect(messages.map(({ body }) => body)).toEqual(['Still here']);
  expect((await sandbox.cli(ada, ['gc'])).exitCode).toBe(1);
});
