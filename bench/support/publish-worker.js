// Sends messages one after the other when told to, and reports how long each took until it was on the remote.
import { openWorkspace, sendMessage } from '../../dist/index.js';

const [strategy, count] = process.argv.slice(2);
const BUDGET = 120_000;
const SHORTEST = 50;
const LONGEST = 2000;

const workspace = await openWorkspace({ agent: `clone-${process.pid}` });
const publish = strategy === 'outbox' ? publishThroughOutbox : publishByLoop;
process.send('ready');
await new Promise((resolve) => process.once('message', resolve));

const latencies = [];
for (let number = 0; number < Number(count); number += 1) {
  const started = performance.now();
  await sendMessage(workspace, { to: ['receiver'], text: `Message ${number}` });
  await publish();
  latencies.push(performance.now() - started);
}
process.send(latencies);
await workspace.close();
process.disconnect();

async function publishThroughOutbox() {
  const sync = await workspace.sync();
  const { pending } = await sync.round({ pull: false, push: true, until: 'published', budget: BUDGET });
  if (pending > 0) throw new Error(`${pending} operations are not published`);
}

/** The plain loop: fetch, merge, push the branch; when another was first, wait with full jitter and do it again. */
async function publishByLoop() {
  const { remote, branch, settings } = workspace;
  for (let attempt = 0; ; attempt += 1) {
    const mirror = await remote.fetch();
    const { tip } = await branch.join(mirror.branch === null ? [] : [mirror.branch]);
    const outcome = (await remote.offer([{ ref: settings.branch, to: tip }])).get(settings.branch);
    if (outcome.status === 'done') return;
    const ceiling = Math.min(LONGEST, SHORTEST * 2 ** attempt);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * ceiling));
  }
}
