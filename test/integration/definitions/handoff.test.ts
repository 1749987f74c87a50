import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { as, define, makeTeam } from './support.ts';

interface Inbox {
  readonly messages: readonly {
    readonly id: string;
    readonly attachments: readonly {
      readonly role: string | null;
      readonly file: string;
      readonly name: string;
    }[];
  }[];
}

test('a handoff brings contract, types, focus and roadmap in one commit, and is accepted', async () => {
  const { sandbox, ada, bob, sync } = await makeTeam();
  await mkdir(`${ada}/api`);
  await writeFile(`${ada}/api/openapi.yaml`, 'openapi: 3.1.0\n');
  await writeFile(`${ada}/types.ts`, 'export interface Session {}\n');
  await writeFile(`${ada}/logo.bin`, Uint8Array.of(0, 255, 13));
  await sandbox.json(ada, as('go-backend', 'roadmap', 'add', 'Sign-in pages'));
  const before = await sandbox.git(ada, 'rev-list', '--count', 'agent-os');
  await sandbox.json(ada, [
    ...as('go-backend', 'handoff', 'sveltekit-specialist', 'Endpoints are ready'),
    ...['--contract', 'api/openapi.yaml', '--types', 'types.ts', '--attach', 'logo.bin'],
    ...['--focus', 'The pages', '--roadmap', 'sign-in pages'],
  ]);
  expect(await sandbox.git(ada, 'rev-list', '--count', 'agent-os')).toBe(`${Number(before) + 1}`);
  await sync();

  const bobs = (...args: string[]) => as('sveltekit-specialist', ...args);
  expect(await sandbox.json(bob, ['roadmap'])).toMatchObject({
    items: [{ title: 'Sign-in pages', owner: 'sveltekit-specialist', status: 'next' }],
  });
  expect(await sandbox.json(bob, ['state', 'get', 'critical_context.current_focus'])).toMatchObject({
    value: 'The pages',
  });
  const { messages } = (await sandbox.json(bob, bobs('inbox'))) as Inbox;
  const [message] = messages;
  expect(message?.attachments.map(({ role, name }) => [role, name])).toEqual([
    ['contract', 'openapi.yaml'],
    ['types', 'types.ts'],
    [null, 'logo.bin'],
  ]);
  const files = message?.attachments.map(({ file }) => file) ?? [];
  expect(await readFile(files[0] ?? '', 'utf8')).toBe('openapi: 3.1.0\n');
  expect([...(await readFile(files[2] ?? ''))]).toEqual([0, 255, 13]);
  expect((await stat(files[1] ?? '')).mode & 0o222).toBe(0);
  expect(await sandbox.git(bob, 'status', '--porcelain')).toBe('');

  const id = message?.id ?? '';
  const shown = await sandbox.cli(bob, bobs('read', id));
  expect(shown.stdout).toContain(`contract  openapi.yaml (15 bytes)  ${files[0]}`);
  expect(shown.stderr).toContain(`agent-os handoff accept ${id}`);
  const accepted = await sandbox.cli(bob, bobs('handoff', 'accept', id, 'Form', 'by', 'noon'));
  expect(accepted.stdout).toContain('Accepted: Endpoints are ready from go-backend\n');
  expect(await sandbox.json(bob, bobs('handoff', 'accept', id))).toMatchObject({
    already: true,
    message: { ackedAt: expect.any(String) },
  });
  await sync();
  expect(await sandbox.json(ada, as('go-backend', 'inbox'))).toMatchObject({
    messages: [
      {
        from: 'sveltekit-specialist',
        subject: 'Accepted: Endpoints are ready',
        body: 'Form by noon',
        replyTo: id,
      },
    ],
  });
});

test('options before the words, and a message that is no handoff', async () => {
  const { sandbox, ada } = await makeTeam();
  expect(await sandbox.json(ada, as('a', 'handoff', '--focus', 'F', 'b', 'Go on'))).toMatchObject({
    message: { to: 'b', body: 'Go on' },
  });
  expect(await sandbox.json(ada, as('a', 'handoff', 'to', 'b', 'Go on'))).toMatchObject({
    message: { to: 'b' },
  });
  const { messages } = (await sandbox.json(ada, as('a', 'send', 'b', 'Hello'))) as Inbox;
  expect(
    await sandbox.json(ada, as('b', 'handoff', 'accept', messages[0]?.id ?? ''), { exit: 2 }),
  ).toMatchObject({
    error: { code: 'BAD_VALUE' },
  });
});

test('a roadmap that two write at once keeps both items', async () => {
  const { sandbox, ada, bob, sync } = await makeTeam();
  await sandbox.json(ada, as('a', 'roadmap', 'add', 'One', '--owner', 'go-backend', '--status', 'doing'));
  await sandbox.json(bob, as('b', 'roadmap', 'add', 'Two more'));
  await sync();
  await sandbox.json(bob, as('b', 'roadmap', 'done', 'one'));
  await sandbox.json(ada, as('a', 'roadmap', 'add', 'One more'));
  await sync();
  expect(await sandbox.json(ada, as('a', 'roadmap', 'done', 'One'))).toMatchObject({
    already: true,
    item: { title: 'One' },
  });
  expect(await sandbox.json(ada, as('a', 'roadmap', 'done', 'more'), { exit: 2 })).toMatchObject({
    error: { code: 'AMBIGUOUS' },
  });
  expect(await sandbox.json(ada, as('a', 'roadmap', 'done', 't'), { exit: 1 })).toMatchObject({
    error: { code: 'NOT_FOUND' },
  });
  expect((await sandbox.cli(ada, ['roadmap'])).stdout).toMatch(
    /^\S{26} {2}next {2}- {2}Two more\n\S{26} {2}next {2}- {2}One more\n$/,
  );
  const all = (await sandbox.json(bob, ['roadmap', 'list', '--all'])) as {
    items: { title: string; status: string }[];
  };
  expect(all.items.map(({ title, status }) => [title, status])).toEqual([
    ['One', 'done'],
    ['Two more', 'next'],
    ['One more', 'next'],
  ]);
  expect(await sandbox.json(ada, as('a', 'roadmap', 'done', 'nothing like it'), { exit: 1 })).toMatchObject({
    error: { code: 'NOT_FOUND' },
  });
});

test('a recap names the gates that its definition asks for and that failed or are missing', async () => {
  const team = await makeTeam();
  const { sandbox, ada } = team;
  await define(
    team,
    ada,
    'name: go-backend\ndescription: Go',
    '## Quality Gates\n- Coverage of at least 80%\n- Linting passes\n- Security scan: no findings\n',
  );
  const input = '# Auth\n\n## Quality gates\n- coverage: 78 %\n- lint: passed\n';
  const added = await sandbox.cli(ada, as('go-backend', 'recap', 'add', '-'), { input });
  expect(added.exitCode).toBe(0);
  expect(added.stdout).toContain('  FAILED   Coverage       78 %    asked for: >= 80 %\n  passed   Linting');
  expect(added.stderr).toContain('failed: Coverage\nnot reported: Security scan\n');
  const text = '---\ntitle: Auth\ngates: {coverage: 84 %, lint: passed, security: no findings}\n---\nDone.\n';
  expect(await sandbox.json(ada, as('go-backend', 'recap', 'add', '-'), { input: text })).toMatchObject({
    gateReport: [{ status: 'passed', detail: '84 %' }, { status: 'passed' }, { status: 'passed' }],
  });
  expect((await sandbox.cli(ada, ['recap', 'show'])).stdout).toContain('Quality gates\n  passed  Coverage');
});

test('a handoff to somebody whom nobody knows waits, and says so', async () => {
  const { sandbox, ada } = await makeTeam();
  const unknown = await sandbox.cli(ada, as('go-backend', 'handoff', 'typo-agent', 'Go on'));
  expect(unknown).toMatchObject({
    exitCode: 0,
    stderr: 'typo-agent has neither card nor session yet; the message waits for it\n',
  });
  await sandbox.json(ada, as('reviewer', 'start', 'reading'));
  const known = await sandbox.cli(ada, as('go-backend', 'handoff', 'reviewer', 'Go on'));
  expect(known).toMatchObject({ exitCode: 0, stderr: '' });
});
