import { formatMarker } from '../domain/marker.ts';
import { type HookContext, readHookContext } from './hook-context.ts';
import type { Workspace } from './workspace.ts';

/** What was fetched so long ago (milliseconds) is fetched again before a commit is judged by it. */
export const FRESH_FOR = 60_000;

/**
 * Writes down what the hooks of this worktree may go by without asking; see src/domain/marker.ts. Without effect on
 * anything else, and never an error that matters: without a marker every hook asks.
 * @param isAsked - the remote was asked just now; if in vain, it is not asked again before a minute has passed
 */
export async function refreshMarker(
  workspace: Workspace,
  { isAsked = false, asked }: { readonly isAsked?: boolean; readonly asked: string | null },
): Promise<void> {
  const at = workspace.clock.now();
  const hooks = await workspace.hooks();
  const context = await readHookContext(workspace, asked);
  if (context === null || context.isAmbiguous) return hooks.writeMarker(null, at);
  const { guards } = context.policy;
  const locks = await workspace.locks();
  const found = await locks.judgePaths({ askers: context.askers, paths: [] });
  const left = found.mirror === 'none' ? null : FRESH_FOR - (isAsked ? 0 : (found.age ?? FRESH_FOR));
  const line = formatMarker({
    agent: context.agent,
    session: context.session,
    guards: found.guarding > 0 || asksForMore(context),
    ownLocks: found.covered > 0,
    trailers: guards.trailers,
    until: left === null ? null : readTerm(workspace, left),
    remote: workspace.remote?.name ?? null,
    branch: workspace.settings.branch,
    asked,
  });
  await hooks.writeMarker(line, at);
}

/** Whether policy looks at commits that touch no foreign lock. */
function asksForMore({ policy, session, speaker }: HookContext): boolean {
  const { identity, requireLock, exemptAgents } = policy.guards;
  if (speaker !== null && exemptAgents.includes(speaker)) return false;
  return requireLock.length > 0 || (identity !== 'off' && session === null);
}

/** Seconds as the shell reads them: since boot where the kernel names the boot, else since 1970. */
function readTerm({ clock }: Workspace, left: number): { readonly seconds: number; readonly boot: string } {
  const boot = clock.bootId();
  return /^booted-/.test(boot)
    ? { seconds: (clock.now() + left) / 1000, boot: '-' }
    : { seconds: (clock.uptime() + left) / 1000, boot };
}
