import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePlayground } from './support/playground.js';
import { comparePairs } from './support/statistics.js';

const COMMITS = 1000;
const MESSAGES = 10_000;
const IN_RANGE = 300;
const START = 1_795_400_000;

/** A check of 1,000 commits beside 10,000 messages, over three bare Node starts and one `git log` of the range. */
export async function benchVerify() {
  const playground = makePlayground();
  try {
    const [clone] = playground.makeClones('verify', 1).clones;
    playground.agentOs(clone, 'start', '--agent', 'go-backend', 'Bench');
    playground.agentOs(clone, 'lock', 'database', '--paths', 'db/**', '--agent', 'go-backend');
    const { sessions } = JSON.parse(playground.agentOs(clone, 'status', '--json'));
    writeMessages(playground, clone);
    playground.agentOs(clone, 'sync');
    const range = writeCommits(playground, clone, sessions[0].id);
    const git = ['log', '--raw', '-r', '-c', '--no-renames', range, '--output=/dev/null'];
    const result = await comparePairs({
      pairs: 20,
      subject: () => playground.startAgentOs(clone, 'verify', range),
      baseline: async () => {
        for (let start = 0; start < 3; start += 1) await playground.startNode();
        await playground.startGit(clone, ...git);
      },
    });
    const name = `\`verify\`, ${COMMITS} commits, ${MESSAGES} messages / three bare starts and one \`git log\``;
    const memory = playground.peakMemory(clone, 'verify', range);
    return [{ name, target: 1, ...result, memory }];
  } finally {
    playground.remove();
  }
}

/** As many messages as an inbox collects in a year, of which the last ones are younger than the range. */
function writeMessages(playground, clone) {
  const lines = [
    'commit refs/heads/agent-os',
    `committer Bench <bench@example.invalid> ${START} +0000`,
    'data 8\nmessages',
    'from refs/heads/agent-os^0',
  ];
  for (let number = 0; number < MESSAGES; number += 1) {
    const at = START + (number < MESSAGES - IN_RANGE ? -86_400 * 60 : 86_400) + number;
    const id = ulid(at * 1000, number);
    const month = new Date(at * 1000).toISOString().slice(0, 7).replace('-', '/');
    const content = message(id, at, number);
    lines.push(
      `M 100644 inline messages/go-backend/read/${month}/${id}.yaml`,
      `data ${content.length}\n${content}`,
    );
  }
  playground.gitWithInput(clone, `${lines.join('\n')}\n`, 'fast-import', '--quiet');
}

function message(id, at, number) {
  const time = `"${new Date(at * 1000).toISOString()}"`;
  return [
    'schema: agent-os/message/v1',
    `id: ${id}\nthread: ${id}\nkind: message\nfrom: sveltekit-specialist\nto: go-backend`,
    `subject: Message ${number}\nbody: The endpoint is ready, see the contract.\npriority: normal`,
    `ack_required: false\nsent_at: ${time}\nattachments: []`,
    `op: 001795415400000-4k2f9q0zt7m1x8ce-${id}\nread_at: ${time}\nread_by: go-backend\n`,
  ].join('\n');
}

function ulid(milliseconds, number) {
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const encode = (value, length) =>
    Array.from({ length }, (_, at) => digits[Math.floor(value / 32 ** (length - 1 - at)) % 32]).join('');
  return encode(milliseconds, 10) + encode(number, 16);
}

/** @returns the range, on a branch of its own */
function writeCommits(playground, clone, session) {
  const lines = [];
  for (let number = 0; number <= COMMITS; number += 1) {
    const trailers = number === 0 ? '' : `\n\nAgent-OS-Agent: go-backend\nAgent-OS-Session: ${session}`;
    const text = `change ${number}${trailers}\n`;
    lines.push(
      `commit refs/heads/topic\nmark :${number + 1}`,
      `committer Bench <bench@example.invalid> ${START + 86_400 + number} +0000`,
      `data ${text.length}\n${text}`,
      `M 100644 inline src/part-${number % 50}/file-${number}.ts\ndata 2\n${number % 10}\n`,
    );
  }
  playground.gitWithInput(clone, `${lines.join('\n')}\n`, 'fast-import', '--quiet');
  writeFileSync(join(clone, '.git/HEAD'), 'ref: refs/heads/topic\n');
  const [base, head] = [`topic~${COMMITS}`, 'topic'].map((name) =>
    playground.git(clone, 'rev-parse', name).trim(),
  );
  return `${base}..${head}`;
}
