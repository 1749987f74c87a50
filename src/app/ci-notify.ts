import { derivedId } from '../domain/derived-id.ts';
import { type AgentName, parseAgentName } from '../domain/names.ts';
import { readCommitTrailers } from '../domain/verify/commit-trailers.ts';
import { wasDelivered } from './derived-messages.ts';
import { type MessageView, viewMessage } from './message-view.ts';
import { describeRecipients, planMessages } from './messages.ts';
import { listAgentNames } from './recipients.ts';
import type { Workspace } from './workspace.ts';

export interface NotifyInput {
  /** Who speaks; by default `ci`. */
  readonly agent?: string;
  /** `A..B`: the commits whose agents are told. */
  readonly range: string;
  readonly conclusion: 'success' | 'failure';
  /** Names of what failed. */
  readonly failed: readonly string[];
  /** Names of what had failed on the base already. */
  readonly baseFailed: readonly string[];
  /** Where people read on. */
  readonly url?: string;
}

export interface NotifyResult {
  readonly messages: readonly MessageView[];
  /** Agents that have been told of this conclusion on this commit before. */
  readonly already: readonly AgentName[];
}

const NAMED = 50;
const NAME_LIMIT = 200;

/**
 * Tell the agents that made the commits what became of them in CI. The message's id follows from the head commit and
 * the conclusion, so that a job that runs again tells nobody twice, in whichever clone it runs. Only agents that the
 * branch knows are told: a commit can name anybody.
 * @throws AgentOsError BAD_VALUE, BAD_NAME, CANNOT_VERIFY, REMOTE_UNREACHABLE, and what Branch.commit throws
 */
export async function notifyOfCi(workspace: Workspace, input: NotifyInput): Promise<NotifyResult> {
  const from = parseAgentName(input.agent ?? 'ci');
  const { code } = await workspace.audit({ offline: false });
  const range = await code.resolveRange(input.range);
  const commits = await code.commits(range);
  const head = commits.at(-1);
  const named = new Set(commits.flatMap(({ message }) => [...readCommitTrailers(message).agents]));
  if (head === undefined || named.size === 0) return { messages: [], already: [] };
  const key = JSON.stringify(['ci', range.to, input.conclusion]);
  const id = derivedId(1000 * head.committedAt, workspace.hash(key));
  const subject = describeSubject(input, range.to);
  const { result } = await workspace.branch.commit<NotifyResult>({
    agent: from,
    session: null,
    async plan(context) {
      const { snapshot } = context;
      const known = (await listAgentNames(snapshot)).filter((agent) => agent !== from && named.has(agent));
      const already: AgentName[] = [];
      for (const agent of known) if (await wasDelivered(snapshot, agent, id)) already.push(agent);
      const to = known.filter((agent) => !already.includes(agent));
      if (to.length === 0) return { subject: '', changes: [], result: { messages: [], already } };
      const { messages, changes } = planMessages(workspace, context, {
        ...{ id, from, session: null, to, subject },
        body: describeBody(input, { oid: range.to, commits: commits.length }),
        priority: input.conclusion === 'failure' ? 'high' : 'low',
      });
      return {
        subject: `message: ${from} → ${describeRecipients(to)}: ${subject}`,
        changes,
        result: { messages: messages.map(viewMessage), already },
      };
    },
  });
  return result;
}

function describeSubject({ conclusion, failed, baseFailed }: NotifyInput, oid: string): string {
  const commit = oid.slice(0, 12);
  if (conclusion === 'success') return `CI passed on ${commit}`;
  const fresh = failed.filter((name) => !baseFailed.includes(name));
  if (failed.length > 0 && fresh.length === 0)
    return `CI failed on ${commit}, by nothing that the base had not`;
  return `CI failed on ${commit}`;
}

function describeBody(
  { conclusion, failed, baseFailed, url }: NotifyInput,
  { oid, commits }: { readonly oid: string; readonly commits: number },
): string {
  const names = failed.slice(0, NAMED).map((name) => {
    const known = baseFailed.includes(name) ? ' (the base fails it too)' : '';
    return `- ${printable(name)}${known}`;
  });
  const rest = failed.length - names.length;
  return [
    `CI ${conclusion === 'success' ? 'passed' : 'failed'} on ${oid} (${commits} ${commits === 1 ? 'commit' : 'commits'}).`,
    ...(names.length === 0 ? [] : ['', 'What failed:', ...names]),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
    ...(url === undefined ? [] : ['', printable(url)]),
    '',
  ].join('\n');
}

/** One line: names come from workflow files and URLs from the environment. */
function printable(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, NAME_LIMIT);
}
