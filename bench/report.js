import { makePlayground } from './support/playground.js';
import { comparePairs } from './support/statistics.js';

const COMMITS = 1000;
const MESSAGES = 10_000;
const IN_RANGE = 300;
const SESSIONS = 10;
const DAY = 86_400_000;
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `report` of a long range on a busy branch, beside what cannot be saved: three bare Nodes and one `git log` of it. */
export async function benchReport() {
  const playground = makePlayground();
  try {
    const { clones } = playground.makeClones('report', 1);
    const [clone] = clones;
    const start = Date.now() - DAY;
    const base = importCode(playground, clone, start);
    importRecords(playground, clone, start);
    const range = `${base}..work`;
    const log = ['log', '--name-only', '--format=%H%n%an%n%B', range];
    const report = ['report', range, '--offline', '--format', 'markdown'];
    assertWhole(playground.agentOs(clone, 'report', range, '--offline', '--json'));
    const result = await comparePairs({
      subject: () => playground.startAgentOs(clone, ...report),
      baseline: async () => {
        for (let node = 0; node < 3; node += 1) await playground.startNode();
        await playground.startGit(clone, ...log);
      },
    });
    const memory = playground.peakMemory(clone, ...report);
    const name = `\`report\`, ${COMMITS} commits, ${IN_RANGE} of ${MESSAGES} messages / 3 × \`node -e 0\` and \`git log\``;
    return [{ name, target: 1, ...result, memory }];
  } finally {
    playground.remove();
  }
}

/** A report of less would be faster, and no measurement. */
function assertWhole(json) {
  const { commits, messages, sessions, problems } = JSON.parse(json);
  const found = { commits: commits.length, messages: messages.length, sessions: sessions.length };
  const known = sessions.filter(({ status }) => status === 'done').length;
  if (found.commits !== COMMITS || found.messages !== IN_RANGE || known !== SESSIONS || problems.length > 0)
    throw new Error(`the report is not what was prepared: ${JSON.stringify({ found, known, problems })}`);
}

/** A ULID of that time; `number` makes it one of its own. */
function ulid(time, number) {
  let [head, rest] = ['', time];
  for (let digit = 0; digit < 10; digit += 1) {
    head = CROCKFORD[rest % 32] + head;
    rest = Math.floor(rest / 32);
  }
  return `${head}${String(number).padStart(16, '0')}`;
}

const sessionOf = (start, number) => ulid(start + number * 60_000, number);

/** A branch `work` on which sessions commit by turns, with trailers; returns the commit that it begins at. */
function importCode(playground, clone, start) {
  const commit = (number, message) =>
    `commit refs/heads/work\nmark :${number + 1}\ncommitter Bench <bench@example.invalid> ${Math.floor(start / 1000) + number * 60} +0000\ndata ${message.length}\n${message}\n`;
  const commits = Array.from({ length: COMMITS }, (_, index) => {
    const number = index % SESSIONS;
    const trailers = `Agent-OS-Agent: agent-${number}\nAgent-OS-Session: ${sessionOf(start, number)}\n`;
    const text = commit(index + 1, `feat: step ${index}\n\n${trailers}`);
    return `${text}M 100644 inline src/${index % 200}.txt\ndata ${String(index).length}\n${index}\n`;
  });
  playground.gitWithInput(clone, `${commit(0, 'base\n')}\n${commits.join('\n')}\n`, 'fast-import', '--quiet');
  return playground.git(clone, 'rev-parse', `work~${COMMITS}`).trim();
}

/** The sessions' records, messages that they sent, and far more that others sent in the months before. */
function importRecords(playground, clone, start) {
  const iso = (time) => new Date(time).toISOString();
  const op = (id) => `000000000000001-clone0clone0clon-${id}`;
  const sessions = Array.from({ length: SESSIONS }, (_, number) => {
    const id = sessionOf(start, number);
    const agent = `agent-${number}`;
    const times = `started_at: "${iso(start)}"\nheartbeat_at: "${iso(start + DAY)}"\nended_at: "${iso(start + DAY)}"`;
    return {
      path: `sessions/${agent}/${id}.yaml`,
      text: `schema: agent-os/session/v1\nid: ${id}\nagent: ${agent}\nstatus: done\ntask: task ${number}\nclone: clone0clone0clon\n${times}\ncommits: []\nhlc: ${op(id)}\n`,
    };
  });
  const messages = Array.from({ length: MESSAGES }, (_, number) => {
    const isInRange = number < IN_RANGE;
    const time = isInRange ? start + number * 200_000 : start - (1 + (number % 90)) * DAY;
    const id = ulid(time, number);
    const to = `agent-${(number + 1) % SESSIONS}`;
    const month = iso(time).slice(0, 7).replace('-', '/');
    const session = isInRange ? `session: ${sessionOf(start, number % SESSIONS)}\n` : '';
    return {
      path: `messages/${to}/${number % 10 === 0 ? 'new' : `read/${month}`}/${id}.yaml`,
      text: `schema: agent-os/message/v1\nid: ${id}\nthread: ${id}\nkind: message\nfrom: agent-${number % SESSIONS}\nto: ${to}\nsubject: Message ${number}\nbody: The text of message ${number}.\npriority: normal\nack_required: false\nsent_at: "${iso(time)}"\nattachments: []\n${session}op: ${op(id)}\n`,
    };
  });
  const tip = playground.git(clone, 'rev-parse', 'refs/heads/agent-os').trim();
  const files = [...sessions, ...messages].map(
    ({ path, text }) => `M 100644 inline ${path}\ndata ${text.length}\n${text}\n`,
  );
  const commit = `commit refs/heads/agent-os\ncommitter Bench <bench@example.invalid> ${Math.floor(start / 1000)} +0000\ndata 6\nimport\nfrom ${tip}\n`;
  playground.gitWithInput(clone, `${commit}${files.join('')}\n`, 'fast-import', '--quiet');
}
