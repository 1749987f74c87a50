import { makePlayground, openBatch } from './support/playground.js';
import { comparePairs } from './support/statistics.js';

const PAIRS = 50;
const WARM_UP = 3;

/**
 * A lock and an unlock on the remote through `batch`, over two bare pushes that move a ref by lease to a new commit
 * with a file of the size of a record.
 */
export async function benchRemoteLock() {
  const playground = makePlayground();
  const [clone] = playground.makeClones('remote-lock', 1).clones;
  const batch = openBatch({ cwd: clone, environment: playground.environment });
  try {
    await batch.ask('start', '--agent', 'go-backend', 'Bench');
    const ref = 'refs/agent-os/locks/bare-baseline';
    const records = writeRecords(playground, clone, 2 * (PAIRS + WARM_UP));
    let present = '';
    const push = async () => {
      const next = records.pop();
      const lease = `--force-with-lease=${ref}:${present}`;
      await playground.startGit(clone, 'push', '-q', '--no-verify', lease, 'origin', `${next}:${ref}`);
      present = next;
    };
    const result = await comparePairs({
      pairs: PAIRS,
      warmUp: WARM_UP,
      subject: async () => {
        await batch.ask('lock', 'database-schema', '--agent', 'go-backend');
        await batch.ask('unlock', 'database-schema', '--agent', 'go-backend');
      },
      baseline: async () => {
        await push();
        await push();
      },
    });
    return [{ name: 'remote `lock` + `unlock` through `batch` / two bare pushes', target: 1.3, ...result }];
  } finally {
    await batch.close();
    playground.remove();
  }
}

/** Commits, each the child of the one that is pushed before it. */
function writeRecords(playground, clone, count) {
  const records = [];
  let parent = [];
  for (let number = 0; number < count; number += 1) {
    const blob = playground
      .gitWithInput(clone, `${number}\n${'x'.repeat(400)}\n`, 'hash-object', '-w', '--stdin')
      .trim();
    const tree = playground.gitWithInput(clone, `100644 blob ${blob}\tlock.yaml\n`, 'mktree').trim();
    const commit = playground.git(clone, 'commit-tree', ...parent, '-m', `record ${number}`, tree).trim();
    parent = ['-p', commit];
    records.unshift(commit);
  }
  return records;
}
