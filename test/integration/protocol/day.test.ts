import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requireTool } from '../../support/processes.ts';
import { makeSandbox, type Sandbox } from '../../support/sandbox.ts';
import { type } from './support/shells.ts';

const STATE = '.agent-os/state/project-state.json';

interface Day {
  readonly sandbox: Sandbox;
  readonly remote: string;
  /** The clone that the home folder shows, another one, and a worktree of the first. */
  readonly backend: string;
  readonly frontend: string;
  readonly operations: string;
}

async function begin(): Promise<Day> {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const [backend, frontend] = [
    await sandbox.clone(remote, 'backend'),
    await sandbox.clone(remote, 'frontend'),
  ];
  for (const clone of [backend, frontend]) await sandbox.git(clone, 'config', 'agent-os.publish', 'now');
  await sandbox.json(backend, ['init', '--home']);
  await sandbox.json(frontend, ['init']);
  const operations = await sandbox.worktree(backend, 'operations');
  mkdirSync(join(backend, 'docs'));
  writeFileSync(join(backend, 'docs/api.md'), '# API\n\nPOST /login\n');
  writeFileSync(join(backend, 'types.ts'), 'export interface Login { token: string }\n');
  return { sandbox, remote, backend, frontend, operations };
}

/** What an agent's document tells it to type, as it stands there. */
async function work({ sandbox }: Day, folder: string, lines: string): Promise<string> {
  const done = await type(sandbox, 'bash', folder, lines);
  expect({ exitCode: done.exitCode, stderr: done.exitCode === 0 ? '' : done.stderr }).toEqual({
    exitCode: 0,
    stderr: '',
  });
  return done.stdout;
}

const shown = (folder: string) => {
  const { _agent_os, ...state } = JSON.parse(readFileSync(join(folder, STATE), 'utf8'));
  return state;
};

test('a whole day of three definitions, typed as documents have it, ends on the branch and in every view', async () => {
  requireTool('jq');
  const day = await begin();
  const { sandbox, remote, backend, frontend, operations } = day;

  // 1 to 3 in the first clone, through the home path.
  const context = await work(
    day,
    backend,
    `source ~/.agent-os/bin/load-context.sh go-backend
announce_agent_start "go-backend" "Implementing user authentication"
lock_resource "database-schema" "go-backend"`,
  );
  expect(context).toMatch(/^Context of go-backend\n/);
  expect(context).toContain('Locked database-schema');

  // In the second clone another agent sees that, and what is locked is locked.
  const held = await work(
    day,
    frontend,
    `source .agent-os/bin/load-context.sh sveltekit-specialist
announce_agent_start "sveltekit-specialist" "Building the login form"
check_agent_active "go-backend"
code=0; lock_resource "database-schema" "sveltekit-specialist" 2>/dev/null || code=$?; echo "lock: $code"
code=0; unlock_resource "database-schema" "sveltekit-specialist" 2>/dev/null || code=$?; echo "unlock: $code"
code=0; check_agent_active "devops-engineer" || code=$?; echo "active: $code"`,
  );
  expect(held).toMatch(/Active sessions\n.*go-backend.*Implementing user authentication/);
  expect(held).toMatch(/Locks\n.*\n.*database-schema/);
  expect(held).toContain('go-backend is active: Implementing user authentication');
  expect(held).toContain('lock: 3\nunlock: 3\n');
  expect(held).toContain('active: 1\n');

  // 4 to 7, and a third agent in a worktree of the first clone at the same time.
  const backendWorks = work(
    day,
    backend,
    `source ~/.agent-os/bin/load-context.sh
send_agent_message "go-backend" "sveltekit-specialist" "Auth endpoints are ready:
\\\`POST /login\\\` returns { \\"token\\": \\"…\\" }"
jq '.critical_context.recent_changes += ["Added the users table"]' ~/.agent-os/state/project-state.json > tmp && mv tmp ~/.agent-os/state/project-state.json
check_messages "go-backend" > /dev/null
jq '.critical_context.current_focus = "Login"' ~/.agent-os/state/project-state.json > tmp && mv tmp ~/.agent-os/state/project-state.json
cat >> ~/.agent-os/logs/go-backend.log << EOF
[$(date)] Task: User authentication
Changes:
- users table
EOF
echo "[$(date '+%Y-%m-%d %H:%M')] Task: tests are green" >> .agent-os/logs/go-backend.log
cat > ~/.agent-os/recaps/$(date +%Y%m%d)-backend.md << EOF
# Authentication is done

## Decisions

argon2id, not bcrypt
EOF
ln -sf ~/.agent-os/recaps/$(date +%Y%m%d)-backend.md ~/.agent-os/recaps/latest.md
unlock_resource "database-schema" "go-backend"`,
  );
  const operationsWorks = work(
    day,
    operations,
    `source ~/.agent-os/bin/load-context.sh devops-engineer > /dev/null
announce_agent_start "devops-engineer" "Pipeline"
jq '.critical_context.recent_changes += ["Pipeline runs on pushes"]' .agent-os/state/project-state.json > tmp && mv tmp .agent-os/state/project-state.json
echo "[2026-11-23 04:00] Task: pipeline" >> ~/.agent-os/logs/devops-engineer.log
log_agent_activity "devops-engineer" "Cache is warm"
announce_agent_completion "devops-engineer" "Pipeline runs"`,
  );
  await Promise.all([backendWorks, operationsWorks]);

  // 8 and 9: the handoff with its files, the focus, the end of the day.
  await work(
    day,
    backend,
    `source ~/.agent-os/bin/load-context.sh go-backend > /dev/null
lock_resource "auth-api" "go-backend"
handoff_to "go-backend" "sveltekit-specialist" "Please build the form on this" docs/api.md types.ts
update_project_state critical_context.current_focus "Login form: fields # first"
announce_agent_completion "go-backend" "Users can log in"`,
  );
  const mail = await work(
    day,
    frontend,
    `source .agent-os/bin/load-context.sh sveltekit-specialist > /dev/null
check_messages "sveltekit-specialist"
lock_resource "database-schema" "sveltekit-specialist" > /dev/null
jq '.critical_context.recent_changes += ["Login form"]' .agent-os/state/project-state.json > tmp && mv tmp .agent-os/state/project-state.json
cat .agent-os/recaps/latest.md
create_recap "sveltekit-specialist" << EOF
# The form is there
EOF
announce_agent_completion "sveltekit-specialist" "Form works"
announce_agent_completion "sveltekit-specialist" "Form works"`,
  );
  expect(mail).toContain('Auth endpoints are ready:');
  expect(mail).toContain('Please build the form on this');
  expect(mail).toContain('argon2id, not bcrypt');

  await sandbox.settled();
  for (const folder of [backend, frontend, operations, backend]) await sandbox.json(folder, ['sync']);

  const state = {
    critical_context: {
      recent_changes: expect.arrayContaining([
        'Added the users table',
        'Pipeline runs on pushes',
        'Login form',
      ]),
      current_focus: 'Login form: fields # first',
    },
  };
  for (const folder of [backend, frontend, operations, sandbox.home]) {
    expect(shown(folder)).toEqual(state);
    expect(shown(folder)).toEqual(shown(backend));
    expect(shown(folder).critical_context.recent_changes).toHaveLength(3);
    const log = readFileSync(join(folder, '.agent-os/logs/go-backend.log'), 'utf8');
    expect(log.match(/Task: User authentication\nChanges:\n- users table/g)).toHaveLength(1);
    expect(log.match(/Task: tests are green/g)).toHaveLength(1);
    expect(readFileSync(join(folder, '.agent-os/logs/devops-engineer.log'), 'utf8')).toMatch(
      /Task: pipeline\n[\s\S]*Cache is warm\n/,
    );
    expect(readFileSync(join(folder, '.agent-os/recaps/latest.md'), 'utf8')).toContain('The form is there');
  }
  const files = await sandbox.git(remote, 'ls-tree', '-r', '--name-only', 'agent-os');
  expect(files).toMatch(/^attachments\/[0-9A-Z]{26}\/api\.md$/m);
  expect(files).toMatch(/^attachments\/[0-9A-Z]{26}\/types\.ts$/m);
  expect(await sandbox.json(frontend, ['status'])).toMatchObject({
    sessions: [],
    locks: [],
    conflicts: [],
    unsynced: [],
    unread: [{ agent: 'sveltekit-specialist', count: 2 }],
  });
  expect(await sandbox.json(frontend, ['recap', 'list'])).toMatchObject({
    recaps: [
      { agent: 'sveltekit-specialist', title: 'The form is there' },
      { agent: 'go-backend', title: 'Authentication is done', sections: [{ heading: 'Decisions' }] },
    ],
  });
  // What was written by hand is whose session it was.
  const subjects = await sandbox.git(
    remote,
    'log',
    '--format=%(trailers:key=Agent-OS-Session,valueonly,separator=)|%s',
    'agent-os',
  );
  const sessionOf = (subject: string) =>
    subjects
      .split('\n')
      .find((line) => line.includes(`|${subject}`))
      ?.slice(0, 26);
  const started = sessionOf('start: go-backend');
  for (const subject of ['log: go-backend: [', 'recap: go-backend: Authentication', 'done: go-backend'])
    expect(sessionOf(subject)).toBe(started);
  expect(sessionOf('log: devops-engineer: [2026')).toBe(sessionOf('start: devops-engineer'));
  expect(await sandbox.json(backend, ['context', 'go-backend'])).toMatchObject({ home: { unfiled: [] } });
});
