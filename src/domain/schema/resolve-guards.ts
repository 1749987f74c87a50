import type { GuardsConfig, Severity } from './guards.ts';

/** What the hooks do, with every default filled in. */
export interface Guards {
  /** Paths of a commit that another session has locked, and `requireLock`. */
  readonly locks: Severity;
  /** The same over the commits of a push, and own locks that were lost. */
  readonly push: Severity;
  /** The remote cannot be asked, so that locks are judged by what was last seen. */
  readonly offline: Severity;
  /** A commit in a worktree where no session is active. */
  readonly identity: Severity;
  /** A line `@agent:NAME COMMAND` of a message that no definition knows. */
  readonly dispatch: Severity;
  /** Whether messages get trailers. */
  readonly trailers: boolean;
  readonly exemptPaths: readonly string[];
  readonly exemptAgents: readonly string[];
  /** Resources or globs. */
  readonly requireLock: readonly string[];
  readonly fencedPush: 'off' | 'suggest' | 'require';
}

export function resolveGuards(guards: GuardsConfig): Guards {
  return {
    locks: guards.locks ?? 'block',
    push: guards.push ?? 'block',
    offline: guards.offline ?? 'warn',
    identity: guards.identity ?? 'off',
    dispatch: guards.dispatch ?? 'block',
    trailers: guards.trailers !== 'off',
    exemptPaths: guards.exempt_paths ?? [],
    exemptAgents: guards.exempt_agents ?? [],
    requireLock: guards.require_lock ?? [],
    fencedPush: guards.fenced_push ?? 'suggest',
  };
}
