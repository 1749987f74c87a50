import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rename, unlink, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { HookPorts } from '../domain/hook-ports.ts';
import type { Clock, Ids, RepositoryPaths, StateFiles } from '../domain/ports.ts';
import { openJournal } from './journal.ts';
import { expectGit, runGit } from './process.ts';
import { readPushedWork } from './pushed-work.ts';
import { placeOf } from './repository.ts';
import { listStagedPaths, readHead } from './staged-paths.ts';

/** Time stamps of files may be this much behind the clock, in milliseconds. */
const TICK = 15;

/** The hooks' side of git: see the port. */
export function openHookPorts(input: {
  readonly paths: RepositoryPaths;
  readonly files: StateFiles;
  readonly clock: Clock;
  readonly ids: Ids;
}): HookPorts {
  const { paths, files, clock, ids } = input;
  const place = placeOf(paths);
  const own = join(paths.gitDir, 'agent-os');

  /**
   * By a rename, so that a hook reads all of it or what was before; `at`: the time stamp it gets, milliseconds. Where
   * it cannot be written, a hook asks once more than necessary.
   */
  const replace = async (name: string, text: string, at = clock.now()): Promise<void> => {
    const temporary = join(own, `${name}.${ids.nonce()}`);
    try {
      await mkdir(own, { recursive: true });
      await writeFile(temporary, text);
      await utimes(temporary, at / 1000, at / 1000);
      await rename(temporary, join(own, name));
    } catch {
      await unlink(temporary).catch(() => {});
    }
  };

  /** git names the message relative to the folder in which it runs hooks. */
  const within = (file: string) => resolve(place.cwd, file);

  return {
    head: () => readHead(paths),
    stagedPaths: () => listStagedPaths(paths),
    pushedWork: (refs, remote) => readPushedWork(paths, refs, remote),
    readMessage: (file) => readFile(within(file), 'utf8'),
    addTrailers: async (file, lines) => {
      if (lines.length === 0) return;
      // git takes a text without a last line end for one that goes on with the trailers.
      if (!(await readFile(within(file), 'utf8')).endsWith('\n')) await appendFile(within(file), '\n');
      const options = ['--in-place', '--no-divider', '--where', 'end', '--if-exists', 'addIfDifferent'];
      const trailers = lines.flatMap((line) => ['--trailer', line]);
      const args = ['interpret-trailers', ...options, '--if-missing', 'add', ...trailers, '--', file];
      await expectGit({ ...place, args });
    },
    handOver: (process, lines) => replace('trailers', [process, ...lines, ''].join('\n')),
    authorship: async (oid) => {
      const args = ['rev-list', '--no-walk', '--no-commit-header', '--format=%ae %at', oid, '--'];
      const { exitCode, stdout } = await runGit({ ...place, args });
      return exitCode === 0 ? stdout.toString('utf8').trim() : null;
    },
    writeMarker: async (line, at) => {
      // Only refs that are files show by their time that they have moved.
      if (line === null || existsSync(join(paths.commonDir, 'reftable'))) {
        await unlink(join(own, 'marker')).catch(() => {});
      } else await replace('marker', line, at - TICK);
    },
    journal: openJournal(join(paths.commonDir, 'agent-os'), clock.now, ids.nonce),
    files,
  };
}
