import { expect, test } from 'vitest';
import type { AnyCommand, CommandOutput, Invocation } from '../../../src/cli/command-spec.ts';
import { COMMANDS } from '../../../src/cli/command-table.ts';
import { run } from '../../../src/cli/run.ts';
import { good } from '../../../src/cli/text.ts';
import { AgentOsError } from '../../../src/domain/errors.ts';

interface Trial {
  readonly loaded: string[];
  readonly invocation: Invocation | undefined;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line against two commands of the test's own: `greet NAME…` and the group `note add|show`. */
async function trial(
  argv: readonly string[],
  act: (invocation: Invocation) => CommandOutput | Promise<CommandOutput> = () => ({ data: {} }),
  { input = '', terminal = false }: { input?: string; terminal?: boolean } = {},
): Promise<Trial> {
  const loaded: string[] = [];
  let invocation: Invocation | undefined;
  const out = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    isTTY: terminal,
    write(text: string) {
      out[name] += text;
    },
  });
  const runs = (given: Invocation) => {
    invocation = given;
    return Promise.resolve(act(given));
  };
  const commands: Record<string, AnyCommand> = {
    greet: {
      name: 'greet',
      summary: 'greet people',
      arguments: [{ name: 'name', description: 'who', variadic: true }],
      options: [
        { flags: '--reply-to <id>', description: 'an id' },
        { flags: '--tone <tone>', description: 'how', choices: ['kind', 'brief'] },
        { flags: '--no-view', description: 'without view' },
      ],
      examples: ['agent-os greet Ada'],
      run: runs,
    },
    note: {
      name: 'note',
      summary: 'keep notes',
      fallback: 'show',
      subcommands: [
        {
          name: 'add',
          summary: 'add a note',
          arguments: [{ name: 'text', description: 'what' }],
          examples: ['agent-os note add x'],
          run: runs,
        },
        {
          name: 'show',
          summary: 'show notes',
          options: [{ flags: '--since <when>', description: 'when' }],
          examples: ['agent-os note'],
          run: runs,
        },
      ],
    },
  };
  const exitCode = await run(argv, {
    cwd: '/here',
    env: {},
    stdin: (async function* () {
      yield new TextEncoder().encode(input);
    })(),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    openWorkspace: () =>
      Promise.reject(new AgentOsError('NOT_A_REPOSITORY', '/here is in no git repository')),
    commands: Object.entries(commands).map(([name, command]) => ({
      name,
      summary: command.summary,
      alone: false,
      load: () => {
        loaded.push(name);
        return Promise.resolve(command);
      },
    })),
  });
  return { loaded, invocation, exitCode, ...out };
}

test('help lists every command and loads none', async () => {
  const { stdout, stderr, exitCode, loaded } = await trial(['--help']);
  expect(stdout).toContain('greet  greet people');
  expect(stdout).toContain('note   keep notes');
  expect({ stderr, exitCode, loaded }).toEqual({ stderr: '', exitCode: 0, loaded: [] });
});

test('no command at all is a usage error that shows the help', async () => {
  const { stdout, stderr, exitCode } = await trial([]);
  expect(stderr).toContain('Usage: agent-os <command>');
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
});

test.each([[['greet', '-h']], [['help', 'greet']], [['greet', 'Ada', '--help']], [['--help', 'greet']]])(
  '%j shows options and examples',
  async (argv) => {
    const { stdout, exitCode, invocation } = await trial(argv);
    expect(stdout).toContain(argv[0] === '--help' ? 'Commands:' : 'agent-os greet Ada');
    expect({ exitCode, invocation }).toEqual({ exitCode: 0, invocation: undefined });
  },
);

test('global options go before or after the command', async () => {
  for (const argv of [
    ['--agent', 'go-backend', '-C', 'sub', '--no-input', 'greet', 'Ada'],
    ['greet', 'Ada', '--agent', 'go-backend', '-C', 'sub', '--no-input'],
  ]) {
    const { invocation } = await trial(argv);
    expect(invocation).toMatchObject({ agent: 'go-backend', cwd: '/here/sub', input: false });
  }
});

test('several -C add up, as in git', async () => {
  expect((await trial(['-C', 'a', '-C', 'b', 'greet', 'x'])).invocation?.cwd).toBe('/here/a/b');
  expect((await trial(['-C', 'a', 'greet', 'x', '-C', 'b'])).invocation?.cwd).toBe('/here/a/b');
});

test('values are those that were typed', async () => {
  const { invocation } = await trial(['greet', 'Ada', 'Bob', '--reply-to', '7', '--', '--no-view']);
  expect(invocation?.values.list('name')).toEqual(['Ada', 'Bob', '--no-view']);
  expect(invocation?.values.optional('replyTo')).toBe('7');
  expect(invocation?.values.optional('tone')).toBeUndefined();
  expect(invocation?.values.flag('view')).toBe(true);
  expect((await trial(['greet', 'Ada', '--no-view'])).invocation?.values.flag('view')).toBe(false);
});

test('a group runs the subcommand that is named, or its fallback', async () => {
  expect((await trial(['note', 'add', 'hello'])).invocation?.values.text('text')).toBe('hello');
  expect((await trial(['note', '--since', '1d'])).invocation?.values.optional('since')).toBe('1d');
  expect((await trial(['note', '--json'], () => ({ data: { entries: [] } }))).stdout).toBe(
    '{"schema":"agent-os/cli/note/v1","entries":[]}\n',
  );
  expect((await trial(['note', '--help'])).stdout).toContain('show  show notes');
  expect((await trial(['note', 'add', '--help'])).stdout).toContain('agent-os note add x');
});

test.each([
  [['gret', 'x'], "agent-os has no command 'gret'", 'Did you mean `agent-os greet`?'],
  [['zzz'], "agent-os has no command 'zzz'", 'See `agent-os --help`.'],
  [['greet', '--reply', 'x'], "unknown option '--reply'", 'Did you mean --reply-to?'],
  [['--upload-pack=x', 'greet'], "unknown option '--upload-pack=x'", 'See `agent-os --help`.'],
  [['greet'], "missing required argument 'name'", 'See `agent-os greet --help`.'],
  [['note', 'add', 'a', 'b'], 'too many arguments', 'See `agent-os note add --help`.'],
  [['note', 'frob'], "agent-os note has no command 'frob'", 'It has: add, show.'],
  [['note', 'shwo'], "agent-os note has no command 'shwo'", 'Did you mean `agent-os note show`?'],
  [['greet', 'x', '--tone', 'rude'], "argument 'rude' is invalid", 'See `agent-os greet --help`.'],
])('usage error of %j', async (argv, message, hint) => {
  const { stdout, stderr, exitCode, invocation } = await trial(argv);
  expect(stderr).toContain(message);
  expect(stderr).toContain(`hint: ${hint}\n`);
  expect({ stdout, exitCode, invocation }).toEqual({ stdout: '', exitCode: 2, invocation: undefined });

  const asJson = await trial(['--json', ...argv]);
  expect(JSON.parse(asJson.stdout)).toMatchObject({ error: { code: 'USAGE', hint } });
  expect({ stderr: asJson.stderr, exitCode: asJson.exitCode }).toEqual({ stderr: '', exitCode: 2 });
});

test('data goes to stdout, notes to stderr, and --quiet drops the notes', async () => {
  const act = () => ({ data: { n: 1 }, text: ['done'], notes: ['by the way'] });
  expect(await trial(['greet', 'x'], act)).toMatchObject({
    stdout: 'done\n',
    stderr: 'by the way\n',
    exitCode: 0,
  });
  expect(await trial(['greet', 'x', '-q'], act)).toMatchObject({ stdout: 'done\n', stderr: '' });
});

test('--json prints one object, with an expected no in it', async () => {
  const error = new AgentOsError('HELD', 'x is held', { hint: 'Wait.' });
  const { stdout, stderr, exitCode } = await trial(['greet', 'x', '--json'], () => ({
    data: { heldBy: [] },
    error,
  }));
  expect(JSON.parse(stdout)).toEqual({
    schema: 'agent-os/cli/greet/v1',
    heldBy: [],
    error: { code: 'HELD', message: 'x is held', hint: 'Wait.' },
  });
  expect(stdout.match(/\n/g)).toHaveLength(1);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 3 });
});

test('an error is printed with its hint, untrusted text in it made safe', async () => {
  const { stdout, stderr, exitCode } = await trial(['greet', 'x'], () => {
    throw new AgentOsError('REMOTE_UNREACHABLE', 'the remote said \x1b[2J', { hint: 'Try again.' });
  });
  expect(stderr).toBe('error: the remote said \\x1b[2J\nhint: Try again.\n');
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 5 });
});

test('anything else that is thrown is a defect of ours', async () => {
  const { stderr, exitCode } = await trial(['greet', 'x'], () => {
    throw new TypeError('x is not a function');
  });
  expect(stderr).toContain('agent-os has a defect: x is not a function');
  expect(stderr).toContain('Please report this');
  expect(exitCode).toBe(1);
});

test('a workspace that cannot be opened is the command’s error', async () => {
  const { stderr, exitCode } = await trial(['greet', 'x'], async ({ workspace }) => {
    await workspace();
    return { data: {} };
  });
  expect({ stderr, exitCode }).toEqual({ stderr: 'error: /here is in no git repository\n', exitCode: 1 });
});

test('standard input is read up to a limit', async () => {
  const act = async ({ readInput }: Invocation) => ({ data: { size: (await readInput(5)).length } });
  expect((await trial(['greet', 'x', '--json'], act, { input: 'hello' })).stdout).toContain('"size":5');
  expect(await trial(['greet', 'x'], act, { input: 'hello!' })).toMatchObject({ exitCode: 2 });
});

test('colour and progress are for terminals', async () => {
  const act = ({ progress }: Invocation) => {
    progress('working');
    return { data: {}, text: [good('ok')] };
  };
  expect(await trial(['greet', 'x'], act)).toMatchObject({ stdout: 'ok\n', stderr: '' });
  expect(await trial(['greet', 'x'], act, { terminal: true })).toMatchObject({
    stdout: '\x1b[32mok\x1b[39m\n',
    stderr: 'working\n',
  });
});

test('the version is that of the package', async () => {
  const { stdout, exitCode } = await trial(['--version']);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(exitCode).toBe(0);
});

test('the table says of each command what the command says of itself', async () => {
  for (const entry of COMMANDS) {
    const command = await entry.load();
    expect([command.name, command.summary]).toEqual([entry.name, entry.summary]);
    const specs = 'subcommands' in command ? command.subcommands : [command];
    for (const spec of specs) expect(spec.examples, entry.name).not.toHaveLength(0);
  }
});

test('a name of an agent that is none is refused, whatever the command makes of it', async () => {
  const refused = await trial(['greet', 'Ada', '--agent', 'Bad Name']);
  expect(refused).toMatchObject({ invocation: undefined, exitCode: 2, stdout: '' });
  expect(refused.stderr).toContain("'Bad Name'");
});
