import { encode } from '../domain/codec.ts';
import { AgentOsError } from '../domain/errors.ts';
import { CONFIG_PATH, README_PATH } from '../domain/layout.ts';
import { parseAgentName, parseRefName, parseRemoteName, type RefName } from '../domain/names.ts';
import type { Change } from '../store/branch.ts';
import { foundElsewhere } from '../store/sync/first-contact.ts';
import { BRANCH_README } from './branch-readme.ts';
import { noSuchRemote } from './no-such-remote.ts';
import type { Capabilities } from './repository-ports.ts';
import { countReceived } from './syncing.ts';
import type { Workspace } from './workspace.ts';

export interface InitialiseInput {
  readonly remote?: string;
  /** Full name of the branch's ref. */
  readonly ref?: string;
  /** Opens the workspace again with other settings than those of git's configuration. */
  readonly reopen: (settings: {
    readonly remote: string | null;
    readonly ref: RefName;
  }) => Promise<Workspace>;
}

/** What setting up has changed in a clone that was set up before. */
export interface Repetition {
  /** The remote until now. */
  readonly remote: string | null;
  /** How many operations of others came. */
  readonly received: number;
  /** README or policy were missing. */
  readonly isMended: boolean;
}

export interface Initialised {
  /** Whether neither this repository nor the remote had the branch before. */
  readonly created: boolean;
  /** `joined`: the remote had it; `present`: only this repository had. */
  readonly how: 'created' | 'joined' | 'present';
  readonly branch: RefName;
  /** The default ref, where the branch was found under another name and nobody had asked for one; else null. */
  readonly instead: RefName | null;
  readonly remote: string | null;
  /** Configured remotes among which none was chosen, because none of them is called origin. */
  readonly candidates: readonly string[];
  readonly capabilities: Capabilities | null;
  /** Null where this clone was not set up before; else what this time has changed. */
  readonly again: Repetition | null;
  /** Why the branch is not on the remote: the host's words; null when it is, or without a remote. */
  readonly refused: string | null;
}

/**
 * Give this repository the branch: the remote's if it has one, else a new one, published at once. Whatever exists
 * stays, so it may be called again. Of git's configuration, only `agent-os.*` of this repository is written, last.
 * @throws AgentOsError BAD_NAME, BAD_VALUE (no such remote), REMOTE_UNREACHABLE; then nothing was changed
 */
export async function initialise(workspace: Workspace, input: InitialiseInput): Promise<Initialised> {
  const config = await workspace.userConfig();
  const names = (await config.remotes()).map(({ name }) => name);
  const remote = chooseRemote({
    asked: input.remote === undefined ? null : parseRemoteName(input.remote),
    configured: workspace.settings.remote,
    names,
  });
  const ref = input.ref === undefined ? workspace.settings.branch : parseRefName(input.ref);
  const { tip } = await workspace.branch.snapshot();
  // That there is a view or none is what every set-up leaves behind.
  const isRepeated = tip !== null && workspace.settings.view !== null && ref === workspace.settings.branch;
  const opened = await input.reopen({ remote, ref });

  const contact = await opened.firstContact(input.ref === undefined ? undefined : { isChosen: true });
  if (contact.how === 'elsewhere') return follow(workspace, input, { opened, others: contact.refs });
  const { how } = contact;
  if (opened.remote !== null) await (await opened.locks()).observe(await opened.remote.readMirror());
  const capabilities = await opened.probe();
  const received = isRepeated ? await countReceived(opened, tip) : 0;
  const isMended = await describeBranch(opened);
  const refused = await publish(opened);

  if (remote !== null) await config.set('agent-os.remote', remote);
  if (input.ref !== undefined) await config.set('agent-os.ref', ref);
  if (capabilities?.customRefs === false) await config.set('agent-os.outbox', 'false');
  else await config.unset('agent-os.outbox');
  return {
    created: how === 'created',
    how,
    branch: ref,
    instead: null,
    remote,
    candidates: remote === null ? names : [],
    capabilities,
    again: isRepeated ? { remote: workspace.settings.remote, received, isMended } : null,
    refused,
  };
}

/**
 * Join the team's branch under the one name that it has on the remote.
 * @throws AgentOsError BAD_NAME where there are several, or this repository has begun one of its own
 */
async function follow(
  workspace: Workspace,
  input: InitialiseInput,
  { opened, others }: { readonly opened: Workspace; readonly others: readonly RefName[] },
): Promise<Initialised> {
  const [only] = others;
  const { branch: instead } = opened.settings;
  const isHere = (await opened.branch.snapshot()).tip !== null;
  if (only === undefined || others.length > 1 || isHere)
    throw foundElsewhere(instead, opened.remote?.name ?? 'the remote', others);
  return { ...(await initialise(workspace, { ...input, ref: only })), instead };
}

/**
 * The branch under the configured name, for who runs without anybody to ask.
 * @throws AgentOsError as makeFirstContact does; BAD_NAME where the remote has it under another name
 */
export async function requireContact(workspace: Workspace): Promise<void> {
  const contact = await workspace.firstContact();
  if (contact.how === 'elsewhere')
    throw foundElsewhere(workspace.settings.branch, workspace.remote?.name ?? 'the remote', contact.refs);
}

/**
 * The remote to coordinate through: the one asked for, else the configured one, else origin, else the only one.
 * @throws AgentOsError BAD_VALUE: there is no such remote
 */
export function chooseRemote({
  asked,
  configured,
  names,
}: {
  readonly asked: string | null;
  readonly configured: string | null;
  readonly names: readonly string[];
}): string | null {
  const wanted = asked ?? configured;
  if (wanted === null)
    return names.includes('origin') ? 'origin' : names.length === 1 ? (names[0] ?? null) : null;
  if (names.includes(wanted)) return wanted;
  throw noSuchRemote(wanted, names);
}

/** README and policy, unless somebody wrote them before. @returns whether one was missing */
async function describeBranch(workspace: Workspace): Promise<boolean> {
  const { changed } = await workspace.branch.commit({
    agent: parseAgentName('agent-os'),
    session: null,
    async plan({ snapshot }) {
      const changes: Change[] = [];
      if ((await snapshot.read(README_PATH)) === null)
        changes.push({ path: README_PATH, content: BRANCH_README });
      if ((await snapshot.read(CONFIG_PATH)) === null)
        changes.push({ path: CONFIG_PATH, content: encode('config', {}) });
      return { subject: 'init: what this branch is', changes, result: null };
    },
  });
  return changed;
}

/** @returns the host's words when it refused; null when the branch is there, or there is no remote */
async function publish(workspace: Workspace): Promise<string | null> {
  const sync = await workspace.sync();
  try {
    const budget = workspace.settings.networkBudget;
    const result = await sync?.round({ pull: false, push: true, budget, until: 'branch' });
    // Where only the outbox was refused, the branch has it all the same.
    return result?.branch === 'behind' ? result.refused : null;
  } catch (error) {
    if (error instanceof AgentOsError && error.code === 'REMOTE_REFUSED') return error.message;
    throw error;
  }
}
