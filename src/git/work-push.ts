import { AgentOsError } from '../domain/errors.ts';
import { isOid, type Oid, parseRefName, parseRemoteName, quoted, type RefName } from '../domain/names.ts';
import type { RefEdit, RepositoryPaths } from '../domain/ports.ts';
import { expectGit, type GitResult, runGit } from './process.ts';
import { localMistake } from './push-mistake.ts';
import { hostWords } from './push-outcome.ts';
import { parseRefLines } from './ref-lines.ts';
import { remoteGit, startBudget, unreachable } from './remote-git.ts';
import { placeOf } from './repository.ts';
import { listTouchedPaths } from './touched-paths.ts';

interface WorkPushOptions {
  readonly paths: RepositoryPaths;
  /** A configured remote. */
  readonly remote: string;
  /** Milliseconds for one question to the remote. */
  readonly budget: number;
  /** `core.sshCommand`. */
  readonly sshCommand: string | null;
}

/** The user's pre-push hook may be a whole test suite. */
const HOOK_TIMEOUT = 60 * 60_000;

/** What a push of the user's own refs would do; see the port. */
export function openWorkPush({ paths, remote, budget, sshCommand }: WorkPushOptions) {
  const place = placeOf(paths);

  async function resolve({
    refspecs,
  }: {
    readonly refspecs: readonly string[];
  }): Promise<readonly RefEdit[]> {
    const result = await runGit({
      ...place,
      args: [
        'push',
        '--dry-run',
        '--porcelain',
        '--',
        parseRemoteName(remote),
        ...refspecs.map(checkRefspec),
      ],
      pins: { 'core.abbrev': 'no' },
      environment: 'hook',
      // AGENT_OS_PUSH: our own pre-push hook has nothing to add.
      variables: { LANGUAGE: 'en', AGENT_OS_PUSH: '1' },
      timeout: HOOK_TIMEOUT,
    });
    const lines = readLines(result);
    if (result.exitCode !== 0) throw refusal(remote, lines, result);
    const updates: RefEdit[] = [];
    for (const line of lines) {
      if (line.flag === '-') throw removes(line.ref);
      if (line.flag !== '=') updates.push(await pin(line));
    }
    return updates;
  }

  /** Full oids, so that what is pushed is what the hook saw. */
  async function pin({ from, ref, summary }: Line): Promise<RefEdit> {
    const [, old, present] = /^([0-9a-f]{40,64})\.{2,3}([0-9a-f]{40,64})/.exec(summary) ?? [];
    if (old !== undefined && present !== undefined) return { ref, expect: old as Oid, to: present as Oid };
    const args = ['cat-file', '--batch-check=%(objectname)'];
    const named = (await expectGit({ ...place, args, input: `${from}\n` })).toString('utf8').trim();
    if (isOid(named)) return { ref, expect: null, to: named };
    throw new AgentOsError('GIT_FAILED', `git pushes ${quoted(from)}, which names nothing`);
  }

  async function touchedPaths(updates: readonly RefEdit[]): Promise<readonly string[]> {
    const listed = await remoteGit(paths, remote, sshCommand).list([], startBudget(budget));
    if (listed.exitCode !== 0) throw unreachable(remote, listed);
    const known = [...parseRefLines(listed.stdout.toString('utf8')).values()].map((oid) => `^${oid}`);
    const input = [...updates.map(({ to }) => to), ...known, ''].join('\n');
    const commits = await expectGit({ ...place, args: ['rev-list', '--ignore-missing', '--stdin'], input });
    return listTouchedPaths(paths, commits);
  }

  return { resolve, touchedPaths };
}

interface Line {
  readonly flag: string;
  readonly from: string;
  readonly ref: RefName;
  readonly summary: string;
}

/** The porcelain lines; the hook's own output may stand between them. */
function readLines(result: GitResult): readonly Line[] {
  return result.stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [, flag, from, ref, summary] = /^([ +*!=-])\t([^\t]*):(refs\/[^\t:]+)\t(.*)$/.exec(line) ?? [];
      if (flag === undefined || from === undefined || ref === undefined || summary === undefined) return [];
      return [{ flag, from, ref: parseRefName(ref), summary }];
    });
}

/** Who said no to the dry run: git (others were first, or what to push is unclear), the network, or the pre-push hook. */
function refusal(remote: string, lines: readonly Line[], result: GitResult): AgentOsError {
  const rejected = lines.filter(({ flag }) => flag === '!').map(({ ref, summary }) => `${ref} ${summary}`);
  if (rejected.length > 0) {
    return new AgentOsError('LOST_RACE', `git would not push: ${rejected.join('; ')}`, {
      hint: 'Pull what others pushed, then push again.',
      data: { remote },
    });
  }
  const mistake = localMistake(remote, result.stderr);
  if (mistake !== null) return mistake;
  if (/^fatal: /m.test(result.stderr)) return unreachable(remote, result);
  const words = hostWords(result.stderr);
  return new AgentOsError('POLICY', `the pre-push hook said no${words === '' ? '' : `: ${words}`}`, {
    hint: 'Mend what it names, then push again.',
  });
}

/** @throws AgentOsError BAD_VALUE */
function checkRefspec(text: string): string {
  const isPlain = /^\+?[^\s\p{Cc}:+-][^\s\p{Cc}:]*(?::[^\s\p{Cc}:]+)?$/u.test(text) && text.length <= 500;
  if (isPlain) return text;
  throw new AgentOsError('BAD_VALUE', `${quoted(text)} is not a refspec that agent-os pushes`, {
    hint: 'Give a branch, or SOURCE:TARGET; remove branches with `git push --delete`.',
  });
}

function removes(ref: RefName): AgentOsError {
  return new AgentOsError('BAD_VALUE', `this push would remove ${ref}`, {
    hint: 'agent-os push only moves refs; remove them with `git push --delete`.',
  });
}
