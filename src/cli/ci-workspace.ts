import type { Workspace } from '../app/workspace.ts';
import type { Invocation } from './command-spec.ts';

/**
 * The workspace of a fresh checkout, which has no configuration of agent-os: there the remote is the one that
 * `--remote` names, else origin, else the only one.
 * @throws AgentOsError BAD_VALUE: there is no such remote
 */
export async function openForCi({
  values,
  workspace,
  reopen,
}: Pick<Invocation, 'values' | 'workspace' | 'reopen'>): Promise<Workspace> {
  const opened = await workspace();
  const asked = values.optional('remote');
  if (asked === undefined && opened.settings.remote !== null) return opened;
  const names = (await (await opened.userConfig()).remotes()).map(({ name }) => name);
  const { chooseRemote } = await import('../app/initialise.ts');
  const remote = chooseRemote({ asked: asked ?? null, configured: null, names });
  return remote === null ? opened : reopen({ AGENT_OS_REMOTE: remote });
}
