import { type ChildProcess, spawn } from 'node:child_process';
import { AgentOsError } from '../domain/errors.ts';
import { ownEnvironment, userEnvironment } from './environment.ts';

/** Where git runs: relative remote URLs are relative to `cwd`. With `gitDir`, git looks for no repository by itself. */
export interface GitPlace {
  readonly cwd: string;
  readonly gitDir?: string;
}

export interface GitCall extends GitPlace {
  /** Another program that git would start itself, with the same environment; then without `gitDir` and `pins`. */
  readonly program?: string;
  /** The command and its words: fixed ones, checked names and oids; never a user's text where git parses options. */
  readonly args: readonly string[];
  /** Configuration that this call pins, `key: value`. */
  readonly pins?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Milliseconds until the whole process group is ended; by default a minute. */
  readonly timeout?: number;
  /** `hook`: the user's environment as it is, because the user's hooks will run. */
  readonly environment?: 'own' | 'hook';
  /** Set on top of the environment. */
  readonly variables?: NodeJS.ProcessEnv;
  /** Sees standard error while it is written. */
  readonly onStderr?: (chunk: Buffer) => void;
}

export interface GitResult {
  /** null: ended by a signal. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly stdout: Buffer;
  /** The last 64 KiB, without credentials in URLs. */
  readonly stderr: string;
}

const DEFAULT_TIMEOUT = 60_000;
const GRACE = 500;
const MAX_STDOUT = 64 * 1024 * 1024;
const MAX_STDERR = 64 * 1024;

/**
 * Run git without a shell, in a process group of its own that is ended as a whole when the time is up. Whatever git
 * says, a "no" included, is a result.
 * @throws AgentOsError NO_GIT, GIT_FAILED when it printed more than 64 MiB
 */
export function runGit(call: GitCall): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawnGit(call);
    const stdout: Buffer[] = [];
    let stdoutBytes = 0;
    let stderr: Buffer = Buffer.alloc(0);
    let timedOut = false;

    const end = endGroupLater(child);
    const timer = setTimeout(() => {
      timedOut = true;
      end();
    }, call.timeout ?? DEFAULT_TIMEOUT);
    const untrack = endWithParent(child);

    child.stdout?.on('data', (chunk: Buffer) => {
      stdoutBytes += chunk.length;
      if (stdoutBytes <= MAX_STDOUT) stdout.push(chunk);
      else end();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      call.onStderr?.(chunk);
      stderr = Buffer.concat([stderr, chunk]).subarray(-MAX_STDERR);
    });
    child.on('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      untrack();
      reject(cannotRun(cause, call));
    });
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      untrack();
      if (stdoutBytes > MAX_STDOUT) {
        reject(
          new AgentOsError('GIT_FAILED', `git ${call.args[0] ?? ''} printed more than ${MAX_STDOUT} bytes`),
        );
      } else {
        const text = redactCredentials(stderr.toString('utf8'));
        resolve({
          exitCode: timedOut ? null : exitCode,
          timedOut,
          stdout: Buffer.concat(stdout),
          stderr: text,
        });
      }
    });
    child.stdin?.on('error', () => {}); // git may end before it has read everything; its exit code tells
    child.stdin?.end(call.input ?? '');
  });
}

/**
 * Standard output of a git that is expected to succeed.
 * @throws AgentOsError NO_GIT, GIT_FAILED with git's words
 */
export async function expectGit(call: GitCall): Promise<Buffer> {
  const result = await runGit(call);
  if (result.exitCode === 0) return result.stdout;
  throw gitFailed(call.args, result);
}

export function gitFailed(args: readonly string[], result: GitResult): AgentOsError {
  const command = `git ${args[0] ?? ''}`;
  const words = result.stderr.trim().slice(-2000);
  return new AgentOsError(
    'GIT_FAILED',
    result.timedOut
      ? `${command} did not end in time`
      : `${command} failed: ${words === '' ? 'it was ended' : words}`,
    { data: { exitCode: result.exitCode, stderr: words } },
  );
}

/** Start git with pipes on all three; for a process that lives longer than one answer. */
export function spawnGit(call: Omit<GitCall, 'input' | 'timeout' | 'onStderr'>): ChildProcess {
  const environment =
    call.environment === 'hook' ? userEnvironment(process.env) : ownEnvironment(process.env);
  const where = call.gitDir === undefined ? [] : [`--git-dir=${call.gitDir}`];
  const pins = Object.entries(call.pins ?? {}).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  return spawn(call.program ?? 'git', [...where, ...pins, ...call.args], {
    cwd: call.cwd,
    env: { ...environment, ...call.variables },
    stdio: 'pipe',
    detached: true,
    windowsHide: true,
  });
}

/** Why git did not start: no git, or no such folder (node reports both as ENOENT). */
export function cannotRun(cause: NodeJS.ErrnoException, place: GitPlace): AgentOsError {
  if (cause.code === 'ENOENT') {
    return new AgentOsError('NO_GIT', `git could not be started in ${place.cwd}`, {
      hint: 'Install git 2.34 or newer, see that it is on the PATH, and that the folder still exists.',
      cause,
    });
  }
  return new AgentOsError('GIT_FAILED', `git could not be started: ${cause.message}`, { cause });
}

/** `https://user:token@host` → `https://***@host`. */
export function redactCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/'"]*@/gi, '$1***@');
}

function endGroupLater(child: ChildProcess): () => void {
  return () => {
    killGroup(child, 'SIGTERM');
    // Whoever ignores the first signal may hold the pipes open: they are closed on this side, too.
    setTimeout(() => {
      killGroup(child, 'SIGKILL');
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe?.destroy();
    }, GRACE).unref();
  };
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // the group is gone
  }
}

const running = new Set<ChildProcess>();
const DEADLY = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A detached child does not see Ctrl-C: while one runs, what ends this process ends it as well. */
function endWithParent(child: ChildProcess): () => void {
  if (running.size === 0) for (const signal of DEADLY) process.on(signal, passOn);
  running.add(child);
  return () => {
    running.delete(child);
    if (running.size === 0) for (const signal of DEADLY) process.off(signal, passOn);
  };
}

function passOn(signal: NodeJS.Signals): void {
  for (const child of running) killGroup(child, 'SIGTERM');
  for (const each of DEADLY) process.off(each, passOn);
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
