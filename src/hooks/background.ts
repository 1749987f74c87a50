import { workJournal } from '../app/journal-work.ts';
import { renewDueLocks } from '../app/locking.ts';
import { refreshMarker } from '../app/marking.ts';
import { publishInBackground } from '../app/publishing.ts';
import type { Workspace } from '../app/workspace.ts';
import { AgentOsError } from '../domain/errors.ts';
import { followers } from './followers.ts';

/** Changes to refs that are younger than this, in milliseconds, could look newer than a marker that has seen them. */
const SETTLED = 40;

/**
 * All that hooks leave for later: see publishInBackground. Views and markers of the worktrees in which something
 * happened are made anew at the end.
 * @param open - another worktree's workspace, closed at the end
 */
export async function workInBackground(
  workspace: Workspace,
  { open, env }: { open(folder: string): Promise<Workspace>; readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  const opened = new Map<string, Promise<Workspace | null>>();
  const openAt = (folder: string): Promise<Workspace | null> => {
    if (folder === workspace.paths.workTree) return Promise.resolve(workspace);
    const known = opened.get(folder) ?? open(folder).catch(() => null);
    opened.set(folder, known);
    return known.then((there) => (there?.paths.commonDir === workspace.paths.commonDir ? there : null));
  };
  const hooks = await workspace.hooks();
  const touched = new Set<string>();
  try {
    await publishInBackground(workspace, {
      async isPending() {
        hooks.journal.giveUpPost();
        return hooks.journal.isPending();
      },
      async work() {
        for (const folder of await workJournal(workspace, { followers, openAt })) touched.add(folder);
        for (const folder of touched) {
          const there = await openAt(folder);
          if (there === null) continue;
          await unlessExpected(() => renewDueLocks(there));
          await unlessExpected(() => showView(there, env));
        }
      },
    });
  } finally {
    hooks.journal.giveUpPost();
    await workspace.clock.sleep(SETTLED);
    for (const folder of touched) {
      const there = await openAt(folder);
      if (there !== null) {
        await unlessExpected(() => refreshMarker(there, { asked: env['AGENT_OS_AGENT'] || null }));
      }
    }
    for (const there of opened.values()) await (await there)?.close();
  }
}

async function showView(workspace: Workspace, env: NodeJS.ProcessEnv): Promise<void> {
  if (workspace.settings.view !== true) return;
  const { refreshView } = await import('../compose.ts');
  await refreshView(workspace, env);
}

async function unlessExpected(step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof AgentOsError) || error.code === 'INTERNAL') throw error;
  }
}
