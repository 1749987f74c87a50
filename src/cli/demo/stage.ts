import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AgentOsError } from '../../domain/errors.ts';
import { dim, good, type Line, strong } from '../text.ts';

/** Runs a program to its end; standard output and error come together. */
export type RunProgram = (program: {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}) => Promise<{ readonly exitCode: number | null; readonly output: string }>;

export interface StageOptions {
  /** `bin/agent-os.js` of this package. */
  readonly launcher: string;
  readonly run: RunProgram;
  readonly show: (...lines: Line[]) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where the demo plays: a temporary folder in which every command is shown as typed, with what it printed. */
export interface Stage {
  readonly folder: string;
  /** A heading, and what is about to happen. */
  scene(title: string, ...words: string[]): void;
  say(...lines: Line[]): void;
  write(path: string, content: string): Promise<void>;
  /** @returns what it printed @throws AgentOsError INTERNAL when it exits otherwise than with `exit` (default 0) */
  git(where: string, ...args: string[]): Promise<string>;
  agentOs(where: string, args: readonly string[], options?: { readonly exit?: number }): Promise<string>;
  /** Shows the command now and what it printed when it is awaited: others act meanwhile. */
  begin(where: string, args: readonly string[]): Promise<() => Promise<string>>;
  /** What plain git says must match, or the demo fails. */
  prove(claim: string, where: string, args: readonly string[], expected: RegExp): Promise<void>;
  readonly proofs: number;
}

export async function buildStage({ launcher, run, show, env }: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'agent-os-demo-'));
  const home = join(folder, 'home');
  await mkdir(home);
  const outside = Object.entries(env).filter(([name]) => !/^(GIT_|AGENT_OS_|XDG_|HOME$)/.test(name));
  const inside = {
    ...Object.fromEntries(outside),
    ...{
      HOME: home,
      GIT_CONFIG_NOSYSTEM: '1',
      LC_ALL: 'C',
      AGENT_OS_PUBLISH: 'now',
      AGENT_OS_TIMEOUT: '60s',
    },
  };
  let proofs = 0;

  const prompt = (where: string, line: string) => show([dim(`${where}$ `), strong(line)]);
  const printed = (output: string) => {
    const lines = output.trimEnd().split('\n');
    show(...lines.filter((line) => line !== '').map((line) => ['  ', line]));
  };
  const perform = async (where: string, program: string, args: readonly string[], exit = 0) => {
    const [command, words] = program === 'git' ? ['git', args] : [process.execPath, [launcher, ...args]];
    const { exitCode, output } = await run({ command, args: words, cwd: join(folder, where), env: inside });
    if (exitCode === exit) return output;
    throw new AgentOsError(
      'INTERNAL',
      `${typed(program, args)} ended with ${exitCode}, not ${exit}: ${output}`,
      {
        hint: `The demo's folder is ${folder}.`,
      },
    );
  };

  return {
    folder,
    get proofs() {
      return proofs;
    },
    scene: (title, ...words) => show('', [strong(`— ${title} —`)], ...words.map((line) => dim(line)), ''),
    say: show,
    async write(path, content) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    },
    async git(where, ...args) {
      prompt(where, typed('git', args));
      const output = await perform(where, 'git', args);
      printed(output);
      return output;
    },
    async agentOs(where, args, { exit = 0 } = {}) {
      prompt(where, typed('agent-os', args));
      const output = await perform(where, 'agent-os', args, exit);
      printed(output);
      if (exit !== 0) show(dim(`  (exit code ${exit})`));
      return output;
    },
    async begin(where, args) {
      prompt(where, `${typed('agent-os', args)} &`);
      const running = perform(where, 'agent-os', args);
      running.catch(() => {}); // it is reported when it is awaited
      return async () => {
        const output = await running;
        show(dim(`  (in ${where}, ${typed('agent-os', args)} has ended)`));
        printed(output);
        return output;
      };
    },
    async prove(claim, where, args, expected) {
      const output = await perform(where, 'git', args);
      if (!expected.test(output)) {
        throw new AgentOsError(
          'INTERNAL',
          `${claim}: ${typed('git', args)} in ${where} says otherwise: ${output}`,
          {
            hint: `The demo's folder is ${folder}.`,
          },
        );
      }
      proofs += 1;
      show([good('  proved with plain git: '), claim]);
      show([dim(`    ${where}$ ${typed('git', args)}`)]);
    },
  };
}

/** A command line as a person would type it. */
function typed(program: string, args: readonly string[]): string {
  const words = args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`));
  return [program, ...words].join(' ');
}
