import { resolve } from 'node:path';
import type { Workspace } from '../app/workspace.ts';
import { AgentOsError } from '../domain/errors.ts';
import { parseAgentName } from '../domain/names.ts';
import type { CommandOutput, Invocation, Performed } from './command-spec.ts';
import type { TableEntry } from './command-table.ts';
import { given } from './given.ts';
import { type ParsedLine, parseLine } from './parse.ts';
import type { Line } from './text.ts';
import { withView } from './with-view.ts';

/** What command lines run in: the process, or a test. */
export interface World {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly commands: readonly TableEntry[];
  openWorkspace(options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly agent?: string;
  }): Promise<Workspace>;
  answer(line: string): Promise<void>;
  show(lines: readonly Line[]): void;
  progress(line: Line): void;
  /** Asks a person at a terminal; null where there is none. */
  ask(question: string): Promise<boolean | null>;
}

export interface Performer {
  /** Runs one command line; whatever goes wrong is the output's error. */
  perform(argv: readonly string[], stdin: AsyncIterable<Uint8Array>): Promise<Performed>;
  /** Closes the workspaces that were opened: each folder and agent has one, which serves all of its command lines. */
  close(): Promise<void>;
}

export function makePerformer(world: World): Performer {
  const { env } = world;
  /** By folder and agent. */
  const workspaces = new Map<string, Promise<Workspace>>();

  const open = (cwd: string, agent: string | undefined, variables: Readonly<Record<string, string>> = {}) => {
    const key = JSON.stringify([cwd, agent]);
    const known = workspaces.get(key);
    if (known !== undefined) return known;
    const opened = world.openWorkspace({ cwd, env: { ...env, ...variables }, ...given({ agent }) });
    workspaces.set(key, opened);
    opened.catch(() => workspaces.delete(key));
    return opened;
  };

  const close = async (isMeant: (cwd: string) => boolean): Promise<void> => {
    const keys = [...workspaces.keys()].filter((key) => isMeant(JSON.parse(key)[0]));
    const opened = await Promise.allSettled(keys.map((key) => workspaces.get(key)));
    for (const key of keys) workspaces.delete(key);
    await Promise.all(opened.map((one) => (one.status === 'fulfilled' ? one.value?.close() : undefined)));
  };

  /** What a command may call in its turn. */
  const callable = world.commands.filter(({ alone }) => !alone);

  async function perform(
    argv: readonly string[],
    stdin: AsyncIterable<Uint8Array>,
    commands: readonly TableEntry[],
  ): Promise<Performed> {
    const asked = { json: asksForJson(argv), quiet: false };
    let command = argv.find((word) => commands.some(({ name }) => name === word)) ?? 'agent-os';
    try {
      const line = await parseLine(argv, commands);
      if (line.kind !== 'run') return { command: line.kind, output: describeProgram(line), ...asked };
      command = line.command;
      const { json = false, quiet = false, input = true, directory = [], agent } = line.globals;
      if (agent !== undefined) parseAgentName(agent);
      const cwd = resolve(world.cwd, ...directory);
      const invocation: Invocation = {
        values: line.values,
        agent,
        cwd,
        env,
        input,
        stdin,
        workspace: () => open(cwd, agent),
        async reopen(variables) {
          await close((other) => other === cwd);
          return open(cwd, agent, variables);
        },
        readInput: (limit) => readAll(stdin, limit),
        perform: (other, otherInput) => perform(other, otherInput, callable),
        answer: world.answer,
        show: (...lines) => (json ? undefined : world.show(lines)),
        ask: async (question) => (json || !input || env['CI'] ? null : world.ask(question)),
        progress: json || quiet ? () => {} : world.progress,
      };
      const output = await withView(line.spec.view, { open: invocation.workspace, env }, () =>
        line.spec.run(invocation),
      );
      return { command, output, json, quiet };
    } catch (error) {
      return { command, output: { data: {}, error: toAgentOsError(error, env) }, ...asked };
    }
  }

  return {
    perform: (argv, stdin) => perform(argv, stdin, world.commands),
    close: () => close(() => true),
  };
}

function describeProgram(line: Exclude<ParsedLine, { kind: 'run' }>): CommandOutput {
  if (line.kind === 'version') return { data: { version: line.version }, text: [line.version] };
  const lines = line.text.trimEnd().split('\n');
  return line.asked
    ? { data: { text: line.text }, text: lines }
    : { data: { text: line.text }, notes: lines, exitCode: 2 };
}

/** Whether `--json` was typed, known even when the rest of the line cannot be parsed. */
function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
}

/** Any thrown value as the one error class: what is not expected is a defect, and says how to report it. */
function toAgentOsError(error: unknown, env: World['env']): AgentOsError {
  if (error instanceof AgentOsError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  return new AgentOsError('INTERNAL', `agent-os has a defect: ${cause.message}`, {
    hint: 'Please report this with the command you typed; AGENT_OS_DEBUG=1 and --json add where it happened.',
    cause,
    ...(env['AGENT_OS_DEBUG'] && { data: { stack: cause.stack } }),
  });
}

async function readAll(stdin: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    size += chunk.length;
    if (size > limit) {
      throw new AgentOsError('TOO_LARGE', `standard input is over ${limit} bytes`, {
        hint: 'Attach large content as a file, or name where it is.',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
