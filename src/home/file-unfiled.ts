import { addLogEntry } from '../app/log.ts';
import { addRecap } from '../app/recaps.ts';
import type { Workspace } from '../app/workspace.ts';
import { AgentOsError } from '../domain/errors.ts';
import { quoted } from '../domain/names.ts';
import { commitCopy } from '../view/state-commit.ts';
import { parseCopy } from '../view/state-copy.ts';
import type { HomeFolder } from './home-folder.ts';

/**
 * Take files of `unfiled` into this repository, in the order given. Each goes only when it is on the branch; after a
 * kill in between it is there twice rather than nowhere.
 * @param input.agent - who wrote a recap; a log's name says whose it is
 * @returns the names of those that were taken
 * @throws AgentOsError NOT_FOUND, BAD_VALUE (nobody knows what it is), and what adding it throws
 */
export async function fileUnfiled(
  folder: HomeFolder,
  workspace: Workspace,
  { names, agent }: { readonly names: readonly string[]; readonly agent?: string | undefined },
): Promise<readonly string[]> {
  const taken: string[] = [];
  for (const name of names) {
    const text = folder.readUnfiled(name);
    if (text === null) {
      throw new AgentOsError('NOT_FOUND', `there is no unfiled ${quoted(name)}`, {
        hint: 'See what there is: `agent-os home`.',
        data: { taken },
      });
    }
    await add(workspace, { name, text, agent });
    folder.removeUnfiled(name);
    taken.push(name);
  }
  return taken;
}

async function add(
  workspace: Workspace,
  { name, text, agent }: { readonly name: string; readonly text: string; readonly agent: string | undefined },
): Promise<void> {
  const [, author] = /^log\.([a-z0-9_-]+)\.[0-9a-f]{16}\.log$/.exec(name) ?? [];
  const who = agent === undefined ? {} : { agent };
  if (author !== undefined) await addLogEntry(workspace, { agent: author, text });
  else if (/^recap\..*\.md$/.test(name)) await addRecap(workspace, { ...who, text, name });
  else if (/^state\..*\.json$/.test(name)) {
    const { value } = parseCopy(text);
    await commitCopy(workspace, { value, base: undefined, earlier: [], origin: null });
  } else {
    throw new AgentOsError('BAD_VALUE', `${quoted(name)} is no log, recap or project state of agent-os`, {
      hint: 'Move it to where it belongs by hand.',
    });
  }
}
