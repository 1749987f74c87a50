import type { ChildProcess } from 'node:child_process';
import { AgentOsError } from '../domain/errors.ts';
import { isOid, type Oid, parseRefName, quoted, type RefName } from '../domain/names.ts';
import type { ObjectReader, RepositoryPaths } from '../domain/ports.ts';
import { BatchParser, type RawObject } from './batch-parser.ts';
import { openLooseReader } from './loose-reader.ts';
import { decodeCommit, decodeTree } from './object-format.ts';
import { cannotRun, redactCredentials, spawnGit } from './process.ts';
import { placeOf } from './repository.ts';

interface Request {
  readonly settle: (object: RawObject | null) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Reads objects: those that lie loose by themselves, all others through one `git cat-file --batch` that is started by
 * the first of them, answers many reads in order without waiting for each, and is started again when it has died. It
 * keeps no process alive while nothing is asked.
 *
 * @param variables - of the quarantine in which a hook sees what is pushed
 * @throws AgentOsError GIT_FAILED (it died, or the object has another type), RECORD_BROKEN (over 16 MiB), NO_GIT
 */
export function openObjectReader(
  paths: RepositoryPaths,
  variables: NodeJS.ProcessEnv = {},
): ObjectReader & { close(): void } {
  const loose = openLooseReader(paths.commonDir);
  let running: CatFile | null = null;

  const askGit = (revision: string): Promise<RawObject | null> => {
    if (running === null || running.ended) running = new CatFile(paths, variables);
    return running.ask(revision);
  };

  const find = async (revision: Oid | RefName): Promise<RawObject | null> => {
    const oid = isOid(revision) ? revision : loose.resolve(parseRefName(revision));
    if (oid === null) return null;
    return (oid === undefined ? null : loose.read(oid)) ?? askGit(oid ?? revision);
  };

  const read = async (revision: Oid | RefName, type: string): Promise<RawObject | null> => {
    const object = await find(revision);
    if (object === null || object.type === type) return object;
    throw new AgentOsError('GIT_FAILED', `${quoted(revision)} is a ${object.type}, not a ${type}`);
  };

  return {
    commit: async (revision: Oid | RefName) => {
      const object = await read(revision, 'commit');
      return object === null ? null : decodeCommit(object.content, object.oid);
    },
    tree: async (oid) => {
      const object = await read(oid, 'tree');
      return object === null ? null : decodeTree(object.content, object.oid);
    },
    blob: async (oid) => (await read(oid, 'blob'))?.content ?? null,
    close: () => {
      running?.close();
      running = null;
    },
  };
}

class CatFile {
  readonly #child: ChildProcess;
  readonly #waiting: Request[] = [];
  #stderr = '';
  ended = false;

  constructor(paths: RepositoryPaths, variables: NodeJS.ProcessEnv) {
    const place = placeOf(paths);
    this.#child = spawnGit({ ...place, variables, args: ['cat-file', '--batch'] });
    const parser = new BatchParser((answer) => {
      const request = this.#waiting.shift();
      if (answer instanceof AgentOsError) request?.fail(answer);
      else request?.settle(answer);
      if (this.#waiting.length === 0) this.#holdProcess(false);
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => parser.push(chunk));
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-4096);
    });
    this.#child.stdin?.on('error', () => {}); // its death is reported by 'close'
    this.#child.on('error', (cause: NodeJS.ErrnoException) => this.#end(cannotRun(cause, place)));
    this.#child.on('close', () => this.#end(this.#died()));
    this.#holdProcess(false);
  }

  ask(revision: string): Promise<RawObject | null> {
    return new Promise((settle, fail) => {
      if (this.#waiting.push({ settle, fail }) === 1) this.#holdProcess(true);
      this.#send(`${revision}\n`);
    });
  }

  /** What is asked in one go reaches git in one write. */
  #send(line: string): void {
    const { stdin } = this.#child;
    if (stdin === null || stdin.writableCorked > 0) {
      stdin?.write(line);
      return;
    }
    stdin.cork();
    stdin.write(line);
    process.nextTick(() => stdin.uncork());
  }

  close(): void {
    this.ended = true;
    this.#child.stdin?.end();
  }

  #end(error: AgentOsError): void {
    this.ended = true;
    for (const request of this.#waiting.splice(0)) request.fail(error);
  }

  #died(): AgentOsError {
    const words = redactCredentials(this.#stderr.trim());
    return new AgentOsError('GIT_FAILED', `git cat-file ended${words === '' ? '' : `: ${words}`}`, {
      hint: 'Check the repository with `git fsck`.',
    });
  }

  /** Whether node has to stay for the answers. The pipes are sockets, though their type does not say so. */
  #holdProcess(hold: boolean): void {
    const { stdin, stdout, stderr } = this.#child;
    for (const handle of [this.#child, stdin, stdout, stderr] as ({
      ref?(): void;
      unref?(): void;
    } | null)[]) {
      if (hold) handle?.ref?.();
      else handle?.unref?.();
    }
  }
}
