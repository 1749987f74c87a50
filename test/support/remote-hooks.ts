import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const NONE = /^0+$/;

export interface RefUpdate {
  readonly ref: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** Installs a hook of a bare repository; `script` is the body of a `sh` script. */
export async function installHook(repository: string, name: string, script: string): Promise<void> {
  const path = join(repository, 'hooks', name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

/** The remote says no to pushes: to all of them (pre-receive), or ref by ref (update; `refs` is a `case` pattern). */
export function declinePushes(
  repository: string,
  { message = 'not today', refs }: { readonly message?: string; readonly refs?: string } = {},
): Promise<void> {
  const no = `echo "${message}" >&2; exit 1`;
  if (refs === undefined) return installHook(repository, 'pre-receive', no);
  return installHook(repository, 'update', `case "$1" in ${refs}) ${no};; esac`);
}

/**
 * Lets the remote keep a log of every ref that a push moves. (A reference-transaction hook would also be told of
 * refs that `git pack-refs` creates and prunes, which go nowhere.) Lines are written after the refs' locks are gone,
 * so their order in the file says nothing: `historyOf` puts them in order.
 */
export async function logRefUpdates(repository: string): Promise<{ read(): Promise<RefUpdate[]> }> {
  const log = join(repository, 'ref-updates.log');
  await writeFile(log, '');
  await installHook(repository, 'post-receive', `cat >> "${log}"`);
  return {
    read: async () => {
      const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
      return lines.map((line) => {
        const [from = '', to = '', ref = ''] = line.split(' ');
        return { ref, from: NONE.test(from) ? null : from, to: NONE.test(to) ? null : to };
      });
    },
  };
}

/**
 * The values that a ref had, oldest first: every update moves it from where the one before it left it.
 * @throws Error when the updates make no single chain: some value was replaced twice, or appeared from nowhere
 */
export function historyOf(ref: string, updates: readonly RefUpdate[]): string[] {
  const next = new Map<string | null, string | null>();
  for (const { from, to } of updates.filter((update) => update.ref === ref)) {
    if (from === to) continue;
    if (next.has(from))
      throw new Error(`${ref} left ${from ?? 'nothing'} twice: for ${next.get(from)} and ${to}`);
    next.set(from, to);
  }
  const values: string[] = [];
  for (let at = next.get(null); at !== undefined && at !== null; at = next.get(at)) values.push(at);
  if (values.length !== next.size) {
    throw new Error(
      `${ref} moved ${next.size} times, but only ${values.length} of them follow from its creation`,
    );
  }
  return values;
}
