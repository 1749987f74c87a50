import { AgentOsError } from '../domain/errors.ts';
import { type AgentName, type Oid, parseAgentName, quoted } from '../domain/names.ts';
import { shellWord } from '../domain/shell-word.ts';
import { splitWords } from '../domain/shell-words.ts';
import { readAgent } from './agents.ts';
import type { CommandView } from './card-view.ts';
import { messageIdOf, wasDelivered } from './derived-messages.ts';
import { type MessageView, viewMessage } from './message-view.ts';
import { planMessages } from './messages.ts';
import { listAgentNames } from './recipients.ts';
import { openRecords } from './records.ts';
import { checkText, firstLine } from './text-input.ts';
import type { Workspace } from './workspace.ts';

const TEXT_LIMIT = 16 * 1024;
const SHAPE = '@agent:NAME COMMAND ARGS…';

/** A command line to an agent, understood. */
export interface DispatchView {
  readonly agent: AgentName;
  /** As the definition spells it. */
  readonly verb: string;
  readonly args: readonly string[];
  /** What the definition says of it. */
  readonly command: CommandView;
}

/**
 * Understand `@agent:NAME verb args`, and check the verb against NAME's definition. Nothing is sent.
 * @throws AgentOsError BAD_VALUE (shape, quotes, a verb that the definition does not list), BAD_NAME, NOT_FOUND (no
 *   such agent, or no card), TOO_LARGE, NOT_INITIALISED
 */
export async function checkDispatch(
  workspace: Workspace,
  input: { readonly text: string },
): Promise<DispatchView> {
  const { agent, verb, args } = parseDispatch(input.text);
  const records = await openRecords(workspace);
  const card = await readAgent(workspace, records, agent);
  if (!card.hasCard) {
    throw new AgentOsError('NOT_FOUND', `there is no definition of ${agent}`, {
      hint: howToReach(workspace, agent),
      data: { agent, agents: await listAgentNames(records.snapshot) },
    });
  }
  const command = card.commands.find(({ name }) => name.toLowerCase() === verb.toLowerCase());
  if (command !== undefined) return { agent, verb: command.name, args, command };
  const known = card.commands.map(({ name }) => name);
  throw new AgentOsError('BAD_VALUE', `${agent} has no command ${quoted(verb)}`, {
    hint:
      known.length === 0
        ? `Its definition lists no commands; write to it: \`agent-os send ${agent} 'text'\`.`
        : `It answers to: ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', …' : ''}.`,
    data: { agent, verb: verb.slice(0, 200), commands: known },
  });
}

/** Another clone may just have added the definition. */
function howToReach({ remote }: Workspace, agent: AgentName): string {
  const fetch = remote === null ? '' : 'Get what other clones have added: `agent-os sync`. ';
  return `${fetch}Add it: \`agent-os agent add FILE.md\`; or just write to it: \`agent-os send ${agent} 'text'\`.`;
}

/**
 * Send a command to the agent that it addresses, as a task that the agent accepts, declines or completes.
 * @param input.source - the commit whose message asks for it: then all clones and repeated hooks send it once
 * @returns `delivered: false` when that was sent before
 * @throws AgentOsError as checkDispatch; NOT_FOUND for a commit that this clone does not have; what Branch.commit throws
 */
export async function dispatchCommand(
  workspace: Workspace,
  input: {
    readonly agent?: string;
    readonly text: string;
    readonly source?: { readonly commit: Oid };
  },
): Promise<{ readonly message: MessageView; readonly delivered: boolean }> {
  const { agent: to, verb, args, command } = await checkDispatch(workspace, input);
  const text = input.text.trim();
  const id =
    input.source === undefined
      ? workspace.ids.record()
      : await idOf(workspace, input.source.commit, [to, text]);
  const who = await workspace.identify(input.agent);
  const { result, changed } = await workspace.branch.commit<MessageView>({
    ...who,
    async plan(context) {
      const { messages, changes } = planMessages(workspace, context, {
        id,
        kind: 'task',
        from: who.agent,
        session: who.session,
        to: [to],
        subject: firstLine([verb, ...args.map(shellWord)].join(' '), 200),
        body: command.description === null ? text : `${text}\n\n${command.description}`,
        more: {
          command: { verb, args: [...args] },
          ...(input.source !== undefined && { commit: input.source.commit }),
        },
      });
      const [message] = messages;
      if (message === undefined) throw new Error('a dispatch made no message');
      const isKnown = input.source !== undefined && (await wasDelivered(context.snapshot, to, id));
      return {
        subject: `task: ${who.agent} → ${to}: ${message.subject}`,
        changes: isKnown ? [] : changes,
        result: viewMessage(message),
      };
    },
  });
  return { message: result, delivered: changed };
}

async function idOf(workspace: Workspace, commit: Oid, parts: readonly string[]) {
  const [detail] = await workspace.code.details([commit]);
  if (detail !== undefined) return messageIdOf(detail, ['dispatch', ...parts], workspace.hash);
  throw new AgentOsError('NOT_FOUND', `this clone does not have the commit ${commit}`, {
    hint: 'Fetch it first.',
    data: { commit },
  });
}

/** @throws AgentOsError BAD_VALUE, BAD_NAME, TOO_LARGE */
function parseDispatch(text: string): Pick<DispatchView, 'agent' | 'verb' | 'args'> {
  checkText(text, 'the command', TEXT_LIMIT);
  const [, name, rest] = /^\s*@agent:(\S+)\s+([\s\S]+)$/.exec(text) ?? [];
  const [verb, ...args] = rest === undefined ? [] : splitWords(rest);
  if (name !== undefined && verb !== undefined && verb.length <= 200)
    return { agent: parseAgentName(name), verb, args };
  throw new AgentOsError('BAD_VALUE', `${quoted(text)} is no command to an agent`, {
    hint: `Write ${SHAPE}, for example '@agent:go-backend add-tests billing'.`,
  });
}
