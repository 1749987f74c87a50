import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Probe } from '../domain/hook-files.ts';
import { runGit } from './process.ts';

const TIMEOUT = 20_000;

/**
 * Let git itself run a hook of a worktree (`git hook run`, git 2.36), with AGENT_OS_PROBE set: our part answers in that
 * file and ends the hook at once, so nothing after it runs.
 * @param hook - a hook of githooks(5)
 */
export async function probeHook(workTree: string, hook: string, args: readonly string[]): Promise<Probe> {
  const folder = await mkdtemp(join(tmpdir(), 'agent-os-probe-'));
  try {
    const answers = join(folder, 'answers');
    const done = await runGit({
      cwd: workTree,
      args: ['hook', 'run', '--ignore-missing', hook, ...(args.length === 0 ? [] : ['--', ...args])],
      variables: { AGENT_OS_PROBE: answers },
      timeout: TIMEOUT,
    });
    if (/is not a git command/.test(done.stderr)) return { kind: 'unknown' };
    const said = await readFile(answers, 'utf8').catch(() => '');
    const times = said.split('\n').filter((line) => line === hook).length;
    return times > 0
      ? { kind: 'reached', times }
      : { kind: 'silent', words: done.stderr.trim().slice(0, 300) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
