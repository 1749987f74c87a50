import { WORKFLOW_PATH } from '../domain/layout.ts';
import type { Workspace } from './workspace.ts';

/**
 * Put the workflow onto the branch by which a host checks what is pushed there: it runs the workflow that the pushed
 * branch has.
 * @throws AgentOsError NOT_INITIALISED, and what Branch.commit throws
 */
export async function placeWorkflow(
  workspace: Workspace,
  input: { readonly agent?: string; readonly content: string; readonly dryRun: boolean },
): Promise<'written' | 'unchanged'> {
  const present = await (await workspace.branch.snapshot()).read(WORKFLOW_PATH);
  const isSame = (bytes: Uint8Array | null) =>
    bytes !== null && new TextDecoder().decode(bytes) === input.content;
  if (isSame(present)) return 'unchanged';
  if (input.dryRun) return 'written';
  const who = await workspace.identify(input.agent);
  const { changed } = await workspace.branch.commit({
    ...who,
    async plan({ snapshot }) {
      const changes = isSame(await snapshot.read(WORKFLOW_PATH))
        ? []
        : [{ path: WORKFLOW_PATH, content: input.content }];
      return { subject: 'ci: check what is pushed to this branch', changes, result: null };
    },
  });
  return changed ? 'written' : 'unchanged';
}
