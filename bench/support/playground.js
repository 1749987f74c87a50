import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const BINARY = fileURLToPath(new URL('../../bin/agent-os.js', import.meta.url));
const MEMORY_PROBE = new URL('./report-memory.js', import.meta.url).href;

/** A temporary folder with a HOME of its own, in which git and agent-os run with nobody's configuration. */
export function makePlayground() {
  const root = mkdtempSync(join(tmpdir(), 'agent-os-bench-'));
  mkdirSync(join(root, 'home'));
  const clean = Object.entries(process.env).filter(([name]) => !/^(GIT_|AGENT_OS_|XDG_)/.test(name));
  const environment = {
    ...Object.fromEntries(clean),
    HOME: join(root, 'home'),
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: 'C',
    GIT_AUTHOR_NAME: 'Bench',
    GIT_AUTHOR_EMAIL: 'bench@example.invalid',
    GIT_COMMITTER_NAME: 'Bench',
    GIT_COMMITTER_EMAIL: 'bench@example.invalid',
    AGENT_OS_PUBLISH: 'manual',
  };
  const run = (command, args, cwd, options = {}) => {
    const done = spawnSync(command, args, { cwd, env: environment, maxBuffer: 1 << 28, ...options });
    if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.stderr}`);
    return done.stdout.toString();
  };
  const start = (command, args, cwd) =>
    new Promise((resolve, reject) => {
      const child = spawn(command, args, { cwd, env: environment, stdio: 'ignore' });
      child.on('error', reject);
      child.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`${args.join(' ')} ended with ${code}`)),
      );
    });
  return {
    root,
    environment,
    git: (cwd, ...args) => run('git', args, cwd),
    gitWithInput: (cwd, input, ...args) => run('git', args, cwd, { input }),
    agentOs: (cwd, ...args) => run(process.execPath, [BINARY, ...args], cwd),
    startAgentOs: (cwd, ...args) => start(process.execPath, [BINARY, ...args], cwd),
    startNode: () => start(process.execPath, ['-e', '0'], root),
    startGit: (cwd, ...args) => start('git', args, cwd),
    /** Peak resident memory in MB of one run. */
    peakMemory(cwd, ...args) {
      const report = join(root, 'memory');
      run(process.execPath, ['--import', MEMORY_PROBE, BINARY, ...args], cwd, {
        env: { ...environment, BENCH_MEMORY_REPORT: report },
      });
      return Number(readFileSync(report, 'utf8')) / 1024;
    },
    /** A bare remote and `count` clones of it, each with agent-os set up. */
    makeClones(name, count) {
      const remote = join(root, `${name}.git`);
      run('git', ['init', '-q', '--bare', remote], root);
      const clones = [];
      for (let number = 1; number <= count; number += 1) {
        const clone = join(root, `${name}-${number}`);
        run('git', ['clone', '-q', remote, clone], root);
        run(process.execPath, [BINARY, 'init', '--quiet', '--no-view', '--no-hooks'], clone);
        clones.push(clone);
      }
      return { remote, clones };
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** One `agent-os batch` process that answers requests one after the other. */
export function openBatch({ cwd, environment }) {
  const child = spawn(process.execPath, [BINARY, 'batch'], {
    cwd,
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(...argv) {
      child.stdin.write(`${JSON.stringify({ argv })}\n`);
      const answer = JSON.parse((await lines.next()).value);
      if (answer.error !== undefined)
        throw new Error(`batch ${argv.join(' ')}: ${JSON.stringify(answer.error)}`);
      return answer;
    },
    close: () => new Promise((resolve) => child.on('exit', resolve).stdin.end()),
  };
}
