import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AgentOsError } from '../domain/errors.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import { type GitPlace, gitFailed, runGit } from './process.ts';

export interface Repository {
  readonly paths: RepositoryPaths;
  readonly objectFormat: 'sha1' | 'sha256';
  readonly refFormat: 'files' | 'reftable';
}

/** Variables under which only git itself can say where the repository is. */
const STEERING =
  /^GIT_(DIR|WORK_TREE|COMMON_DIR|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|OBJECT_DIRECTORY)$/;

/**
 * The repository that a folder is in, as git sees it. The ordinary one (a `.git` folder or a linked worktree's file,
 * owned by this user, without extensions) is recognised without starting git; every other one is git's to judge.
 * @throws AgentOsError BAD_VALUE (no such folder), NOT_A_REPOSITORY, UNSUPPORTED_REPOSITORY, NO_GIT, GIT_FAILED (an
 *   owner git does not trust)
 */
export async function discoverRepository(cwd: string, env: NodeJS.ProcessEnv): Promise<Repository> {
  const folder = resolve(cwd);
  if (statOf(folder)?.isDirectory() !== true) throw noFolder(folder);
  const steered = Object.keys(env).some((name) => STEERING.test(name) && env[name] !== '');
  const ordinary = steered ? null : findOrdinary(folder);
  if (ordinary !== null) return { paths: ordinary, objectFormat: 'sha1', refFormat: 'files' };
  return askGit(folder, env);
}

function noFolder(folder: string): AgentOsError {
  return new AgentOsError('BAD_VALUE', `there is no folder ${folder}`, {
    hint: 'See what was given with -C; it is relative to the current folder.',
  });
}

/** Where plumbing runs: in the work tree, because remote URLs may be relative to it. */
export function placeOf(paths: RepositoryPaths): Required<GitPlace> {
  return { cwd: paths.workTree ?? paths.gitDir, gitDir: paths.gitDir };
}

function findOrdinary(cwd: string): RepositoryPaths | null {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const marker = statOf(join(folder, '.git'));
    if (marker !== null) return readOrdinary(folder, marker.isDirectory());
    // A bare repository, the inside of a .git, or nothing at all: not ordinary.
    if (statOf(join(folder, 'HEAD')) !== null || folder === dirname(folder)) return null;
  }
}

function readOrdinary(workTree: string, isFolder: boolean): RepositoryPaths | null {
  const marker = join(workTree, '.git');
  const pointer = isFolder ? null : /^gitdir: (.+)$/m.exec(readText(marker) ?? '')?.[1];
  if (pointer === undefined) return null;
  const gitDir = pointer === null ? marker : resolve(workTree, pointer);
  const common = readText(join(gitDir, 'commondir'))?.trim();
  const commonDir = common === undefined ? gitDir : resolve(gitDir, common);
  const parts = [join(gitDir, 'HEAD'), join(commonDir, 'objects'), join(commonDir, 'refs')];
  const config = readText(join(commonDir, 'config'));
  const needsGit =
    config === null ||
    /^\s*\[extensions|^\s*(?:\[core\]\s*)?(?:worktree|bare\s*=(?!\s*false\s*$))/im.test(config) ||
    parts.some((part) => statOf(part) === null) ||
    [workTree, marker, gitDir, commonDir].some((path) => statOf(path)?.uid !== process.geteuid?.());
  return needsGit ? null : { gitDir, commonDir, workTree };
}

/** One git for everything; an option that this git does not know yet (`--show-ref-format`, 2.45) is echoed. */
async function askGit(cwd: string, env: NodeJS.ProcessEnv): Promise<Repository> {
  const questions = [
    '--path-format=absolute',
    '--git-dir',
    '--git-common-dir',
    '--is-bare-repository',
    '--show-object-format',
    '--show-ref-format',
    '--show-toplevel', // last: outside of a work tree git stops here
  ];
  const steering = Object.fromEntries(Object.entries(env).filter(([name]) => STEERING.test(name)));
  const call = { cwd, args: ['rev-parse', ...questions], variables: steering };
  const result = await runGit(call);
  const [gitDir, commonDir, bare, objectFormat, refFormat, toplevel] = result.stdout
    .toString('utf8')
    .split('\n');
  if (!gitDir || !commonDir || !refFormat) throw refusal(cwd, result.stderr) ?? gitFailed(call.args, result);
  return {
    paths: { gitDir, commonDir, workTree: bare === 'true' ? null : toplevel || workTreeOf(gitDir) },
    objectFormat: objectFormat === 'sha256' ? 'sha256' : 'sha1',
    refFormat: refFormat === 'reftable' ? 'reftable' : 'files',
  };
}

/** For whoever stands inside a git directory: a linked worktree's says where it belongs, a `.git` lies in it. */
function workTreeOf(gitDir: string): string | null {
  const marker = readText(join(gitDir, 'gitdir'))?.trim();
  if (marker !== undefined) return dirname(resolve(gitDir, marker));
  return basename(gitDir) === '.git' ? dirname(gitDir) : null;
}

function refusal(cwd: string, stderr: string): AgentOsError | null {
  const words = stderr.trim();
  if (/dubious ownership|safe\.directory/.test(words)) {
    return new AgentOsError('GIT_FAILED', `git does not trust the owner of this repository: ${words}`, {
      hint:
        words.match(/git config --global --add safe\.directory .*/)?.[0] ??
        'See safe.directory in git-config(1).',
    });
  }
  if (/not a git repository|must be run in a work tree/i.test(words)) {
    return new AgentOsError('NOT_A_REPOSITORY', `${cwd} is in no git repository`, {
      hint: 'Go to a repository, or make one with `git init`.',
      data: { folder: cwd },
    });
  }
  if (/unknown repository extension|repo version|repository format/i.test(words)) {
    return new AgentOsError('UNSUPPORTED_REPOSITORY', `this git cannot read the repository: ${words}`, {
      hint: 'Update git.',
    });
  }
  return null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}
