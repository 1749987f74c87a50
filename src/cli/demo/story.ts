import type { Stage } from './stage.ts';

const [REMOTE, BACKEND, FRONTEND] = ['remote.git', 'backend', 'frontend'];
const ID = /[0-7][0-9A-HJKMNP-TV-Z]{25}/;

/** Two agents in two clones of one bare remote: start, collide, wait, hand over, message, log, recap, finish. */
export async function playStory(stage: Stage): Promise<void> {
  await setUp(stage);
  await announce(stage);
  await collide(stage);
  await waitAndPush(stage);
  await talk(stage);
  await record(stage);
  await finish(stage);
}

async function setUp(stage: Stage): Promise<void> {
  stage.scene('A bare remote and two clones', 'Two machines would do; here they are two folders.');
  await stage.git('.', 'init', '--quiet', '--bare', '--initial-branch=main', REMOTE);
  for (const clone of [BACKEND, FRONTEND]) {
    await stage.git('.', '-c', 'init.defaultBranch=main', 'clone', '--quiet', REMOTE, clone);
    await stage.git(clone, 'config', 'user.name', clone);
    await stage.git(clone, 'config', 'user.email', `${clone}@example.com`);
  }
  await stage.write(`${BACKEND}/db/schema.sql`, 'create table accounts (id integer);\n');
  await stage.git(BACKEND, 'add', '.');
  await stage.git(BACKEND, 'commit', '--quiet', '-m', 'Begin');
  await stage.git(BACKEND, 'push', '--quiet', '-u', 'origin', 'main');
  await stage.git(FRONTEND, 'pull', '--quiet', 'origin', 'main');

  stage.scene('Set up', 'The first one creates the agent-os branch, the second one joins it.');
  await stage.agentOs(BACKEND, ['init']);
  await stage.agentOs(FRONTEND, ['init']);
  await stage.prove(
    'there is one agent-os branch with one root',
    REMOTE,
    ['rev-list', '--max-parents=0', 'agent-os'],
    /^[0-9a-f]{40}\n$/,
  );
}

async function announce(stage: Stage): Promise<void> {
  stage.scene('Announce', 'Each says what it is about to do; the other one sees it.');
  await stage.agentOs(BACKEND, ['start', '--agent', 'go-backend', 'Implementing user authentication']);
  await stage.agentOs(FRONTEND, ['start', '--agent', 'sveltekit-specialist', 'Building the login form']);
  for (const clone of [FRONTEND, BACKEND]) await stage.agentOs(clone, ['sync']);
  await stage.agentOs(FRONTEND, ['context']);
  await stage.prove(
    'both sessions are files on the remote',
    REMOTE,
    ['ls-tree', '-r', '--name-only', 'agent-os', 'sessions/'],
    /go-backend\/[\s\S]*sveltekit-specialist\//,
  );
}

async function collide(stage: Stage): Promise<void> {
  stage.scene('Collide', 'Who comes second is told who holds it, until when and why. Exit code 3.');
  await stage.agentOs(BACKEND, [
    'lock',
    'database-schema',
    '--paths',
    'db/**',
    '--reason',
    'adding the users table',
  ]);
  await stage.agentOs(FRONTEND, ['lock', 'api-contracts', '--reason', 'naming the fields of the form']);
  await stage.agentOs(FRONTEND, ['lock', 'database-schema'], { exit: 3 });
  await stage.agentOs(BACKEND, ['lock', 'api-contracts'], { exit: 3 });
  await stage.prove(
    'the remote itself says who holds it',
    REMOTE,
    ['log', '-1', '--format=%s', 'refs/agent-os/locks/database-schema'],
    /^held database-schema by go-backend until /,
  );
}

async function waitAndPush(stage: Stage): Promise<void> {
  stage.scene(
    'Wait, and push under the lock',
    'One waits in the background while the other one finishes its work.',
    'agent-os push moves the work branch and renews the lock in one atomic push: without the lock it would fail.',
  );
  const waiting = await stage.begin(FRONTEND, [
    'lock',
    'database-schema',
    '--wait',
    '60s',
    '--reason',
    'reading the column names',
  ]);
  await stage.write(
    `${BACKEND}/db/schema.sql`,
    'create table accounts (id integer);\ncreate table users (id integer, mail text);\n',
  );
  await stage.git(BACKEND, 'commit', '--quiet', '--all', '-m', 'Add the users table');
  await stage.agentOs(BACKEND, ['push', 'origin', 'main']);
  await stage.agentOs(BACKEND, ['unlock', 'database-schema']);
  await waiting();
  await stage.prove(
    'the work is on the remote',
    REMOTE,
    ['log', '-1', '--format=%s', 'main'],
    /^Add the users table$/m,
  );
  await stage.prove(
    'the lock has passed from one to the other',
    REMOTE,
    ['log', '--reverse', '--format=%s', 'refs/agent-os/locks/database-schema'],
    /held .* by go-backend[\s\S]*free database-schema[\s\S]*held .* by sveltekit-specialist/,
  );
  await stage.agentOs(FRONTEND, ['unlock', '--all']);
}

async function talk(stage: Stage): Promise<void> {
  stage.scene('Message and hand over');
  const sent = await stage.agentOs(BACKEND, [
    'send',
    'sveltekit-specialist',
    'The users table is on main: id and mail.',
    '--ack',
  ]);
  const id = ID.exec(sent)?.[0] ?? '';
  await stage.agentOs(FRONTEND, ['sync']);
  await stage.agentOs(FRONTEND, ['inbox']);
  await stage.agentOs(FRONTEND, ['read', id]);
  await stage.agentOs(FRONTEND, ['ack', id]);
  await stage.write(`${BACKEND}/docs/api.md`, '# API\n\nPOST /login {mail, password} → {token}\n');
  await stage.agentOs(BACKEND, [
    'handoff',
    'sveltekit-specialist',
    'The endpoint is described in docs/api.md. Please build the form on it.',
    '--attach',
    'docs/api.md',
    '--focus',
    'The login form',
  ]);
  for (const clone of [BACKEND, FRONTEND]) await stage.agentOs(clone, ['sync']);
  await stage.prove(
    'the handed-over file is on the remote',
    REMOTE,
    ['ls-tree', '-r', '--name-only', 'agent-os', 'attachments/'],
    /api\.md/,
  );
}

async function record(stage: Stage): Promise<void> {
  stage.scene('Project state, log and recap');
  await stage.agentOs(BACKEND, [
    'state',
    'append',
    'critical_context.recent_changes',
    'Added the users table',
  ]);
  await stage.agentOs(FRONTEND, [
    'state',
    'append',
    'critical_context.recent_changes',
    'Named the fields of the form',
  ]);
  await stage.agentOs(BACKEND, ['log', 'add', 'Chose mail, not name, as the key of users']);
  await stage.write(
    `${BACKEND}/recap.md`,
    '# User authentication\n\n## Done\n\n- users table\n- POST /login\n\n## Next\n\n- the form\n',
  );
  await stage.agentOs(BACKEND, ['recap', 'add', 'recap.md']);
  await stage.agentOs(BACKEND, ['sync']);
  await stage.agentOs(FRONTEND, ['sync']);
  await stage.agentOs(FRONTEND, ['state', 'get', 'critical_context']);
  await stage.prove(
    'what both appended at once is there, nothing lost',
    REMOTE,
    ['show', 'agent-os:state/project.yaml'],
    /(?=[\s\S]*Added the users table)(?=[\s\S]*Named the fields)/,
  );
  await stage.prove(
    'the recap is on the remote',
    REMOTE,
    ['ls-tree', '-r', '--name-only', 'agent-os', 'recaps/'],
    /go-backend/,
  );
}

async function finish(stage: Stage): Promise<void> {
  stage.scene('Finish', 'done reports, ends the session and releases what it still holds.');
  await stage.agentOs(BACKEND, ['done', 'Users can log in']);
  await stage.agentOs(FRONTEND, ['done', 'The form is built']);
  for (const clone of [BACKEND, FRONTEND]) await stage.agentOs(clone, ['sync']);
  await stage.agentOs(FRONTEND, ['status']);
  for (const resource of ['database-schema', 'api-contracts']) {
    await stage.prove(
      `${resource} is free`,
      REMOTE,
      ['log', '-1', '--format=%s', `refs/agent-os/locks/${resource}`],
      /^free /,
    );
  }
  const tip = (await stage.git(BACKEND, 'rev-parse', 'agent-os')).trim();
  await stage.prove(
    'both clones and the remote have the same commit',
    FRONTEND,
    ['ls-remote', 'origin', 'refs/heads/agent-os'],
    new RegExp(`^${tip}\t`),
  );
  await stage.prove(
    'in the other clone too',
    FRONTEND,
    ['rev-parse', 'agent-os'],
    new RegExp(`^${tip}$`, 'm'),
  );

  stage.scene('The story, in plain git');
  await stage.git(REMOTE, 'log', '--graph', '--format=%s', 'agent-os');
}
