import { HOOKS, type Hook } from './hook-text.ts';
import type { HookState, ProvenHook } from './prove.ts';

/** Whether a hook that was installed does not do what it should. */
export function isBroken(state: HookState): boolean {
  return state === 'dead' || state === 'twice';
}

/** What there is to say where `isBareAlone`. */
export const BARE_ALONE = 'a bare repository runs no other hook of agent-os, and it has no worktrees';

/** Whether the proof is that of a bare repository without worktrees. */
export function isBareAlone(proof: readonly ProvenHook[]): boolean {
  return proof.every(({ hook }) => hook === 'pre-push');
}

/** Hooks of worktrees of which the same is to be said. */
export interface ProofGroup {
  readonly state: HookState;
  readonly hooks: readonly Hook[];
  readonly worktrees: readonly string[];
  /** Of several hooks, HOOK stands for the name; of several worktrees, paths are relative to each. */
  readonly how: string;
  readonly fix?: string;
}

/** What was proved, with what is equal said once: first the hooks of a worktree, then worktrees. */
export function groupProof(proof: readonly ProvenHook[]): readonly ProofGroup[] {
  const ofOne = gather(proof, ({ worktree, state, hook, how, fix }) => [
    worktree,
    state,
    general(how, hook),
    fix,
  ]);
  const inOne = ofOne.map((same): ProofGroup => {
    const [{ worktree, state, hook, how, fix }] = same;
    const hooks = same.map((one) => one.hook);
    return {
      ...{ state, hooks, worktrees: [worktree] },
      how: hooks.length === 1 ? how : general(how, hook),
      ...(fix !== undefined && { fix }),
    };
  });
  // The longest first: a worktree may lie in another.
  const roots = [...new Set(proof.map(({ worktree }) => worktree))].sort((a, b) => b.length - a.length);
  const relative = ({ how }: ProofGroup) =>
    roots.reduce((text, root) => text.replaceAll(`${root}/`, ''), how);
  const everywhere = gather(inOne, (group) => [group.state, group.hooks.join(), relative(group), group.fix]);
  return everywhere.map((same): ProofGroup => {
    const [first] = same;
    const isShared = same.every(({ how }) => how === first.how);
    const worktrees = same.flatMap((group) => group.worktrees);
    return { ...first, worktrees, how: isShared ? first.how : relative(first) };
  });
}

/** `all 7 hooks`, or their names. */
export function nameHooks(hooks: readonly Hook[]): string {
  return hooks.length === HOOKS.length ? `all ${HOOKS.length} hooks` : hooks.join(', ');
}

/** The worktree, or how many. */
export function nameWorktrees(worktrees: readonly string[]): string {
  return worktrees.length === 1 ? `${worktrees[0]}` : `${worktrees.length} worktrees`;
}

function general(how: string, hook: Hook): string {
  return how.replace(new RegExp(`/${hook}(?![\\w.-])`), '/HOOK');
}

type Several<T> = readonly [T, ...T[]];

/** In the order of the first of each. */
function gather<T>(items: readonly T[], keyOf: (item: T) => readonly unknown[]): readonly Several<T>[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = JSON.stringify(keyOf(item));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
