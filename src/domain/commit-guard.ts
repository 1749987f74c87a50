import { covers } from './locks/contested.ts';
import { type PathPattern, readPathPattern } from './locks/path-pattern.ts';
import type { Severity } from './schema/guards.ts';
import type { Guards } from './schema/resolve-guards.ts';

/** Something that a guard has to say of a commit or a push. */
export interface Finding<Detail> {
  readonly guard: 'locks' | 'push' | 'offline' | 'identity' | 'dispatch';
  readonly severity: 'block' | 'warn';
  readonly detail: Detail;
}

/** The findings as policy has them: what is off is none, and an exempt agent is warned at most. */
export function weigh<Detail>(
  found: readonly { readonly guard: Finding<Detail>['guard']; readonly detail: Detail }[],
  { guards, agent }: { readonly guards: Guards; readonly agent: string | null },
): readonly Finding<Detail>[] {
  const isExempt = agent !== null && guards.exemptAgents.includes(agent);
  return found.flatMap(({ guard, detail }) => {
    const asked: Severity = guards[guard];
    if (asked === 'off') return [];
    return [{ guard, severity: isExempt ? ('warn' as const) : asked, detail }];
  });
}

/** Paths that guards look at: all but those that policy exempts. */
export function guardedPaths(paths: readonly string[], guards: Guards): readonly string[] {
  const exempt = patternsOf(guards.exemptPaths);
  return exempt.length === 0 ? paths : paths.filter((path) => !covers(exempt, path));
}

/** A resource or glob of `require_lock`, and what changed under no exclusive lock of one's own. */
export interface Unlocked {
  readonly required: string;
  /** It is a glob, which a lock of any name may cover. */
  readonly isGlob: boolean;
  readonly paths: readonly string[];
}

/**
 * What `require_lock` of the policy finds: paths under a required resource or glob that no exclusive own lock covers.
 * @param pathsOf - the globs that config.yaml maps to a resource; empty: the word is a glob itself
 */
export function findUnlocked(input: {
  readonly paths: readonly string[];
  readonly covered: readonly string[];
  readonly requireLock: readonly string[];
  readonly pathsOf: (resource: string) => readonly string[];
}): readonly Unlocked[] {
  const covered = new Set(input.covered);
  const open = input.paths.filter((path) => !covered.has(path));
  return input.requireLock
    .map((required) => {
      const mapped = input.pathsOf(required);
      const patterns = patternsOf(mapped.length === 0 ? [required] : mapped);
      return { required, isGlob: mapped.length === 0, paths: open.filter((path) => covers(patterns, path)) };
    })
    .filter(({ paths }) => paths.length > 0);
}

/** A glob of the policy that this version cannot read exempts nothing and requires nothing. */
function patternsOf(globs: readonly string[]): readonly PathPattern[] {
  return globs.flatMap(readPathPattern);
}
