import { type Check, ok, warn } from '../app/doctor-check.ts';
import type { HookFiles } from '../domain/hook-files.ts';
import type { ProvenHook } from './prove.ts';

interface HookStatus {
  readonly proof: readonly ProvenHook[];
  readonly launcher: Awaited<ReturnType<HookFiles['launcher']>>;
}

/** What doctor says of the hooks: those that were installed and are silently never run, or more than once. */
export function checkHooks({ proof, launcher }: HookStatus): readonly Check[] {
  if (launcher === null) return [ok('hooks', 'none are installed')];
  const broken = proof.filter(({ state }) => state === 'dead' || state === 'twice');
  const moved = launcher.isThere
    ? []
    : [
        warn('hooks', `${launcher.node} or ${launcher.program} is gone; the hooks look elsewhere`, {
          fix: 'agent-os hooks install',
        }),
      ];
  if (broken.length === 0 && moved.length === 0) return [ok('hooks', 'git reaches every hook')];
  return [...moved, ...broken.map(describeBroken)];
}

function describeBroken({ worktree, hook, state, how, fix = 'agent-os hooks install' }: ProvenHook): Check {
  const what = state === 'twice' ? 'runs more than once' : 'is never run';
  return warn('hooks', `${hook} ${what} in ${worktree}: ${how}`, { fix, data: { worktree, hook, state } });
}
