import { expect, test } from 'vitest';
import { as, define, makeTeam } from './support.ts';

test('start and context name the specialists to check, and what of theirs touches what I own', async () => {
  const team = await makeTeam();
  const { sandbox, ada, bob, sync } = team;
  await define(
    team,
    ada,
    'name: go-backend\ndescription: Go\nowns: [db/**, api/**]',
    '## Before Making Changes, Check With\n- `cloudflare-specialist` for schemas\n- `devops-engineer`\n\n`agent-os lock database-schema`\n',
  );
  await sync();
  const edge = (...args: string[]) => as('cloudflare-specialist', ...args);
  await sandbox.json(bob, edge('start', 'Old', 'schema'));
  await sandbox.commitFile(bob, 'db/12.sql', 'x', 'feat: sessions in D1');
  await sandbox.commitFile(bob, 'workers/a.ts', 'x', 'feat: worker');
  await sandbox.git(bob, 'push', '--quiet', 'origin', 'main');
  await sandbox.json(bob, edge('done', 'Schema is there'));
  await sandbox.json(bob, edge('start', 'New schema'));
  await sandbox.json(bob, edge('lock', 'd1', '--paths', 'db/migrations/**'));
  await sandbox.json(bob, edge('lock', 'database-schema', 'unrelated'));
  await sandbox.json(bob, edge('log', 'add', 'Wrote `db/12.sql`, see web/x'));
  await sync();
  await sandbox.git(ada, 'pull', '--quiet');

  const started = await sandbox.cli(ada, as('go-backend', 'start', 'Implementing auth'));
  expect(started).toMatchObject({ exitCode: 0, stderr: '' });
  expect(started.stdout).toContain('Check before you change anything:\n  cloudflare-specialist  active ');
  expect(started.stdout).toContain(' on main New schema\n');
  expect(started.stdout).toContain('    locked d1 db/migrations/**, ends in ');
  expect(started.stdout).toContain('    locked database-schema, ends in ');
  expect(started.stdout).not.toContain('unrelated');
  expect(started.stdout).toContain('  devops-engineer  not active\n');

  const { specialists } = (await sandbox.json(ada, ['context', 'go-backend'])) as { specialists: unknown[] };
  expect(specialists).toMatchObject([
    {
      agent: 'cloudflare-specialist',
      sessions: [{ task: 'New schema' }],
      changes: [
        { kind: 'commit', text: 'feat: sessions in D1', paths: ['db/12.sql'] },
        { kind: 'log', paths: ['db/12.sql'] },
      ],
    },
    { agent: 'devops-engineer', sessions: [], locks: [], changes: [] },
  ]);
  const markdown = await sandbox.cli(ada, ['context', 'go-backend', '--format', 'markdown']);
  expect(markdown.stdout).toContain('- **cloudflare-specialist** is active on main');
  expect(markdown.stdout).toContain('  - has locked **d1** db/migrations/\\*\\*\n');
});
