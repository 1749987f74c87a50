import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePlayground } from './support/playground.js';
import { comparePairs } from './support/statistics.js';

const RECEIVER = 'sveltekit-specialist';
const UNREAD = 10;
const EVER_SENT = 100_000;
const PACK_MEGABYTES = 500;

/** `inbox` with ten unread messages: in a long history, and beside a large pack. */
export async function benchInbox() {
  const playground = makePlayground();
  try {
    const [few, many, heavy] = ['few', 'many', 'heavy'].map(
      (name) => playground.makeClones(name, 1).clones[0],
    );
    for (const clone of [few, many, heavy]) {
      for (let number = 0; number < UNREAD; number += 1) {
        playground.agentOs(clone, 'send', RECEIVER, `Message ${number}`, '--agent', 'go-backend');
      }
    }
    importReadMessages(playground, many);
    addLargePack(playground, heavy);
    const inbox = (clone) => () => playground.startAgentOs(clone, 'inbox', '--agent', RECEIVER);
    const rows = [];
    for (const { name, clone } of [
      { name: `\`inbox\`, ${UNREAD} unread of ${EVER_SENT} / of ${UNREAD}`, clone: many },
      { name: `\`inbox\` beside a pack of ${PACK_MEGABYTES} MB / without`, clone: heavy },
    ]) {
      const result = await comparePairs({ subject: inbox(clone), baseline: inbox(few) });
      const memory = playground.peakMemory(clone, 'inbox', '--agent', RECEIVER);
      rows.push({ name, target: 1.5, ...result, memory });
    }
    return rows;
  } finally {
    playground.remove();
  }
}

/** A hundred thousand read messages, made by git itself in one go: they have the layout, and no inbox reads them. */
function importReadMessages(playground, clone) {
  const tip = playground.git(clone, 'rev-parse', 'refs/heads/agent-os').trim();
  const files = Array.from({ length: EVER_SENT - UNREAD }, (_, number) => {
    const id = `01J${String(number).padStart(23, '0')}`;
    const month = String((number % 12) + 1).padStart(2, '0');
    const body = `schema: agent-os/message/v1\nid: ${id}\nsubject: Message ${number}\n`;
    return `M 100644 inline messages/${RECEIVER}/read/2025/${month}/${id}.yaml\ndata ${body.length}\n${body}\n`;
  });
  const commit = `commit refs/heads/agent-os\ncommitter Bench <bench@example.invalid> 1764000000 +0000\ndata 6\nimport\nfrom ${tip}\n`;
  playground.gitWithInput(clone, `${commit}${files.join('')}\n`, 'fast-import', '--quiet');
}

/** Random bytes, which do not compress, committed to a branch of their own and packed. */
function addLargePack(playground, clone) {
  mkdirSync(join(clone, 'assets'), { recursive: true });
  for (let file = 0; file < PACK_MEGABYTES / 50; file += 1) {
    writeFileSync(join(clone, 'assets', `${file}.bin`), randomBytes(50 << 20));
  }
  playground.git(clone, '-c', 'core.bigFileThreshold=1m', 'add', 'assets');
  playground.git(clone, 'commit', '-q', '-m', 'assets');
  playground.git(clone, '-c', 'core.compression=0', '-c', 'pack.window=0', 'repack', '-adq');
}
