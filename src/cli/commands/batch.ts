import { AgentOsError } from '../../domain/errors.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { describeOutput, exitCodeOf } from '../output.ts';

const LINE_LIMIT = 4 * 1024 * 1024;
const LINE_FEED = 10;

export const command: CommandSpec = {
  name: 'batch',
  summary: 'answer one JSON request per line, in one process',
  description:
    'Answer one JSON request per line of standard input with one JSON object per line, in order, in one process. A ' +
    'request is {"argv": ["lock", "database-schema"]}, with an "id" that the answer repeats and an "input" for ' +
    'commands that read standard input, both optional. An answer is what the command prints with --json, and its ' +
    '"exitCode". A request that fails, or is none, is answered with its error; the next one is read all the same.',
  examples: [
    `echo '{"id": 1, "argv": ["locks"]}' | agent-os batch`,
    `echo '{"argv": ["send", "sveltekit-specialist", "-"], "input": "Auth is ready."}' | agent-os batch`,
  ],
  async run({ stdin, perform, answer }) {
    for await (const line of splitLines(stdin)) {
      if (line === '') continue;
      await answer(JSON.stringify(await replyTo(line, perform)));
    }
    return { data: null };
  },
};

/** The line's request carried out, as the object that answers it. */
async function replyTo(line: string | null, perform: Invocation['perform']): Promise<object> {
  let id: unknown;
  try {
    const request = parseRequest(line);
    id = request.id;
    const performed = await perform(parseArgv(request.argv), inputOf(request.input));
    return { ...withId(id), ...describeOutput(performed), exitCode: exitCodeOf(performed.output) };
  } catch (error) {
    if (!(error instanceof AgentOsError)) throw error;
    const output = { data: {}, error };
    return { ...withId(id), ...describeOutput({ command: 'batch', output }), exitCode: error.exitCode };
  }
}

const withId = (id: unknown) => (id === undefined ? {} : { id });

interface Request {
  readonly id?: unknown;
  readonly argv?: unknown;
  readonly input?: unknown;
}

function parseRequest(line: string | null): Request {
  if (line === null) {
    throw new AgentOsError('TOO_LARGE', `a request is over ${LINE_LIMIT} bytes`, {
      hint: 'Attach large content as a file.',
    });
  }
  try {
    const request: unknown = JSON.parse(line);
    if (typeof request === 'object' && request !== null && !Array.isArray(request)) return request;
  } catch {}
  throw new AgentOsError('USAGE', 'the line is not a JSON object', { hint: REQUEST_HINT });
}

const REQUEST_HINT = 'Send one object per line, for example {"argv": ["locks"]}.';

function parseArgv(argv: unknown): readonly string[] {
  if (!Array.isArray(argv) || !argv.every((word) => typeof word === 'string')) {
    throw new AgentOsError('USAGE', 'the request has no argv, an array of strings', { hint: REQUEST_HINT });
  }
  return argv;
}

async function* inputOf(input: unknown): AsyncIterable<Uint8Array> {
  if (typeof input === 'string') yield new TextEncoder().encode(input);
}

/** Lines as text without their end; null for one over the limit, which is skipped without being kept in memory. */
async function* splitLines(stdin: AsyncIterable<Uint8Array>): AsyncIterable<string | null> {
  let parts: Uint8Array[] = [];
  let size = 0;
  const take = (): string | null => {
    const line = size > LINE_LIMIT ? null : Buffer.concat(parts).toString('utf8').trim();
    parts = [];
    size = 0;
    return line;
  };
  for await (const chunk of stdin) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      size += end - start;
      if (size <= LINE_LIMIT) parts.push(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    size += chunk.length - start;
    if (size <= LINE_LIMIT) parts.push(chunk.subarray(start));
    else parts = [];
  }
  if (size > 0) yield take();
}
