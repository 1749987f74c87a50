import type { Workspace } from '../app/workspace.ts';
import type { CommandOutput, CommandSpec } from './command-spec.ts';
import { type Line, warn } from './text.ts';

interface ViewWorld {
  readonly open: () => Promise<Workspace>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs a command between two refreshes of the view, as its `view` says. A view that cannot be refreshed, or a file in
 * it that cannot be taken up, is a warning: the command does not fail for it.
 */
export async function withView(
  use: CommandSpec['view'],
  { open, env }: ViewWorld,
  run: () => Promise<CommandOutput>,
): Promise<CommandOutput> {
  if (use === undefined) return run();
  const before = await refresh({ open, env });
  const output = await run();
  const problems = new Set([...before, ...(use === 'write' ? await refresh({ open, env }) : [])]);
  if (problems.size === 0) return output;
  const warnings = [...problems].map((problem): Line => [warn('warning: '), problem]);
  return { ...output, notes: [...(output.notes ?? []), ...warnings] };
}

async function refresh({ open, env }: ViewWorld): Promise<readonly string[]> {
  const workspace = await open().catch(() => null); // what is wrong with the workspace, the command itself says
  if (workspace === null) return [];
  try {
    const { refreshView } = await import('../compose.ts');
    const problems = await refreshView(workspace, env);
    return problems.map(({ path, message }) => `view: ${path}: ${message}`);
  } catch (error) {
    return [`the view was not refreshed: ${error instanceof Error ? error.message : String(error)}`];
  }
}
