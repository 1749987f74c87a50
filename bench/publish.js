import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { makePlayground } from './support/playground.js';
import { quantile } from './support/statistics.js';

const CLONES = 20;
const MESSAGES = 10;
const WORKER = fileURLToPath(new URL('./support/publish-worker.js', import.meta.url));

/**
 * Twenty clones send ten messages each at once. Latency: from the call until the operation is on the remote, as the
 * sender knows it. Beside it the loop that everybody writes first: fetch, merge, push the branch, wait, again.
 */
export async function benchPublish() {
  const [outbox, loop] = [await run('outbox'), await run('loop')];
  const p95 = { outbox: quantile(outbox, 0.95), loop: quantile(loop, 0.95) };
  const percentiles = (numbers) =>
    [0.5, 0.95, 1].map((p) => `${(quantile(numbers, p) / 1000).toFixed(2)} s`).join(' / ');
  return [
    {
      name: `${CLONES} clones × ${MESSAGES} messages until published, 95th percentile / plain loop`,
      target: 0.25,
      subject: p95.outbox,
      baseline: p95.loop,
      ratio: p95.outbox / p95.loop,
      pairs: CLONES * MESSAGES,
      note: `50th / 95th / 100th: outboxes ${percentiles(outbox)}; loop ${percentiles(loop)}`,
    },
  ];
}

async function run(strategy) {
  const playground = makePlayground();
  try {
    const { clones } = playground.makeClones(strategy, CLONES);
    const workers = clones.map((clone) => startWorker(clone, strategy, playground.environment));
    await Promise.all(workers.map(({ ready }) => ready));
    for (const { child } of workers) child.send('go');
    return (await Promise.all(workers.map(({ latencies }) => latencies))).flat();
  } finally {
    playground.remove();
  }
}

function startWorker(cwd, strategy, env) {
  const child = spawn(process.execPath, [WORKER, strategy, String(MESSAGES)], {
    cwd,
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const next = () =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`worker in ${cwd} ended with ${code}`)));
    });
  const ready = next();
  return { child, ready, latencies: ready.then(next) };
}
