import { Argument, Command, CommanderError, Option } from 'commander';
import { AgentOsError } from '../domain/errors.ts';
import { quoted } from '../domain/names.ts';
import { nearest } from '../domain/nearest.ts';
import type { AnyCommand, CommandSpec, Values } from './command-spec.ts';
import type { TableEntry } from './command-table.ts';
import { readVersion } from './version.ts';

/** Options that every command takes, before or after its name. */
export interface GlobalOptions {
  /** Each relative to the one before, as in git. */
  readonly directory?: readonly string[];
  readonly agent?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly input?: boolean;
}

export type ParsedLine =
  | { readonly kind: 'help'; readonly text: string; readonly asked: boolean }
  | { readonly kind: 'version'; readonly version: string }
  | {
      readonly kind: 'run';
      /** The first word of the command, which names its JSON schema. */
      readonly command: string;
      readonly spec: CommandSpec;
      readonly globals: GlobalOptions;
      readonly values: Values;
    };

/**
 * Reads a command line, loading the one command that it names. Nothing of it is handed on unparsed.
 * @throws AgentOsError USAGE
 */
export async function parseLine(argv: readonly string[], table: readonly TableEntry[]): Promise<ParsedLine> {
  const program = withGlobals(makeParser('agent-os').option('--version', 'print the version'));
  program.passThroughOptions().allowExcessArguments();
  const start = readGlobals(program, argv);
  if (program.getOptionValue('version') === true) return { kind: 'version', version: readVersion() };
  const [word, ...rest] = start.words;
  if (start.help || word === undefined || (word === 'help' && rest.length === 0)) {
    return { kind: 'help', text: describeProgram(program, table), asked: start.help || word === 'help' };
  }
  const name = word === 'help' ? (rest[0] ?? '') : word;
  const found = table.find((candidate) => candidate.name === name);
  if (found === undefined) throw unknownCommand('agent-os', name, table);
  const parsed = parseCommand(
    await found.load(),
    `agent-os ${name}`,
    word === 'help' ? [...rest.slice(1), '--help'] : rest,
  );
  if (parsed.kind === 'help') return parsed;
  return { ...parsed, command: name, globals: merge(start.globals, parsed.globals) };
}

type ParsedCommand =
  | Extract<ParsedLine, { kind: 'help' }>
  | {
      readonly kind: 'run';
      readonly spec: CommandSpec;
      readonly globals: GlobalOptions;
      readonly values: Values;
    };

function parseCommand(command: AnyCommand, title: string, argv: readonly string[]): ParsedCommand {
  if (!('subcommands' in command)) return parseOptions(command, title, argv);
  const parser = withGlobals(makeParser(title)).passThroughOptions().allowExcessArguments();
  parser.allowUnknownOption(command.fallback !== undefined);
  const { globals, words, help } = readGlobals(parser, argv);
  const [name, ...rest] = words;
  const named = command.subcommands.find((candidate) => candidate.name === name);
  if (named === undefined && (help || (name === undefined && command.fallback === undefined))) {
    parser.description(sentence(command.summary)).usage('<command> [options]');
    return { kind: 'help', text: withCommands(parser, command.subcommands), asked: help };
  }
  const fallback = command.subcommands.find((candidate) => candidate.name === command.fallback);
  const chosen = named ?? (isForFallback(name, fallback) ? fallback : undefined);
  if (chosen === undefined) throw unknownSubcommand(title, name ?? '', command.subcommands);
  const parsed = parseOptions(
    chosen,
    `${title} ${chosen.name}`,
    named === undefined ? words : help ? ['--help'] : rest,
  );
  return parsed.kind === 'help' ? parsed : { ...parsed, globals: merge(globals, parsed.globals) };
}

/** A word that is no option is meant for a fallback that takes some; for another one it is a subcommand, misspelt. */
function isForFallback(word: string | undefined, fallback: CommandSpec | undefined): boolean {
  return word === undefined || word.startsWith('-') || (fallback?.arguments ?? []).length > 0;
}

function parseOptions(spec: CommandSpec, title: string, argv: readonly string[]): ParsedCommand {
  const parser = makeParser(title).description(spec.description ?? sentence(spec.summary));
  for (const { name, description, optional, variadic } of spec.arguments ?? []) {
    const text = variadic === true ? `${name}...` : name;
    parser.addArgument(new Argument(optional === true ? `[${text}]` : `<${text}>`, description));
  }
  for (const { flags, description, choices, hidden = false } of spec.options ?? []) {
    const option = new Option(flags, description).hideHelp(hidden);
    parser.addOption(choices === undefined ? option : option.choices(choices));
  }
  parser.addHelpText('after', `\nExamples:\n${spec.examples.map((line) => `  ${line}`).join('\n')}`);
  const { globals, help } = readGlobals(withGlobals(parser), argv);
  if (help) return { kind: 'help', text: fullHelp(parser), asked: true };
  return { kind: 'run', spec, globals, values: typedValues(parser, spec) };
}

function makeParser(title: string): Command {
  return new Command(title)
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .helpCommand(false)
    .allowExcessArguments(false);
}

function withGlobals(parser: Command): Command {
  return parser
    .optionsGroup('Options of every command:')
    .addOption(
      new Option('-C, --directory <dir>', 'run as if started in <dir>').argParser(
        (value, previous?: readonly string[]) => [...(previous ?? []), value],
      ),
    )
    .option('--agent <name>', 'who speaks; otherwise AGENT_OS_AGENT, git config, the session, the person')
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'print no advice and no progress')
    .option('--no-input', 'never ask anything')
    .helpOption('-h, --help', 'show this help');
}

const GLOBALS = ['directory', 'agent', 'json', 'quiet', 'input'] as const;

function readGlobals(
  parser: Command,
  argv: readonly string[],
): { globals: GlobalOptions; words: readonly string[]; help: boolean } {
  let help = false;
  try {
    parser.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code !== 'commander.helpDisplayed') throw usageError(parser, error);
    help = true;
  }
  const given = GLOBALS.filter((name) => parser.getOptionValueSource(name) === 'cli');
  return {
    globals: Object.fromEntries(given.map((name) => [name, parser.getOptionValue(name)])),
    words: parser.args,
    help,
  };
}

function merge(before: GlobalOptions, after: GlobalOptions): GlobalOptions {
  return { ...before, ...after, directory: [...(before.directory ?? []), ...(after.directory ?? [])] };
}

function typedValues(parser: Command, spec: CommandSpec): Values {
  const values = new Map<string, unknown>(Object.entries(parser.opts()));
  spec.arguments?.forEach(({ name }, index) => {
    values.set(name, parser.processedArgs[index]);
  });
  const optional = (name: string): string | undefined => {
    const value = values.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    optional,
    text(name) {
      const value = optional(name);
      if (value === undefined) throw new Error(`the command has no value named ${name}`);
      return value;
    },
    list(name) {
      const value = values.get(name);
      return Array.isArray(value) ? value.map(String) : [];
    },
    flag: (name) => values.get(name) === true,
    choice(name) {
      const value = values.get(name);
      return typeof value === 'boolean' ? value : undefined;
    },
  };
}

function usageError(parser: Command, error: CommanderError): AgentOsError {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = rest.join(' ').match(/\(Did you mean (.+)\?\)/)?.[1];
  return new AgentOsError('USAGE', first, {
    hint: suggestion === undefined ? `See \`${parser.name()} --help\`.` : `Did you mean ${suggestion}?`,
  });
}

function unknownCommand(
  title: string,
  word: string,
  known: readonly { name: string }[],
  otherwise = `See \`${title} --help\`.`,
): AgentOsError {
  const suggestion = nearest(
    word,
    known.map(({ name }) => name),
  );
  return new AgentOsError('USAGE', `${title} has no command ${quoted(word)}`, {
    hint: suggestion === null ? otherwise : `Did you mean \`${title} ${suggestion}\`?`,
  });
}

function unknownSubcommand(title: string, word: string, all: readonly CommandSpec[]): AgentOsError {
  const known = all.filter(({ hidden }) => hidden !== true);
  return unknownCommand(title, word, known, `It has: ${known.map(({ name }) => name).join(', ')}.`);
}

function describeProgram(program: Command, table: readonly TableEntry[]): string {
  program
    .description('Coordination for coding agents and people through nothing but git.')
    .usage('<command> [options]');
  return `${withCommands(program, table)}\n\`agent-os <command> --help\` shows a command's options and examples.\n`;
}

function withCommands(
  parser: Command,
  all: readonly { name: string; summary: string; hidden?: boolean }[],
): string {
  const commands = all.filter(({ hidden }) => hidden !== true);
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`);
  return `${parser.helpInformation()}\nCommands:\n${lines.join('\n')}\n`;
}

/** The help with its examples: `helpInformation` alone leaves out what addHelpText added. */
function fullHelp(parser: Command): string {
  let text = '';
  parser.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  parser.outputHelp();
  return text;
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}
