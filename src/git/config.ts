import { resolve } from 'node:path';
import type { RepositoryPaths } from '../domain/ports.ts';
import { openConfigCache } from './config-cache.ts';
import { gitFailed, runGit } from './process.ts';
import { placeOf } from './repository.ts';

/** git's configuration as it applies in one worktree. Keys as git prints them: section and name in lower case. */
export interface GitConfig {
  /** The last value; null when the key is not set. */
  get(key: string): string | null;
  /** Every value, in git's order. */
  all(key: string): readonly string[];
  /** As git reads a boolean; null when the key is not set or is none. */
  flag(key: string): boolean | null;
  /** Keys that begin with `prefix`, each once. */
  keys(prefix: string): readonly string[];
}

const SECTIONS = /^(agent-os|user|author|committer|remote|core|extensions)\./;

/**
 * Everything that agent-os asks of the configuration, in at most one git.
 * @throws AgentOsError NO_GIT, GIT_FAILED (a file with a syntax error)
 */
export async function readConfig(
  paths: RepositoryPaths,
  env: NodeJS.ProcessEnv = process.env,
): Promise<GitConfig> {
  const cache = openConfigCache(paths.gitDir, paths.commonDir, env);
  const known = cache.recall();
  if (known !== null) return parseConfig(known);
  const before = cache.before();
  const args = ['config', '-z', '--includes', '--show-origin', '--list'];
  const result = await runGit({ ...placeOf(paths), args });
  if (result.exitCode !== 0) throw gitFailed(args, result);
  const listed = parseListing(result.stdout.toString('utf8'), placeOf(paths).cwd);
  const text = listed.entries.filter((entry) => SECTIONS.test(entry)).join('\0');
  const isWhole = !listed.entries.some((entry) => /^include(if)?\./.test(entry));
  if (isWhole && listed.files !== null) cache.remember({ text, files: listed.files }, before);
  return parseConfig(text);
}

/** `git config -z --show-origin`: origin NUL entry NUL. `files` is null where an origin is no file. */
function parseListing(text: string, cwd: string) {
  const fields = text.split('\0');
  const files = new Set<string | null>();
  const entries: string[] = [];
  for (let field = 0; field + 1 < fields.length; field += 2) {
    const origin = fields[field] ?? '';
    files.add(origin.startsWith('file:') ? resolve(cwd, origin.slice('file:'.length)) : null);
    entries.push(fields[field + 1] ?? '');
  }
  return { entries, files: files.has(null) ? null : ([...files] as string[]) };
}

/** `git config -z`: `key LF value NUL`, or `key NUL` for a key without `=`, which means true. */
export function parseConfig(text: string): GitConfig {
  const values = new Map<string, string[]>();
  for (const entry of text.split('\0')) {
    if (entry === '') continue;
    const end = entry.indexOf('\n');
    const [key, value] = end < 0 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  const get = (key: string): string | null => values.get(key)?.at(-1) ?? null;
  return {
    get,
    all: (key) => values.get(key) ?? [],
    flag: (key) => parseFlag(get(key)),
    keys: (prefix) => [...values.keys()].filter((key) => key.startsWith(prefix)),
  };
}

function parseFlag(value: string | null): boolean | null {
  if (value === null) return null;
  if (/^(true|yes|on)$/i.test(value) || /^-?0*[1-9]\d*$/.test(value)) return true;
  return /^(false|no|off|0+|)$/i.test(value) ? false : null;
}
