import { parseDuration } from '../domain/duration.ts';
import { AgentOsError } from '../domain/errors.ts';
import { parseRefName, parseRemoteName, quoted } from '../domain/names.ts';
import type { Settings } from './workspace.ts';

/** What one name of git's configuration says last; names are lower case, `agent-os.remote`. */
export type ConfigValue = (name: string) => string | undefined;

/** Where the branch is unless somebody says otherwise. */
export const DEFAULT_BRANCH = 'refs/heads/agent-os';

const PUBLISH = ['background', 'now', 'manual'] as const;

/**
 * Settings of this clone: `AGENT_OS_<NAME>` of the environment, else git config `agent-os.<name>`, else the default
 * (no remote, refs/heads/agent-os, 10 s on the network, publishing in the background, a view once `init` has made one, no notes, no signatures).
 * @throws AgentOsError BAD_NAME, BAD_VALUE
 */
export function readSettings(config: ConfigValue, environment: NodeJS.ProcessEnv): Settings {
  const setting = (name: string): string | undefined =>
    environment[`AGENT_OS_${name.toUpperCase()}`] || config(`agent-os.${name}`) || undefined;
  const remote = setting('remote');
  return {
    remote: remote === undefined ? null : parseRemoteName(remote),
    branch: parseRefName(setting('ref') ?? DEFAULT_BRANCH),
    networkBudget: 1000 * parseDuration(setting('timeout') ?? '10s'),
    publish: parsePublish(setting('publish') ?? 'background'),
    view: parseFlag('view', setting('view')),
    notes: parseFlag('notes', setting('notes')) ?? false,
    sign: parseFlag('sign', setting('sign')) ?? false,
  };
}

function parsePublish(text: string): Settings['publish'] {
  const known = PUBLISH.find((choice) => choice === text);
  if (known !== undefined) return known;
  throw new AgentOsError('BAD_VALUE', `agent-os.publish is ${quoted(text)}`, {
    hint: `Set it to one of ${PUBLISH.join(', ')}: git config agent-os.publish background`,
  });
}

function parseFlag(name: string, text: string | undefined): boolean | null {
  if (text === undefined) return null;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new AgentOsError('BAD_VALUE', `agent-os.${name} is ${quoted(text)}`, {
    hint: `Set it to true or false: git config agent-os.${name} true`,
  });
}
