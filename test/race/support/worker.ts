import { createInterface } from 'node:readline';
import type { Running } from '../../support/processes.ts';
import type { Sandbox } from '../../support/sandbox.ts';

export interface Answer {
  readonly exitCode: number;
  readonly error?: { readonly code: string; readonly message: string };
  readonly [key: string]: unknown;
}

/** An agent in a process of its own, `agent-os batch`, which answers one request after the other. */
export interface Worker {
  readonly agent: string;
  readonly clone: string;
  readonly running: Running;
  /** Rejects when the process ends without an answer. */
  ask(...argv: string[]): Promise<Answer>;
  /** As `ask`, but throws unless the exit code is 0. */
  tell(...argv: string[]): Promise<Answer>;
  end(): Promise<void>;
}

export function startWorker(
  sandbox: Sandbox,
  clone: string,
  agent: string,
  env: Readonly<Record<string, string>> = {},
): Worker {
  const options = { env: { AGENT_OS_AGENT: agent, ...env }, keepInput: true };
  const running = sandbox.startCli(clone, ['batch'], options);
  const { stdin, stdout } = running.child;
  if (stdin === null || stdout === null) throw new Error('the worker has no pipes');
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();

  const ask = (...argv: string[]): Promise<Answer> => {
    const answered = last.then(async (): Promise<Answer> => {
      stdin.write(`${JSON.stringify({ argv })}\n`);
      const { value, done } = await lines.next();
      if (done !== true) return JSON.parse(value);
      const { signal, exitCode, stderr } = await running.result;
      throw new Error(`${agent} ended (${signal ?? exitCode}) while asked to ${argv.join(' ')}: ${stderr}`);
    });
    last = answered.catch(() => {});
    return answered;
  };
  return {
    agent,
    clone,
    running,
    ask,
    tell: async (...argv) => {
      const answer = await ask(...argv);
      if (answer.exitCode === 0) return answer;
      throw new Error(
        `${agent}: ${argv.join(' ')} ended with ${answer.exitCode}: ${JSON.stringify(answer.error)}`,
      );
    },
    end: async () => {
      stdin.end();
      await running.result;
    },
  };
}
