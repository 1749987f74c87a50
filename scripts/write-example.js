// Writes .agent-os.example/, a complete tree of the branch, with the code that writes real ones.
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { loadSource } from './load-source.js';

const { encode } = await loadSource('src/domain/codec.ts');
const layout = await loadSource('src/domain/layout.ts');
const { appendAt, setAt } = await loadSource('src/domain/document/edit.ts');
const { joinDocuments } = await loadSource('src/domain/document/join.ts');
const { loadDocument } = await loadSource('src/domain/document/load.ts');
const { renderDocument } = await loadSource('src/domain/document/render.ts');
const { EMPTY_STATE } = await loadSource('src/domain/document/stamps-file.ts');
const { BRANCH_README } = await loadSource('src/app/branch-readme.ts');

const BACKEND = 'go-backend';
const FRONTEND = 'sveltekit-specialist';
const CLONES = { [BACKEND]: '4k2f9q0zt7m1x8ce', [FRONTEND]: 'b81hw6s3ndy5r0vj' };
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const sha = (algorithm, text) => createHash(algorithm).update(text).digest('hex');
const hash = (text) => sha('sha256', text);
const files = new Map();

/** An operation of an agent at `hh:mm:ss` of the example's day: its id, its record's id, and the time. */
function operation(agent, clock) {
  const at = `2026-11-23T${clock}Z`;
  let time = Date.parse(at);
  const digits = Array.from({ length: 10 }, () => {
    const digit = CROCKFORD[time % 32];
    time = Math.floor(time / 32);
    return digit;
  });
  const id = `${digits.reverse().join('')}${hash(agent + clock)
    .toUpperCase()
    .slice(0, 16)}`;
  return { at, id, op: `${String(Date.parse(at)).padStart(15, '0')}-${CLONES[agent]}-${id}` };
}

const author = (agent, clock) => ({ op: operation(agent, clock).op, by: agent });
const commit = (name) => sha('sha1', name);

function addDocument(path, state) {
  const { plain, stamps } = renderDocument(state, path);
  files.set(path, plain).set(layout.stampsPath(path), stamps);
}

/** A document as somebody wrote it by hand, comments and all. */
function handWritten(path, text) {
  const { state } = loadDocument({ plain: new TextEncoder().encode(text), stamps: null }, path, hash);
  addDocument(path, state);
}

handWritten(
  layout.CONFIG_PATH,
  `# Team policy. Change it here or with a commit on this branch; every clone follows with its next sync.
resources:
  # Whoever changes a migration holds this lock.
  database-schema:
    description: Tables, migrations and the generated queries
    paths: [db/migrations/**, db/queries/**]
  api-contracts:
    description: What the frontend may rely on
    paths: [api/openapi.yaml, web/src/lib/api/types.ts]
groups:
  web: [${FRONTEND}, ${BACKEND}]
locks:
  ttl: 2h # renewed by any command of the holder
  max_skew: 10m
retention:
  messages: 30d
  logs: 90d
`,
);

handWritten(
  layout.cardPath(BACKEND),
  `name: ${BACKEND}
description: Go services, PostgreSQL and the REST API
specialization: backend
color: blue
tools: [Read, Edit, Bash]
owns: [cmd/**, internal/**, db/**]
resources: [database-schema, api-contracts]
commands:
  - name: create-service
    args: "[name]"
    description: A new service with its handlers and tests
  - name: add-tests
    args: "[package]"
  - name: optimize-query
    args: "[operation]"
triggers:
  - when: when creating new microservices
    paths: [cmd/*/main.go]
  - when: schema changes by others
    paths: [db/migrations/**]
    commits: [feat, fix, breaking]
  - when: asked for by a commit
    trailers: ["Needs-Review: backend"]
coordinates_with: [${FRONTEND}]
gates:
  - name: coverage
    require: ">= 80 %"
  - name: lint
    require: passed
  - name: security scan
    require: no findings
`,
);
handWritten(
  layout.cardPath(FRONTEND),
  `name: ${FRONTEND}
description: SvelteKit pages, forms and the typed API client
specialization: frontend
color: orange
owns: [web/**]
commands:
  - name: create-page
    args: "[route]"
coordinates_with: [${BACKEND}]
`,
);

// Two clones set the focus while neither had seen the other: the later one shows, the other is a conflict.
const focus = ['critical_context', 'current_focus'];
const changes = ['critical_context', 'recent_changes'];
const started = setAt(EMPTY_STATE, focus, 'User authentication', author(BACKEND, '05:01:00'));
const backend = setAt(
  appendAt(started, changes, ['users and sessions tables (migration 0007)'], author(BACKEND, '06:10:00')),
  focus,
  'Rate limits on the auth endpoints',
  author(BACKEND, '06:11:00'),
);
const frontend = setAt(
  appendAt(started, changes, ['login form behind a feature flag'], author(FRONTEND, '06:20:00')),
  focus,
  'Sign-in pages against the new endpoints',
  author(FRONTEND, '06:21:00'),
);
addDocument(layout.PROJECT_STATE_PATH, joinDocuments(backend, frontend));
addDocument(
  layout.ROADMAP_PATH,
  setAt(
    EMPTY_STATE,
    ['items'],
    [
      {
        id: operation(BACKEND, '05:02:00').id,
        title: 'User authentication',
        status: 'done',
        owner: BACKEND,
        done_at: operation(BACKEND, '06:28:30').at,
        done_by: BACKEND,
      },
      { id: operation(BACKEND, '05:02:30').id, title: 'Sign-in pages', status: 'doing', owner: FRONTEND },
      { title: 'Password reset', status: 'next' },
    ],
    author(BACKEND, '06:28:30'),
  ),
);

const session = operation(BACKEND, '05:00:00');
files.set(
  layout.sessionPath(BACKEND, session.id),
  encode('session', {
    id: session.id,
    agent: BACKEND,
    status: 'done',
    task: 'Implementing user authentication',
    branch: 'feat/auth',
    worktree: 'shop',
    clone: CLONES[BACKEND],
    started_at: session.at,
    heartbeat_at: operation(BACKEND, '06:11:00').at,
    ended_at: operation(BACKEND, '06:30:00').at,
    summary: 'Login, logout and session refresh, with tests',
    commits: [commit('auth 1'), commit('auth 2')],
    hlc: operation(BACKEND, '06:30:00').op,
  }),
);
const active = operation(FRONTEND, '05:40:00');
files.set(
  layout.sessionPath(FRONTEND, active.id),
  encode('session', {
    id: active.id,
    agent: FRONTEND,
    status: 'active',
    task: 'Sign-in pages',
    branch: 'feat/sign-in',
    worktree: 'shop-web',
    clone: CLONES[FRONTEND],
    started_at: active.at,
    heartbeat_at: operation(FRONTEND, '06:21:00').at,
    commits: [],
    hlc: operation(FRONTEND, '06:21:00').op,
  }),
);

const question = operation(FRONTEND, '05:45:00');
const types = 'export interface Session {\n  userId: string;\n  expiresAt: string;\n}\n';
const message = {
  kind: 'message',
  priority: 'normal',
  ack_required: false,
  attachments: [],
};
files.set(
  layout.readMessagePath(BACKEND, question.id),
  encode('message', {
    ...message,
    id: question.id,
    thread: question.id,
    from: FRONTEND,
    to: BACKEND,
    subject: 'Which endpoints for sign-in?',
    body: 'Which endpoints for sign-in?\nI need the error format too.',
    sent_at: question.at,
    session: active.id,
    op: question.op,
    read_at: operation(BACKEND, '05:50:00').at,
    read_by: BACKEND,
  }),
);
const handoff = operation(BACKEND, '06:28:00');
const contract = `openapi: 3.1.0
info: { title: Authentication, version: 1.0.0 }
paths:
  /api/login: { post: { responses: { '200': { description: A session }, '401': { description: Wrong password } } } }
`;
const attached = [
  { name: 'openapi.yaml', text: contract, type: 'application/yaml', role: 'contract' },
  { name: 'session.ts', text: types, type: 'text/x-typescript', role: 'types' },
].map(({ name, text, type, role }) => {
  const path = layout.attachmentPath(handoff.id, name);
  files.set(path, text);
  return { name, path, size: text.length, type, role };
});
files.set(
  layout.newMessagePath(FRONTEND, handoff.id),
  encode('message', {
    ...message,
    id: handoff.id,
    thread: question.id,
    kind: 'handoff',
    from: BACKEND,
    to: FRONTEND,
    subject: 'Auth endpoints ready',
    body: 'POST /api/login, POST /api/logout, POST /api/refresh.\nErrors are RFC 9457 problem details.\n',
    priority: 'high',
    ack_required: true,
    reply_to: question.id,
    sent_at: handoff.at,
    attachments: attached,
    session: session.id,
    op: handoff.op,
  }),
);

// A command, accepted: it stays in new/ until it is done or declined. And one that is done.
const task = (id, clock, fields) => ({
  ...message,
  id,
  thread: id,
  kind: 'task',
  from: FRONTEND,
  to: BACKEND,
  subject: [fields.command.verb, ...fields.command.args].join(' '),
  body: `@agent:${BACKEND} ${fields.command.verb} ${fields.command.args.join(' ')}`,
  sent_at: operation(FRONTEND, clock).at,
  session: active.id,
  op: operation(FRONTEND, clock).op,
  ...fields,
});
const accepted = operation(FRONTEND, '06:00:00');
files.set(
  layout.newMessagePath(BACKEND, accepted.id),
  encode(
    'message',
    task(accepted.id, '06:00:00', {
      command: { verb: 'optimize-query', args: ['load session'] },
      read_at: operation(BACKEND, '06:02:00').at,
      read_by: BACKEND,
      accepted_at: operation(BACKEND, '06:02:00').at,
    }),
  ),
);
const closed = operation(FRONTEND, '05:46:00');
files.set(
  layout.readMessagePath(BACKEND, closed.id),
  encode(
    'message',
    task(closed.id, '05:46:00', {
      command: { verb: 'add-tests', args: ['sessions'] },
      commit: commit('sign-in 1'),
      read_at: operation(BACKEND, '05:50:30').at,
      read_by: BACKEND,
      accepted_at: operation(BACKEND, '05:51:00').at,
      closed_at: operation(BACKEND, '06:04:00').at,
      outcome: 'done',
      answer: 'Refresh and expiry are covered, on branch feat/auth',
    }),
  ),
);

// A commit of the other agent matched a trigger of the card.
const fired = operation(FRONTEND, '06:15:00');
files.set(
  layout.newMessagePath(BACKEND, fired.id),
  encode('message', {
    ...message,
    id: fired.id,
    thread: fired.id,
    from: FRONTEND,
    to: BACKEND,
    subject: `feat: remember devices (${commit('sign-in 2').slice(0, 10)})`,
    body:
      `Commit ${commit('sign-in 2')} by ${FRONTEND} matches your trigger: schema changes by others\n\n` +
      'feat: remember devices\n\nPaths:\n- db/migrations/0008_devices.sql',
    sent_at: fired.at,
    trigger: 'schema changes by others',
    commit: commit('sign-in 2'),
    paths: ['db/migrations/0008_devices.sql'],
    op: fired.op,
  }),
);

const [first, second] = [operation(BACKEND, '05:20:00'), operation(BACKEND, '06:05:00')];
files.set(
  layout.logPath(BACKEND, '2026-11-23'),
  encode('log', {
    agent: BACKEND,
    day: '2026-11-23',
    entries: {
      [first.op]: {
        at: first.at,
        text: 'Migration 0007 written, lock database-schema held',
        session: session.id,
      },
      [second.op]: { at: second.at, text: 'Tests pass:\ncoverage 84 %', session: session.id },
    },
  }),
);

const recap = operation(BACKEND, '06:29:00');
const sections = [
  { heading: 'Done', text: 'Login, logout and refresh; sessions are opaque tokens.' },
  { heading: 'Decided', text: 'No JWT: revocation has to work at once.' },
  { heading: 'Quality gates', text: '- coverage: 84 %\n- lint: passed\n- security scan: no findings' },
];
files.set(
  layout.recapPath(BACKEND, recap.id),
  encode('recap', {
    id: recap.id,
    agent: BACKEND,
    at: recap.at,
    title: 'User authentication',
    sections,
    body: sections.map(({ heading, text }) => `## ${heading}\n\n${text}\n`).join('\n'),
    commits: [commit('auth 1'), commit('auth 2')],
    session: session.id,
    gates: [
      { name: 'coverage', passed: true, detail: '84 %' },
      { name: 'lint', passed: true, detail: 'passed' },
      { name: 'security scan', passed: true, detail: 'no findings' },
    ],
    op: recap.op,
  }),
);

const conflict = hash('example').slice(0, 40);
files.set(
  layout.conflictPath(conflict),
  encode('conflict', {
    id: conflict,
    kind: 'broken',
    file: layout.logPath(FRONTEND, '2026-11-20'),
    blob: sha('sha1', 'blob 16\0<<<<<<< Updated\n'),
    reason: `'${layout.logPath(FRONTEND, '2026-11-20')}', line 1: has a merge conflict marker`,
    resolved_at: operation(FRONTEND, '05:41:00').at,
  }),
);
files.set(
  layout.RETENTION_PATH,
  encode('retention', {
    messages: { [BACKEND]: operation(BACKEND, '00:00:00').id },
    logs: { [BACKEND]: '2026-08-25' },
  }),
);
files.set(layout.README_PATH, BRANCH_README);

const folder = new URL('../.agent-os.example/', import.meta.url);
await rm(folder, { recursive: true, force: true });
for (const [path, text] of files) {
  const file = new URL(path, folder);
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, text);
}
