import { AgentOsError } from '../domain/errors.ts';
import { quoted } from '../domain/names.ts';

interface Mistake {
  /** How git words it; its first group is the name that it speaks of. */
  readonly words: RegExp;
  message(name: string): string;
  hint(remote: string, name: string): string;
}

const anyBranch = (remote: string) => `Name a branch: \`agent-os push ${remote} BRANCH\`.`;

const MISTAKES: readonly Mistake[] = [
  {
    words: /^fatal: The current branch (\S+) has no upstream branch/m,
    message: (branch) => `the branch ${branch} has no upstream branch`,
    hint: (remote, branch) => `Name it: \`agent-os push ${remote} ${branch}\`.`,
  },
  {
    words: /^fatal: The current branch (\S+) has multiple upstream branches/m,
    message: (branch) => `the branch ${branch} has several upstream branches`,
    hint: (remote, branch) => `Name it: \`agent-os push ${remote} ${branch}\`.`,
  },
  {
    words: /^fatal: You are not currently on a branch/m,
    message: () => 'no branch is checked out, so nothing says where to push',
    hint: (remote) => `Name a branch: \`agent-os push ${remote} HEAD:refs/heads/BRANCH\`.`,
  },
  {
    words:
      /^fatal: The upstream branch of your current branch does not match[\s\S]*?git push \S+ HEAD:(\S+)/m,
    message: (branch) => `the upstream branch ${branch} has another name than the branch that is checked out`,
    hint: (remote, branch) => `Say which: \`agent-os push ${remote} HEAD:${branch}\`.`,
  },
  {
    words: /^fatal: You are pushing to remote /m,
    message: () => 'the branch that is checked out has its upstream branch on another remote',
    hint: anyBranch,
  },
  {
    words: /^fatal: You didn't specify any refspecs to push/m,
    message: () => 'push.default is "nothing", so it has to be said what to push',
    hint: anyBranch,
  },
  {
    words: /^error: src refspec (\S+) does not match any/m,
    message: (name) => `there is no branch, tag or commit ${quoted(name)} here`,
    hint: () => 'See which there are: `git branch --all`.',
  },
  {
    words: /^error: (?:src|dst) refspec (\S+) matches more than one/m,
    message: (name) => `${quoted(name)} names more than one ref`,
    hint: (_remote, name) => `Give its full name: refs/heads/${name} or refs/tags/${name}.`,
  },
  {
    words: /^error: The destination you provided is not a full refname/m,
    message: () => 'nothing says which ref of the remote is meant',
    hint: (remote) => `Give its full name: \`agent-os push ${remote} SOURCE:refs/heads/BRANCH\`.`,
  },
  {
    words: /^fatal: invalid refspec '(.*)'/m,
    message: (refspec) => `${quoted(refspec)} is not a refspec that git understands`,
    hint: anyBranch,
  },
];

/** What git says no to before it asks anybody: it does not know what to push, or where to; null when it is not that. */
export function localMistake(remote: string, stderr: string): AgentOsError | null {
  for (const { words, message, hint } of MISTAKES) {
    const found = words.exec(stderr);
    if (found === null) continue;
    const name = found[1] ?? '';
    return new AgentOsError('BAD_VALUE', message(name), { hint: hint(remote, name) });
  }
  return null;
}
