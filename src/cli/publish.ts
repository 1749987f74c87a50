import { planPublishing, publishNow } from '../app/publishing.ts';
import type { Workspace } from '../app/workspace.ts';
import type { CommandOutput, Invocation } from './command-spec.ts';
import { findLauncher } from './launcher.ts';
import type { Line } from './text.ts';

/**
 * What a command that has committed says, once its operation is on the way to the remote (see publishing.ts). That
 * the remote cannot be reached is advice, not a failure: the operation is safe here.
 */
export async function published(
  invocation: Pick<Invocation, 'cwd' | 'env'>,
  workspace: Workspace,
  output: CommandOutput,
): Promise<CommandOutput> {
  const delay = await publish(invocation, workspace);
  return delay === null ? output : { ...output, notes: [...(output.notes ?? []), delay] };
}

async function publish(
  { cwd, env }: Pick<Invocation, 'cwd' | 'env'>,
  workspace: Workspace,
): Promise<Line | null> {
  const plan = planPublishing(workspace);
  if (plan === 'now') {
    const problem = await publishNow(workspace);
    return problem && `not published yet, the next \`agent-os sync\` does it: ${problem.message}`;
  }
  // What hooks have noted and a killed process has not worked off is made up for here.
  const isWanted = plan === 'background' || (await workspace.hooks()).journal.isPending();
  if (isWanted && !(await workspace.publisher.isAtWork())) await startPublisher({ cwd, env }, workspace);
  return plan === 'background' ? waiting(workspace) : null;
}

/** Nobody waits for the process in the background, so all that can be told is how the last one fared. */
async function waiting({ publisher, settings }: Workspace): Promise<Line | null> {
  const failure = await publisher.lastFailure(settings.remote ?? '');
  return failure && `not published yet, this waits for the next sync: when last asked, ${failure}`;
}

async function startPublisher(
  { cwd, env }: Pick<Invocation, 'cwd' | 'env'>,
  { publisher }: Workspace,
): Promise<void> {
  const launcher = findLauncher();
  if (launcher === null) return;
  const { startDetached } = await import('../compose.ts');
  const args = [launcher, 'sync', '--background', '--quiet', '--no-input'];
  const started = startDetached({ command: process.execPath, args, cwd, env });
  if (started !== null) await publisher.appoint(started);
}
