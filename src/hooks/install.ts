import type { Workspace } from '../app/workspace.ts';
import { openHookFiles } from '../compose.ts';
import type { HookFiles } from '../domain/hook-files.ts';
import { isBroken } from './group-proof.ts';
import { concernedFiles, type InstallPlan, planInstall, planUninstall } from './plan-install.ts';
import { type ProvenHook, proveHooks } from './prove.ts';

export interface InstallInput {
  readonly dryRun: boolean;
  /** Where this program and its shims are, and the node that runs it; absolute. */
  readonly program: string;
  readonly shims: string;
  readonly node: string;
}

export interface InstallReport extends Pick<InstallPlan, 'hooks' | 'edits' | 'snippets'> {
  /** How git reaches each hook now; empty in a dry run. */
  readonly proof: readonly ProvenHook[];
  /** Whether nothing is dead in the worktree in which this was asked for. */
  readonly isReached: boolean;
}

/**
 * Lead git to the hooks of agent-os in the way that fits whoever else has hooks here, and prove that it gets there.
 * Safe to repeat, also after somebody else has rewritten their files.
 * @throws AgentOsError DISK_FULL (a file cannot be changed), GIT_FAILED
 */
export async function installHooks(workspace: Workspace, input: InstallInput): Promise<InstallReport> {
  const files = await openHookFiles(workspace, input.shims);
  const survey = await files.survey(concernedFiles, 'here');
  const { hooks, edits, remembered, snippets } = planInstall(survey);
  if (input.dryRun) return { hooks, edits, snippets, proof: [], isReached: true };
  await files.installShims(input.program, input.node);
  await files.apply(edits, remembered);
  const proof = await proveHooks(files);
  const isReached = proof.every(({ worktree, state }) => worktree !== survey.workTree || !isBroken(state));
  return { hooks, edits, snippets, proof, isReached };
}

/**
 * Take everything back that installations have changed, in every worktree.
 * @returns `left`: files of worktrees that are not there now; they stay remembered for the next time
 */
export async function uninstallHooks(
  workspace: Workspace,
  input: Pick<InstallInput, 'dryRun' | 'shims'>,
): Promise<Pick<InstallPlan, 'edits'> & { readonly left: readonly string[] }> {
  const files = await openHookFiles(workspace, input.shims);
  const { edits, remembered } = planUninstall(await files.survey(concernedFiles, 'everywhere'));
  const left = remembered.map(({ path }) => path);
  if (input.dryRun) return { edits, left };
  await files.apply(edits, remembered);
  await files.removeShims();
  return { edits, left };
}

/** How git reaches each hook, in every worktree. */
export async function readHookStatus(
  workspace: Workspace,
  { shims }: Pick<InstallInput, 'shims'>,
): Promise<{
  readonly proof: readonly ProvenHook[];
  readonly launcher: Awaited<ReturnType<HookFiles['launcher']>>;
}> {
  const files = await openHookFiles(workspace, shims);
  return { proof: await proveHooks(files), launcher: await files.launcher() };
}
