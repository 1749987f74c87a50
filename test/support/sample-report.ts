import type { AgentName, Oid, RecordId } from '../../src/domain/names.ts';
import type { Maker } from '../../src/domain/report/attribution.ts';
import type { ReportMessage } from '../../src/domain/report/conversation.ts';
import type { Report, ReportCommit, ReportLock, ReportSession } from '../../src/domain/report/report.ts';

/** What somebody may write wherever text is allowed. */
export const HOSTILE = [
  '<script>document.title="owned"</script>',
  '<img src=https://evil.example/a.png onerror=alert(1)>',
  '![pixel](https://evil.example/b.png) [link](https://evil.example)',
  '</style></title></svg></details></pre><h1>free</h1>',
  '\u001b[31mred\u001b]8;;https://evil.example\u0007 \u202egnp.exe \u0085',
  '@everyone @octocat #123 owner/repo#4 www.evil.example',
  '::set-output name=a::b ##[error]no ##vso[task.complete]',
  '``` ~~~ | a | b | $x^2$ `code` **bold** _it_ &lt;b&gt; {{ x }} $(x)',
] as const;
export const HOSTILE_TEXT = `${HOSTILE.join('\n')}\n::error::first\n  ::warning::indented`;

const AT = Date.parse('2026-11-23T08:00:00Z');
const HOUR = 3_600_000;

const id = (number: number): RecordId => `01M8${String(number).padStart(22, '0')}` as RecordId;
const oid = (number: number): Oid => String(number).padStart(40, 'a') as Oid;
const at = (hours: number): string => new Date(AT + hours * HOUR).toISOString();

interface SampleOptions {
  /** Replaces every text that people write. */
  readonly text?: string;
  readonly messages?: number;
  readonly commits?: number;
}

/** A day of three agents: an ordinary report, with everything in it that a report can have. */
export function sampleReport({ text, messages = 14, commits = 11 }: SampleOptions = {}): Report {
  const say = (words: string): string => text ?? words;
  const backend = sampleSession(1, 'go-backend', [0, 3.4], say('Implementing user authentication'));
  const database = sampleSession(
    2,
    'database-specialist',
    [0.6, 1.7],
    say('Tables for users and their tokens'),
  );
  const frontend: ReportSession = {
    ...sampleSession(3, 'sveltekit-specialist', [2.2, 5.4], say('Login page')),
    ...{ status: 'active', endedAt: null, summary: null, evidence: ['time'] },
  };
  const sessions = [backend, database, frontend];
  const made = Array.from({ length: commits }, (_, index) => sampleCommit(index, sessions, say));
  const said = Array.from({ length: messages }, (_, index) => sampleMessage(index, sessions, say));
  return {
    range: { text: say('main..feature/login'), from: oid(1), to: oid(2), branch: 'feature/login' },
    generatedAt: at(6),
    truncated: false,
    agents: sessions.map(({ agent, id: session }) => ({
      name: agent as AgentName,
      description: say('Writes services'),
      sessions: [session],
      commits: 3,
    })),
    sessions: sessions.map((session) => ({
      ...session,
      commits: made.filter(({ makers }) => makers[0]?.session === session.id).map((commit) => commit.oid),
    })),
    commits: made,
    paths: ['api/auth.go', 'db/users.sql', say('web/login.svelte')],
    recaps: [
      {
        ...{
          id: id(70),
          agent: 'go-backend' as AgentName,
          session: backend.id,
          at: at(3.3),
          commits: [oid(100)],
        },
        title: say('Authentication'),
        body: say(
          '# Authentication\n\n## Decisions\n\nRefresh tokens live in Redis.\n\n## Done\n\n- Users table',
        ),
        decisions: [say('Refresh tokens live in Redis, not in Postgres: they are many, and short-lived.')],
        gates: [],
      },
    ],
    messages: said,
    locks: [
      sampleLock(say('database-schema'), database, [0.65, 1.65], {
        paths: [say('db/**')],
        reason: say('users table'),
      }),
      sampleLock(say('api-contracts'), backend, [1, 1.2], {}),
      sampleLock(say('api-contracts'), backend, [2.5, 3.35], { end: 'taken' }),
      sampleLock(say('web-routes'), frontend, [2.4, 6], { end: 'held', endedAt: null, paths: ['web/**'] }),
    ],
    gates: [
      sampleGate(say('test coverage'), 'failed', say('at least 80 %'), say('76 %')),
      sampleGate(say('lint'), 'passed', null, null),
      sampleGate(say('security scan'), 'not reported', null, null),
    ],
    open: [
      {
        ...{ kind: 'acknowledgement', message: id(50), from: 'go-backend' as AgentName, sentAt: at(2) },
        ...{
          waitingFor: ['sveltekit-specialist' as AgentName],
          subject: say('Can you confirm the cookie name?'),
        },
      },
      {
        ...{ kind: 'task', message: id(51), from: 'go-backend' as AgentName, sentAt: at(2) },
        ...{ waitingFor: ['dba' as AgentName], subject: say('add-index users') },
      },
      { kind: 'gate', agent: 'go-backend' as AgentName, name: say('test coverage'), outcome: 'failed' },
      {
        kind: 'conflict',
        file: say('state/project.yaml'),
        pointer: '/critical_context',
        agent: 'dba',
        reason: null,
      },
      {
        ...{ kind: 'session', session: frontend.id, agent: 'sveltekit-specialist' as AgentName },
        ...{ task: say('Login page'), stale: false, lastSeenAt: at(5.4) },
      },
    ],
    others: {
      branches: [
        {
          ...{
            name: say('origin/passkeys'),
            tip: oid(9),
            agents: ['dba' as AgentName],
            tasks: [say('Passkeys')],
          },
          ...{ commits: 2, lastCommitAt: at(5), paths: [say('db/users.sql')] },
        },
      ],
      locks: [
        {
          ...{ resource: say('billing'), agents: ['billing' as AgentName], token: 12 },
          ...{ expiresAt: at(7), paths: [say('api/auth.go')] },
        },
      ],
      examined: 4,
      left: 0,
    },
    problems: [{ path: say('sessions/x.yaml'), message: say('is not a map') }],
  };
}

function sampleSession(
  number: number,
  agent: string,
  [from, to]: readonly [number, number],
  task: string,
): ReportSession {
  return {
    ...{ id: id(number), agent: agent as AgentName, task, status: 'done', stale: false },
    ...{
      branch: 'feature/login',
      worktree: 'main',
      startedAt: at(from),
      lastSeenAt: at(to),
      endedAt: at(to),
    },
    ...{ summary: task, commits: [], evidence: ['trailer'] },
  };
}

function sampleCommit(
  index: number,
  sessions: readonly ReportSession[],
  say: (words: string) => string,
): ReportCommit {
  const session = sessions[index % sessions.length];
  const maker: Maker[] =
    session === undefined || index === 0
      ? []
      : [{ agent: session.agent, session: session.id, evidence: 'trailer' }];
  const start = session === undefined ? 0 : (Date.parse(session.startedAt) - AT) / HOUR;
  return {
    ...{ oid: oid(100 + index), author: say('Ada Lovelace'), isMerge: false, makers: maker },
    subject: say(`feat: step ${index} on the way to a login`),
    authoredAt: at(start + 0.25 * (Math.floor(index / 3) + 1)),
    locks: [{ resource: say('database-schema'), token: 1_795_665_218 }],
  };
}

function sampleMessage(
  index: number,
  sessions: readonly ReportSession[],
  say: (words: string) => string,
): ReportMessage {
  const session = sessions[index % sessions.length];
  const start = session === undefined ? 0 : (Date.parse(session.startedAt) - AT) / HOUR;
  return {
    ...{
      id: id(50 + index),
      thread: id(50),
      kind: index % 5 === 4 ? 'handoff' : 'message',
      priority: 'normal',
    },
    ...{ from: (session?.agent ?? 'dba') as AgentName, to: ['sveltekit-specialist' as AgentName] },
    subject: say(`Endpoint ${index} is ready`),
    body: say(`Endpoint ${index} is ready\n\nPOST /login takes {email, password} and answers with a cookie.`),
    ...{ sentAt: at(start + 0.2 * (index / 3 + 0.5)), session: session?.id ?? null, replyTo: null },
    attachments: index === 4 ? [{ name: say('openapi.yaml'), size: 1200 }] : [],
    ...{ ackRequired: index === 0, waitingFor: index === 0 ? ['sveltekit-specialist' as AgentName] : [] },
    openFor: [],
  };
}

function sampleLock(
  resource: string,
  session: ReportSession,
  [from, to]: readonly [number, number],
  more: Partial<ReportLock>,
): ReportLock {
  return {
    ...{ resource, token: 1_795_665_218, mode: 'exclusive', scope: 'remote', agent: session.agent },
    ...{
      session: session.id,
      paths: [],
      reason: null,
      acquiredAt: at(from),
      endedAt: at(to),
      end: 'released',
    },
    ...{ heldFor: (to - from) * HOUR, commits: [] },
    ...more,
  };
}

function sampleGate(
  name: string,
  outcome: 'passed' | 'failed' | 'not reported',
  requires: string | null,
  detail: string | null,
): Report['gates'][number] {
  return { agent: 'go-backend' as AgentName, name, requires, required: true, outcome, detail, recap: null };
}
