import type { GuardDetail } from '../app/guarding.ts';
import type { Finding } from '../domain/commit-guard.ts';
import { shellWord } from '../domain/shell-word.ts';
import { describeEnd, formatDistance, formatSpan } from '../domain/time.ts';
import { bad, dim, type Line, strong, warn } from './text.ts';

const SHOWN = 3;

/** What guards have to say to whoever commits or pushes: what is in the way, and what to type next. */
export function findingLines(findings: readonly Finding<GuardDetail>[], now: number): Line[] {
  return findings.flatMap(({ severity, detail }) => {
    const [first = [], ...rest] = describe(detail, now);
    const mark = severity === 'block' ? bad('agent-os: ') : warn('agent-os: warning: ');
    return [[mark, ...first], ...rest];
  });
}

/** How to get past a guard that said no. */
export function skipLines(what: 'commit' | 'push'): Line[] {
  return [[dim(`  once only, and recorded: AGENT_OS_SKIP='why' git ${what} …`)]];
}

type Pieces = Exclude<Line, string | { readonly style: unknown }>;

function describe(detail: GuardDetail, now: number): Pieces[] {
  switch (detail.kind) {
    case 'foreign': {
      const { resource, holder, expiresAt, reason, touched, isStale } = detail.lock;
      const until = isStale
        ? `its lease ran out ${formatDistance(expiresAt, now)}`
        : `until ${describeEnd(expiresAt, now)}`;
      const path = touched[0] ?? '';
      return [
        [strong(resource), ` is locked by ${holder.agent}, ${until}`],
        ...(reason === null ? [] : [[`  why: ${reason}`]]),
        [`  covers: ${listed(touched)}`],
        ...(isStale
          ? [[`  take it over: agent-os lock ${shellWord(resource)}`]]
          : [
              [`  wait: agent-os lock ${shellWord(resource)} --wait 5m`],
              [`  ask: agent-os send ${holder.agent} ${shellWord(`When can I change ${path}?`)}`],
            ]),
      ];
    }
    case 'unlocked': {
      const { required, isGlob, paths } = detail.unlocked;
      const what = isGlob ? `${nameFor(required)} --paths ${shellWord(required)}` : shellWord(required);
      return [
        [`policy wants a lock on `, strong(required), ` for ${listed(paths)}`],
        [`  lock it: agent-os lock ${what}`],
      ];
    }
    case 'lost':
      return [
        [`your lock on `, strong(detail.resource), ` (#${detail.token}) is over or taken by others`],
        [`  see what changed since, then: agent-os lock ${shellWord(detail.resource)}`],
      ];
    case 'overtaken':
      return [
        [
          strong(detail.resource),
          ` was locked again (#${detail.now}) after commits of this push were made under #${detail.token}`,
        ],
        [`  who has it: agent-os locks ${shellWord(detail.resource)}`],
      ];
    case 'unfenced':
      return [
        [`${detail.resources.join(', ')}: a push under a lock holds only with the stronger fence`],
        ['  agent-os push: the remote itself refuses it when the lock was lost'],
      ];
    case 'offline': {
      const age = detail.age === null ? 'never asked' : `last asked ${formatSpan(detail.age)} ago`;
      return [[`${detail.remote} does not answer; locks are as last seen (${age})`]];
    }
    case 'identity':
      return detail.isAmbiguous
        ? [['several agents are active in this worktree'], ['  say which one: export AGENT_OS_AGENT=NAME']]
        : [
            ['no session is active in this worktree'],
            ["  announce it: agent-os start --agent NAME 'what you are about to do'"],
          ];
  }
}

function listed(paths: readonly string[]): string {
  const rest = paths.length - SHOWN;
  return `${paths.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** A name for a lock on a glob: the last folder that it names. */
function nameFor(glob: string): string {
  const folders = glob.split('/').filter((part) => /^[\w.-]+$/.test(part));
  return folders.at(-1) ?? 'files';
}
