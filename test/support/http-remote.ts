import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname } from 'node:path';
import { onTestFinished } from 'vitest';
import { pausingCommand } from './paused-receive-pack.ts';
import type { Sandbox } from './sandbox.ts';

/**
 * - `cut-before`: the connection ends before git sees the request.
 * - `cut-after`: git does all that was asked, and the connection ends without a word of its answer.
 * - `hang`: nothing is answered, ever.
 * - `down`: 503.
 */
export type Fault = 'cut-before' | 'cut-after' | 'hang' | 'down';
type Service = 'git-receive-pack' | 'git-upload-pack';

interface Trouble {
  readonly fault: Fault;
  /** Only requests to this service; by default all. */
  readonly service?: Service;
  /** `refs` is the request that lists refs, `pack` the one that pushes or fetches; by default both. */
  readonly request?: 'refs' | 'pack';
  /** How many requests it befalls; by default all until `heal`. */
  readonly times?: number;
}

export interface HttpRemoteOptions {
  readonly credentials?: { readonly user: string; readonly password: string };
  readonly readOnly?: boolean;
  /** Milliseconds before each request is handed to git. */
  readonly delay?: number;
  /** Milliseconds between one ref's rename and the next when a push is carried out. */
  readonly pauseBetweenRefs?: number;
}

export interface HttpRemote {
  /** `http://127.0.0.1:<port>/<name>`, without credentials. */
  readonly url: string;
  /** The same with credentials in it. */
  readonly urlWithCredentials: string;
  /** Requests so far, `<service> <refs or pack>`, faults included. */
  readonly requests: readonly string[];
  /** From now on things go wrong. Resolves when it first befalls a request (for `cut-after`: when git was done). */
  fail(trouble: Trouble): Promise<void>;
  heal(): void;
  close(): Promise<void>;
}

/** Serves a bare repository by smart HTTP on the loopback, through the real `git http-backend`. Ends with the test. */
export async function serveHttp(
  sandbox: Sandbox,
  repository: string,
  options: HttpRemoteOptions = {},
): Promise<HttpRemote> {
  const requests: string[] = [];
  let trouble: (Trouble & { left: number; befallen: () => void }) | null = null;

  const takeFault = (service: string, request: string): { fault: Fault; befallen: () => void } | null => {
    if (trouble === null || trouble.left === 0) return null;
    if ((trouble.service ?? service) !== service || (trouble.request ?? request) !== request) return null;
    trouble.left -= 1;
    return trouble;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const kind = request.method === 'POST' ? 'pack' : 'refs';
    const service = kind === 'pack' ? basename(url.pathname) : (url.searchParams.get('service') ?? '');
    requests.push(`${service} ${kind}`);
    if (options.delay !== undefined) await new Promise((resolve) => setTimeout(resolve, options.delay));
    if (!isAuthorized(request, options)) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="test"' }).end();
      return;
    }
    const met = takeFault(service, kind);
    if (met === null)
      return runBackend({ sandbox, repository, options, url, request, response, answer: true });
    if (met.fault === 'down') response.writeHead(503).end('down for maintenance\n');
    if (met.fault === 'cut-before') request.socket.destroy();
    if (met.fault === 'cut-after') {
      await runBackend({ sandbox, repository, options, url, request, response, answer: false });
      request.socket.destroy();
    }
    met.befallen();
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { user, password } = options.credentials ?? { user: '', password: '' };
  const name = basename(repository);
  const remote: HttpRemote = {
    url: `http://127.0.0.1:${port}/${name}`,
    urlWithCredentials: `http://${user}:${password}@127.0.0.1:${port}/${name}`,
    requests,
    fail: (given) =>
      new Promise((befallen) => {
        trouble = { ...given, left: given.times ?? Number.POSITIVE_INFINITY, befallen };
      }),
    heal: () => {
      trouble = null;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  onTestFinished(() => remote.close());
  return remote;
}

function isAuthorized(request: IncomingMessage, { credentials }: HttpRemoteOptions): boolean {
  if (credentials === undefined) return true;
  const expected = Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64');
  return request.headers.authorization === `Basic ${expected}`;
}

interface BackendCall {
  readonly sandbox: Sandbox;
  readonly repository: string;
  readonly options: HttpRemoteOptions;
  readonly url: URL;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whether the client gets to see what git answers. */
  readonly answer: boolean;
}

/** One CGI call (RFC 3875). Resolves when git has ended. */
function runBackend(call: BackendCall): Promise<void> {
  const { sandbox, options, request, response } = call;
  const [command, ...args] = pausingCommand(['git', 'http-backend'], options.pauseBetweenRefs);
  const backend = spawn(command, args, { cwd: sandbox.root, env: { ...sandbox.env, ...cgiVariables(call) } });
  request.pipe(backend.stdin);
  backend.stdin.on('error', () => {}); // git may answer without reading all of the request
  return new Promise((resolve, reject) => {
    const output: Buffer[] = [];
    backend.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    backend.on('error', reject);
    backend.on('close', () => {
      if (call.answer) sendCgiAnswer(Buffer.concat(output), response);
      resolve();
    });
  });
}

function cgiVariables({ repository, options, url, request }: BackendCall): Record<string, string> {
  const header = (name: string) => String(request.headers[name] ?? '');
  return {
    GIT_PROJECT_ROOT: dirname(repository),
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.receivepack',
    GIT_CONFIG_VALUE_0: options.readOnly === true ? 'false' : 'true',
    REQUEST_METHOD: request.method ?? 'GET',
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    CONTENT_TYPE: header('content-type'),
    ...(request.headers['content-length'] !== undefined && { CONTENT_LENGTH: header('content-length') }),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    GIT_PROTOCOL: header('git-protocol'),
    REMOTE_ADDR: '127.0.0.1',
    REMOTE_USER: options.credentials?.user ?? '',
  };
}

function sendCgiAnswer(output: Buffer, response: ServerResponse): void {
  const end = output.indexOf('\r\n\r\n');
  let status = 200;
  for (const line of output.subarray(0, end).toString('latin1').split('\r\n')) {
    const [name = '', value = ''] = line.split(/:\s*/, 2);
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else if (name !== '') response.setHeader(name, value);
  }
  response.writeHead(status).end(output.subarray(end + 4));
}
