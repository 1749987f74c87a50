import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from '../../support/sandbox.ts';
import { commit, type Guarded, HOOKED, makeGuarded, refusal, write } from './support/guarded.ts';

const CARD = `---
name: go-backend
description: Go services
triggers:
  - when: schema
    paths: ["db/**"]
---
## Commands

- \`@agent:go-backend add-tests [package]\` - Tests for a package
`;

interface Inbox {
  readonly messages: readonly {
    readonly kind: string;
    readonly from: string;
    readonly commit: string | null;
    readonly trigger: string | null;
    readonly task: { readonly verb: string | null; readonly args: readonly string[] } | null;
  }[];
}

let sandbox: Sandbox;
let team: Guarded;

beforeAll(async () => {
  sandbox = await openSandbox(HOOKED);
  team = await makeGuarded(sandbox);
  await write(team.ada, { 'definition.md': CARD });
  await sandbox.json(team.ada, ['agent', 'add', 'definition.md', '--no-harness']);
  await rm(join(team.ada, 'definition.md'));
});
afterAll(() => sandbox.dispose());

/** The inbox as another clone sees it, once what the hooks set off has been done. */
const inboxElsewhere = async () => {
  await sandbox.settled();
  await sandbox.json(team.bob, ['sync']);
  return ((await sandbox.json(team.bob, ['--agent', 'go-backend', 'inbox'])) as Inbox).messages;
};

test('a command in a commit message is delivered once, and again neither by an amendment nor by a rebase', async () => {
  await sandbox.commitFile(
    team.ada,
    'src/a.go',
    '1',
    'feat: a\n\n@agent:go-backend ADD-TESTS "the billing package"',
  );
  const [task, ...others] = await inboxElsewhere();
  expect(others).toEqual([]);
  expect(task).toMatchObject({
    kind: 'task',
    from: 'ada',
    task: { verb: 'add-tests', args: ['the billing package'] },
  });
  await sandbox.git(team.ada, 'commit', '-q', '--amend', '--no-edit');
  await sandbox.git(team.ada, 'checkout', '-q', '-b', 'elsewhere', 'HEAD~1');
  await sandbox.commitFile(team.ada, 'src/b.go', '1', 'feat: b');
  await sandbox.git(team.ada, 'rebase', '-q', 'elsewhere', 'main');
  expect(await inboxElsewhere()).toEqual([task]);
});

test('a command that the definition does not list stops the commit, and says what it does list', async () => {
  const before = await sandbox.git(team.ada, 'rev-parse', 'HEAD');
  await write(team.ada, { 'src/c.go': '1' });
  await sandbox.git(team.ada, 'add', 'src/c.go');
  const said = refusal(
    await commit(sandbox, team.ada, '-m', 'feat: c', '-m', '@agent:go-backend drop-tables now'),
  );
  expect(said).toContain("go-backend has no command 'drop-tables'");
  expect(said).toContain('add-tests');
  expect(await sandbox.git(team.ada, 'rev-parse', 'HEAD')).toBe(before);
  expect(await inboxElsewhere()).toHaveLength(1);
});

test('a commit that a trigger waits for tells its agent, by itself', async () => {
  const oid = await sandbox.commitFile(team.ada, 'db/1.sql', 'create', 'feat: users');
  const told = (await inboxElsewhere()).filter(({ trigger }) => trigger === 'schema');
  expect(told).toMatchObject([{ from: 'ada', commit: oid }]);
});
