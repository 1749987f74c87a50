import { COMMANDS } from './command-table.ts';
import { exitCodeOf, print, printLines, printProgress, type Streams } from './output.ts';
import { makePerformer, type World } from './perform.ts';

/** The process around a command line; tests have their own. */
export interface Surroundings extends Streams, Pick<World, 'cwd' | 'openWorkspace'> {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly commands?: World['commands'];
  /** Default: nobody can be asked. */
  readonly ask?: World['ask'];
}

/**
 * Runs one command line and prints what it has to say.
 * @param argv - without node and the script
 * @returns the exit code; this never throws
 */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const {
    cwd,
    env,
    stdin,
    stdout,
    openWorkspace,
    commands = COMMANDS,
    ask = async () => null,
  } = surroundings;
  const performer = makePerformer({
    cwd,
    env,
    commands,
    openWorkspace,
    answer: (line) =>
      new Promise((resolve, reject) => {
        stdout.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
      }),
    show: (lines) => printLines(surroundings, lines),
    ask,
    progress: (line) => printProgress(surroundings, line),
  });
  const performed = await performer.perform(argv, stdin);
  print(surroundings, performed);
  await performer.close();
  return exitCodeOf(performed.output);
}
