import { AgentOsError } from '../domain/errors.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import { quietSsh } from './environment.ts';
import { type GitResult, runGit } from './process.ts';
import { hostWords } from './push-outcome.ts';
import { placeOf } from './repository.ts';

/** Milliseconds that are left of one call's time on the network. */
export interface Budget {
  left(): number;
}

export function startBudget(milliseconds: number): Budget {
  const end = elapsed() + milliseconds;
  return { left: () => Math.max(1, end - elapsed()) };
}

/** Milliseconds on a clock that nobody sets. */
function elapsed(): number {
  return process.uptime() * 1000;
}

/** What git must not do on the side, whatever the user's configuration says: hooks, gc, submodules, signatures. */
const PINS = {
  'core.hooksPath': '/dev/null',
  'core.logAllRefUpdates': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'push.negotiate': 'false',
  'push.pushOption': '',
} as const;

const FETCH = [
  ...['fetch', '--quiet', '--prune', '--no-prune-tags', '--no-tags', '--refmap=', '--no-filter'],
  ...['--no-write-fetch-head', '--no-write-commit-graph', '--no-recurse-submodules', '--no-auto-maintenance'],
] as const;

const PUSH = [
  ...['push', '--porcelain', '--progress', '--no-verify', '--no-follow-tags', '--no-signed'],
  ...['--recurse-submodules=no', '--no-force-if-includes'],
] as const;

export interface RemoteGit {
  /** @param options - fixed words, such as `--depth=1` */
  fetch(refspecs: readonly string[], budget: Budget, options?: readonly string[]): Promise<GitResult>;
  push(
    request: { readonly options: readonly string[]; readonly refspecs: readonly string[] },
    budget: Budget,
  ): Promise<GitResult>;
  list(patterns: readonly string[], budget: Budget): Promise<GitResult>;
  /** `<oid> TAB HEAD`: the remote's default branch. */
  head(budget: Budget): Promise<GitResult>;
}

/** The three commands that talk to a remote, quiet and within a budget. */
export function remoteGit(paths: RepositoryPaths, remote: string, sshCommand: string | null): RemoteGit {
  const run = (args: readonly string[], budget: Budget) => {
    const variables = quietSsh(process.env, sshCommand);
    return runGit({ ...placeOf(paths), args, pins: PINS, variables, timeout: budget.left() });
  };
  return {
    fetch: (refspecs, budget, options = []) => run([...FETCH, ...options, '--', remote, ...refspecs], budget),
    push: ({ options, refspecs }, budget) => run([...PUSH, ...options, '--', remote, ...refspecs], budget),
    list: (patterns, budget) => run(['ls-remote', '--quiet', '--refs', '--', remote, ...patterns], budget),
    head: (budget) => run(['ls-remote', '--quiet', '--', remote, 'HEAD'], budget),
  };
}

/** Why nothing could be asked of a remote, and what to look at. */
export function unreachable(remote: string, result: GitResult): AgentOsError {
  const words = result.timedOut ? 'it did not answer in time' : hostWords(result.stderr);
  return new AgentOsError('REMOTE_UNREACHABLE', `the remote ${remote} could not be reached: ${words}`, {
    hint: hintFor(remote, result),
    data: { remote, timedOut: result.timedOut, stderr: words },
  });
}

function hintFor(remote: string, { timedOut, stderr }: GitResult): string {
  if (timedOut) return 'Try again later, or allow more time: git config agent-os.timeout 30s';
  if (
    /Authentication failed|could not read (?:Username|Password)|Permission denied|terminal prompts disabled/.test(
      stderr,
    )
  )
    return `Nothing can be asked for here: see that \`git ls-remote ${remote}\` works without a prompt.`;
  if (/does not appear to be a git repository|not found/i.test(stderr))
    return `See where it points: git remote get-url ${remote}`;
  return `See that \`git ls-remote ${remote}\` works.`;
}

/** @throws AgentOsError UNSUPPORTED_REPOSITORY when the remote is configured as a mirror */
export function assertNoMirror(remote: string, stderr: string): void {
  if (!stderr.includes("--mirror can't be combined")) return;
  throw new AgentOsError(
    'UNSUPPORTED_REPOSITORY',
    `remote.${remote}.mirror is set: git pushes all refs of this repository there or none, and a push of all deletes every lock of the others`,
    { hint: `git config --unset remote.${remote}.mirror` },
  );
}
