import { type Check, ok, warn } from '../app/doctor-check.ts';
import type { HookFiles } from '../domain/hook-files.ts';
import {
  BARE_ALONE,
  groupProof,
  isBareAlone,
  isBroken,
  nameHooks,
  nameWorktrees,
  type ProofGroup,
} from './group-proof.ts';
import type { ProvenHook } from './prove.ts';

interface HookStatus {
  readonly proof: readonly ProvenHook[];
  readonly launcher: Awaited<ReturnType<HookFiles['launcher']>>;
}

/** What doctor says of the hooks: those that were installed and are silently never run, or more than once. */
export function checkHooks({ proof, launcher }: HookStatus): readonly Check[] {
  if (launcher === null) return [ok('hooks', 'none are installed')];
  const broken = groupProof(proof.filter(({ state }) => isBroken(state)));
  const moved = launcher.isThere
    ? []
    : [
        warn('hooks', `${launcher.node} or ${launcher.program} is gone; the hooks look elsewhere`, {
          fix: 'agent-os hooks install',
        }),
      ];
  if (broken.length > 0 || moved.length > 0) return [...moved, ...broken.map(describeBroken)];
  const isBare = isBareAlone(proof);
  return [ok('hooks', isBare ? `git reaches pre-push; ${BARE_ALONE}` : 'git reaches every hook')];
}

function describeBroken({ worktrees, hooks, state, how, fix }: ProofGroup): Check {
  const [verb, is] = hooks.length === 1 ? ['runs', 'is'] : ['run', 'are'];
  const what = state === 'twice' ? `${verb} more than once` : `${is} never run`;
  const message = `${nameHooks(hooks)} ${what} in ${nameWorktrees(worktrees)}: ${how}`;
  return warn('hooks', message, { ...(fix !== undefined && { fix }), data: { worktrees, hooks, state } });
}
