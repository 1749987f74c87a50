import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  /** null when a signal ended the process. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartOptions {
  readonly cwd: string;
  readonly env: Record<string, string>;
  /** All of standard input; without it, standard input is empty. */
  readonly input?: string | Uint8Array;
  /** Standard input stays open for `child.stdin`. */
  readonly keepInput?: boolean;
}

/** A process of its own group, so that stopping or killing it can take its children along. */
export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Never rejects for what the process does; rejects when it could not be started. */
  readonly result: Promise<Finished>;
  /** SIGKILL to the process alone: its children are orphaned, as when a machine's owner does it. */
  kill(): void;
  /** SIGKILL to the process and its children. */
  killGroup(): void;
  /** SIGSTOP and SIGCONT to the process and all that it started. */
  stop(): void;
  continue(): void;
}

export function start(command: string, args: readonly string[], options: StartOptions): Running {
  const child = spawn(command, args, { cwd: options.cwd, env: options.env, detached: true, stdio: 'pipe' });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => {}); // a process that ends without reading its input is its own affair
  if (options.input !== undefined) child.stdin.end(options.input);
  else if (options.keepInput !== true) child.stdin.end();
  const result = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    // 'exit', not 'close': an orphaned grandchild may keep the pipes open long after.
    child.on('exit', (exitCode, signal) => {
      const drained = signal === null ? closed(child) : Promise.resolve();
      drained.then(() => resolve({ stdout: text(stdout), stderr: text(stderr), exitCode, signal }));
    });
  });
  result.catch(() => {});
  const pid = child.pid ?? 0;
  return {
    pid,
    child,
    result,
    kill: () => void child.kill('SIGKILL'), // none once it has ended: its number may be another's by then
    killGroup: () => send(-pid, 'SIGKILL'),
    stop: () => sendToAll(descendants(pid), 'SIGSTOP'),
    continue: () => sendToAll(descendants(pid), 'SIGCONT'),
  };
}

export function run(command: string, args: readonly string[], options: StartOptions): Promise<Finished> {
  return start(command, args, options).result;
}

/**
 * SIGKILL to every process whose environment has `mark`, however deep it was started and whatever it detached from,
 * until none is left.
 */
export async function killMarked(mark: string): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    quiet = isNoneMarked(mark, (pid) => send(pid, 'SIGKILL')) ? quiet + 1 : 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/**
 * Resolves when no process has `mark` in its environment any more: in two looks one after the other, as a process may
 * start another and end while one look goes through the list.
 */
export async function untilNoneIsMarked(mark: string): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    quiet = isNoneMarked(mark) ? quiet + 1 : 0;
    if (quiet === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A process and all that descend from it, parents first. */
function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const pid of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
    const parent = parentOf(pid);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

function parentOf(pid: number): number {
  try {
    // proc(5): `pid (name) state ppid …`, and the name may contain anything
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return -1;
  }
}

/**
 * Whether no process has the mark, nor may have it in a moment: which of the two will be, only the next look tells, and
 * a process between two programs may be anybody's.
 * @param found - is told of each that has it, at once: its number may be another's a moment later
 */
function isNoneMarked(mark: string, found: (pid: number) => void = () => {}): boolean {
  const has = (pid: number) => environmentOf(pid).includes(mark);
  let isNone = true;
  for (const pid of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
    if (pid === process.pid) continue;
    const isMarked = has(pid);
    if (isMarked) found(pid);
    if (isMarked || isBetweenPrograms(pid) || has(pid)) isNone = false;
  }
  return isNone;
}

/** In the middle of execve(2) a process has neither arguments nor an environment, but a program: no thread of the kernel. */
function isBetweenPrograms(pid: number): boolean {
  try {
    readlinkSync(`/proc/${pid}/exe`);
    return ['environ', 'cmdline'].every((file) => readFileSync(`/proc/${pid}/${file}`).length === 0);
  } catch {
    return false; // it ended in the meantime
  }
}

/** @throws Error saying what to install: a test that needs a tool fails without it, and is never skipped. */
export function requireTool(name: string, debianPackage = name): void {
  if (!hasTool(name)) throw new Error(`these tests need ${name}: apt-get install ${debianPackage}`);
}

/**
 * Whether tests that need a program of the system cannot run here. They say so loudly and are left out; in CI, where
 * `.ci/run` has installed it, they run all the same, and fail without it.
 */
export function lacksTool(name: string, debianPackage = name): boolean {
  if (process.env['CI'] || hasTool(name)) return false;
  process.stderr.write(`\n*** NOT TESTED for want of ${name}: apt-get install ${debianPackage} ***\n\n`);
  return true;
}

function hasTool(name: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], {
      env: { PATH: `${process.env['PATH']}:/usr/sbin` },
    });
    return true;
  } catch {
    return false;
  }
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return []; // it ended in the meantime, or is not ours
  }
}

function closed(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once('close', resolve));
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}

function sendToAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) send(pid, signal);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    if (pid !== 0) process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
