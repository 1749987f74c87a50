import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePlayground } from './support/playground.js';
import { comparePairs } from './support/statistics.js';

/** The hooks that git runs for a commit. */
const HOOKS = ['pre-commit', 'commit-msg', 'post-commit'];
const FOREIGN = 50;
const STAGED = 1000;

/**
 * `git commit` with the hooks installed, an active session and nothing to guard, over as many hooks that contain
 * `exit 0`, and over none; and how often Node is started for a commit where others hold locks.
 */
export async function benchCommit() {
  const playground = makePlayground();
  try {
    const { clones } = playground.makeClones('commit', 4);
    const [guarded, empty, plain, other] = clones;
    for (const hook of HOOKS) {
      writeFileSync(join(empty, '.git/hooks', hook), '#!/bin/sh\nexit 0\n');
      chmodSync(join(empty, '.git/hooks', hook), 0o755);
    }
    playground.agentOs(guarded, 'hooks', 'install');
    playground.agentOs(guarded, 'start', '--agent', 'go-backend', 'Bench');
    const commit = (clone) => playground.startGit(clone, 'commit', '-q', '--allow-empty', '-m', 'bench');
    await commit(guarded);
    const over = async (baseline) =>
      comparePairs({
        pairs: 200,
        warmUp: 10,
        subject: () => commit(guarded),
        baseline: () => commit(baseline),
      });
    const rows = [
      { name: '`git commit`, hooks installed / hooks that `exit 0`', target: 1.1, ...(await over(empty)) },
      { name: '`git commit`, hooks installed / no hooks', target: 3, ...(await over(plain)) },
    ];

    playground.agentOs(other, 'start', '--agent', 'sveltekit-specialist', 'Bench');
    for (let number = 0; number < FOREIGN; number += 1) {
      playground.agentOs(other, 'lock', `area-${number}`, '--paths', `locked/${number}/**`);
    }
    playground.agentOs(guarded, 'sync');
    const starts = await countStarts(playground, guarded);
    rows[0].note = `With ${FOREIGN} locks of others and ${STAGED} staged files, a commit starts Node ${starts} times (at most 1).`;
    return rows;
  } finally {
    playground.remove();
  }
}

/** How often the hooks of one commit start Node before git is done: what works in the background has a second's pause. */
async function countStarts(playground, clone) {
  const log = join(playground.root, 'starts');
  const node = join(playground.root, 'node');
  writeFileSync(log, '');
  writeFileSync(node, `#!/bin/sh\necho start >>'${log}'\nexec '${process.execPath}' "$@"\n`);
  chmodSync(node, 0o755);
  const launcher = join(clone, '.git/agent-os/hooks/launcher');
  const [, program] = readFileSync(launcher, 'utf8').split('\n');
  writeFileSync(launcher, `${node}\n${program}\n`);
  mkdirSync(join(clone, 'src'));
  for (let number = 0; number < STAGED; number += 1)
    writeFileSync(join(clone, `src/${number}.txt`), `${number}\n`);
  playground.git(clone, 'add', 'src');
  await playground.startGit(clone, 'commit', '-q', '-m', 'many files');
  return readFileSync(log, 'utf8').split('\n').length - 1;
}
