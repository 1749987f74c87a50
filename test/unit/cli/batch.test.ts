import { expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/command-table.ts';
import { run } from '../../../src/cli/run.ts';
import { AgentOsError } from '../../../src/domain/errors.ts';

const MIB = 1024 * 1024;

const echo = {
  name: 'echo',
  summary: 'say what was said',
  alone: false,
  load: () =>
    Promise.resolve({
      name: 'echo',
      summary: 'say what was said',
      arguments: [{ name: 'word', description: 'what' }],
      examples: ['agent-os echo x'],
      run: async ({ values, readInput }: Parameters<Awaited<ReturnType<typeof loadBatch>>['run']>[0]) => {
        const word = values.text('word');
        if (word === 'held') return { data: { heldBy: [] }, error: new AgentOsError('HELD', 'x is held') };
        if (word === 'defect') throw new TypeError('oops');
        return { data: { word: word === '-' ? new TextDecoder().decode(await readInput(100)) : word } };
      },
    }),
};

async function loadBatch() {
  const command = await COMMANDS.find(({ name }) => name === 'batch')?.load();
  if (command === undefined || 'subcommands' in command) throw new Error('there is no batch command');
  return command;
}

/** Feeds chunks to `agent-os batch` and returns the answers. */
async function batch(...chunks: readonly (string | Uint8Array)[]) {
  let stdout = '';
  let stderr = '';
  const exitCode = await run(['batch'], {
    cwd: '/',
    env: {},
    stdin: (async function* () {
      for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    })(),
    stdout: {
      write(text, done) {
        stdout += text;
        done?.();
      },
    },
    stderr: {
      write(text) {
        stderr += text;
      },
    },
    openWorkspace: () => Promise.reject(new Error('not needed')),
    commands: [echo, ...COMMANDS],
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

test('each line gets an answer with its id and exit code', async () => {
  expect(
    await batch(
      '{"id": 1, "argv": ["echo", "a"]}\n{"argv": ["echo", "-"], "input": "é"}\n\n{"id": null, "argv": ["echo", "held"]}',
    ),
  ).toEqual([
    { id: 1, schema: 'agent-os/cli/echo/v1', word: 'a', exitCode: 0 },
    { schema: 'agent-os/cli/echo/v1', word: 'é', exitCode: 0 },
    {
      id: null,
      schema: 'agent-os/cli/echo/v1',
      heldBy: [],
      error: { code: 'HELD', message: 'x is held' },
      exitCode: 3,
    },
  ]);
});

test('a line may come in pieces, also in the middle of a character', async () => {
  const bytes = Buffer.from('{"argv": ["echo", "é"]}\n');
  const pieces = [...bytes].map((byte) => Uint8Array.of(byte));
  expect(await batch(...pieces)).toMatchObject([{ word: 'é' }]);
});

test.each([
  ['no JSON', 'hello', 'USAGE'],
  ['an array', '["echo", "a"]', 'USAGE'],
  ['no argv', '{"command": "echo"}', 'USAGE'],
  ['an argv of numbers', '{"argv": [1]}', 'USAGE'],
  ['an unknown command', '{"argv": ["ecko", "a"]}', 'USAGE'],
  ['an unknown option', '{"argv": ["echo", "a", "--upload-pack=x"]}', 'USAGE'],
  ['batch itself', '{"argv": ["batch"]}', 'USAGE'],
  ['a defect', '{"argv": ["echo", "defect"]}', 'INTERNAL'],
])('%s is answered with its error, and the next request is read', async (_, line, code) => {
  expect(await batch(`${line}\n{"argv": ["echo", "next"]}\n`)).toMatchObject([
    { error: { code } },
    { word: 'next' },
  ]);
});

test('a line over the limit is refused without being kept, and the next request is read', async () => {
  const chunk = Buffer.alloc(MIB, 'x');
  expect(await batch(chunk, chunk, chunk, chunk, chunk, '\n{"argv": ["echo", "next"]}\n')).toMatchObject([
    { error: { code: 'TOO_LARGE' }, exitCode: 2 },
    { word: 'next' },
  ]);
});

test('a line just under the limit is read', async () => {
  const padding = ' '.repeat(4 * MIB - 26);
  expect(await batch(`{"argv": ["echo", "long"]}${padding}\n`)).toMatchObject([{ word: 'long' }]);
});
