import type { Server } from './app/receive/server.ts';
import { readSettings } from './app/settings.ts';
import type { WorkspaceOptions } from './compose.ts';
import { openObjectReader } from './git/cat-file.ts';
import { openCodeAudit } from './git/code-audit.ts';
import { readConfig } from './git/config.ts';
import { openHistory } from './git/history.ts';
import { authenticatedUser, quarantineVariables } from './git/quarantine.ts';
import { discoverRepository } from './git/repository.ts';
import { openScratchObjects } from './git/scratch-objects.ts';
import * as hooks from './git/server-hook.ts';
import { openClock } from './system/clock.ts';
import { hashText } from './system/ids.ts';

/**
 * The bare repository of a pre-receive hook, with what is pushed to it. Nothing of it is written to.
 * @throws AgentOsError as openWorkspace does
 */
export async function openServer(options: WorkspaceOptions = {}): Promise<Server> {
  const env = options.env ?? process.env;
  const { paths, objectFormat } = await discoverRepository(options.cwd ?? process.cwd(), env);
  const config = await readConfig(paths, env);
  const variables = quarantineVariables(env);
  const reader = openObjectReader(paths, variables);
  const settings = readSettings((name) => config.get(name) ?? undefined, {});
  return {
    objects: { reader, history: openHistory(paths, variables) },
    audit: {
      code: openCodeAudit({
        paths,
        remote: null,
        offline: true,
        budget: settings.networkBudget,
        sshCommand: null,
        variables,
      }),
      scratch: openScratchObjects(reader, objectFormat),
    },
    settings,
    clock: openClock(),
    hash: hashText,
    user: authenticatedUser(env),
    close: async () => reader.close(),
  };
}

/** Installs or removes the pre-receive hook of a bare repository; with `dryRun`, only says what would be done. */
export async function changeServerHook(
  options: WorkspaceOptions & {
    readonly change: 'install' | 'uninstall';
    readonly dryRun: boolean;
    /** The text of the hook as it ships, and what it starts. */
    readonly hook: { readonly text: string; readonly launch: readonly string[] };
  },
): Promise<hooks.HookPlan> {
  const { paths } = await discoverRepository(options.cwd ?? process.cwd(), options.env ?? process.env);
  const hook = { paths, ...options.hook };
  const isInstall = options.change === 'install';
  const plan = await (isInstall ? hooks.planInstall(hook) : hooks.planUninstall(paths));
  if (!options.dryRun) await (isInstall ? hooks.applyInstall(hook, plan) : hooks.applyUninstall(plan));
  return plan;
}
