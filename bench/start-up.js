import { makePlayground } from './support/playground.js';
import { comparePairs } from './support/statistics.js';

/** One-shot commands over a bare Node start. */
export async function benchStartUp() {
  const playground = makePlayground();
  try {
    const [clone] = playground.makeClones('start-up', 1).clones;
    playground.agentOs(clone, 'start', '--agent', 'go-backend', 'Bench');
    playground.agentOs(clone, 'lock', 'database-schema', 'api-contracts', '--agent', 'go-backend');
    const send = ['send', 'sveltekit-specialist', 'Auth endpoints are ready', '--agent', 'go-backend'];
    const cases = [
      { name: '`locks` / `node -e 0`', target: 1.4, args: ['locks'] },
      { name: '`send` / `node -e 0`', target: 1.8, args: send },
    ];
    const rows = [];
    for (const { name, target, args } of cases) {
      const result = await comparePairs({
        subject: () => playground.startAgentOs(clone, ...args),
        baseline: () => playground.startNode(),
      });
      rows.push({ name, target, ...result, memory: playground.peakMemory(clone, ...args) });
    }
    return rows;
  } finally {
    playground.remove();
  }
}
