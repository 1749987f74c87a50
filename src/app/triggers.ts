import type { CommitDetail } from '../domain/code-history.ts';
import { matchTrigger } from '../domain/definition/trigger-match.ts';
import { CONFIG_PATH, classify, recordTime } from '../domain/layout.ts';
import {
  type AgentName,
  isAgentName,
  type Oid,
  parseAgentName,
  type RecordId,
  slug,
} from '../domain/names.ts';
import { resolveConfig } from '../domain/schema/resolve-config.ts';
import type { Change } from '../store/branch.ts';
import { readAgent } from './agents.ts';
import { messageIdOf, wasDelivered } from './derived-messages.ts';
import { type MessageView, viewMessage } from './message-view.ts';
import { planMessages } from './messages.ts';
import { formatTime, openRecords, type Problem, type RecordReader, readRecords } from './records.ts';
import { firstLine } from './text-input.ts';
import type { Workspace } from './workspace.ts';

/** So many commits of a range are looked at, the newest. */
const COMMITS = 1000;
/** So many paths of a commit go into a message. */
const PATHS = 200;
/** Whoever fires triggers only passes on what the commit's author has done. */
const MESSENGER = parseAgentName('agent-os');

/** A trigger of an agent's card that a commit matches. */
export interface TriggerFire {
  readonly agent: AgentName;
  /** The trigger, in the card's words. */
  readonly trigger: string;
  readonly commit: Oid;
  readonly subject: string;
  /** Paths of the commit that the trigger's globs cover; all of them when it has none. */
  readonly paths: readonly string[];
  /** Who made the commit: its Agent-OS-Agent trailer, else its author. */
  readonly from: AgentName;
  /**
   * `new`: the agent is told; `told`: it was, by this clone or another; `own`: the agent made the commit itself;
   * `old`: the commit is older than half of the time for which messages are kept.
   */
  readonly status: 'new' | 'told' | 'own' | 'old';
}

interface Fire extends TriggerFire {
  /** Of the message, which is one for all triggers of the agent. */
  readonly id: RecordId;
  readonly detail: CommitDetail;
}

/** What one message tells of: a commit, all triggers of the agent that it matches, and what these are about. */
interface JoinedFire extends Omit<Fire, 'trigger'> {
  readonly triggers: readonly string[];
}

/**
 * Tell agents of commits that match triggers of their cards, in one operation. Each agent hears once of a commit, with
 * all of its triggers that match, whoever notices it first: the message's id follows from agent and what the commit
 * changes.
 * @throws AgentOsError NOT_INITIALISED, and what Branch.commit throws
 */
export async function fireTriggers(
  workspace: Workspace,
  input: { readonly commits: readonly Oid[] },
): Promise<{ readonly messages: readonly MessageView[]; readonly problems: readonly Problem[] }> {
  const records = await openRecords(workspace);
  const details = await workspace.code.details(input.commits);
  if ((await findFires(workspace, records, details)).every(({ status }) => status !== 'new'))
    return { messages: [], problems: records.problems };
  const { result } = await workspace.branch.commit<readonly MessageView[]>({
    agent: MESSENGER,
    session: null,
    async plan(context) {
      const fires = await findFires(workspace, readRecords(context.snapshot), details);
      const changes: Change[] = [];
      const messages = joinFires(fires.filter(({ status }) => status === 'new')).flatMap((fire) => {
        const planned = planMessages(workspace, context, {
          id: fire.id,
          from: fire.from,
          session: null,
          to: [fire.agent],
          subject: firstLine(`${fire.subject} (${fire.commit.slice(0, 10)})`, 200),
          body: describe(fire),
          sentAt: formatTime(recordTime(fire.id)),
          more: { trigger: fire.triggers.join('; '), commit: fire.commit, paths: fire.paths.slice(0, PATHS) },
        });
        changes.push(...planned.changes);
        return planned.messages.map(viewMessage);
      });
      const agents = [...new Set(messages.map(({ to }) => to))];
      const subject = `trigger: ${agents.length > 3 ? `${agents.length} agents` : agents.join(', ')}: ${messages[0]?.subject ?? ''}`;
      return { subject, changes, result: messages };
    },
  });
  return { messages: result, problems: records.problems };
}

/**
 * What the commits of a range would fire, oldest first. Nothing is sent.
 * @param input.range - `A..B`
 * @throws AgentOsError NOT_INITIALISED, BAD_VALUE (the range)
 */
export async function testTriggers(
  workspace: Workspace,
  input: { readonly range: string },
): Promise<{
  readonly fires: readonly TriggerFire[];
  readonly commits: readonly Oid[];
  readonly problems: readonly Problem[];
}> {
  const records = await openRecords(workspace);
  const commits = (await workspace.code.range(input.range, COMMITS)).map(({ oid }) => oid).reverse();
  const fires = await findFires(workspace, records, await workspace.code.details(commits));
  return {
    fires: fires.map(({ agent, trigger, commit, subject, paths, from, status }) => ({
      agent,
      trigger,
      commit,
      subject,
      paths,
      from,
      status,
    })),
    commits,
    problems: records.problems,
  };
}

async function findFires(
  workspace: Workspace,
  records: RecordReader,
  details: readonly CommitDetail[],
): Promise<readonly Fire[]> {
  const { snapshot } = records;
  const { retention } = resolveConfig(await records.read('config', CONFIG_PATH));
  // What is told later than this could arrive below a watermark of gc, and be taken for what it removed.
  const limit = workspace.clock.now() - (retention.messages * 1000) / 2;
  const cards = (await snapshot.list('agents')).flatMap(({ name }) => {
    const place = classify(`agents/${name}`);
    return place.kind === 'card' ? [place.agent] : [];
  });
  const agents = await Promise.all(cards.map((name) => readAgent(workspace, records, name)));
  const fires: Fire[] = [];
  for (const detail of details) {
    const from = authorOf(detail);
    for (const { name: agent, triggers } of agents) {
      for (const trigger of triggers) {
        const match = matchTrigger(
          {
            paths: [...trigger.paths],
            commits: [...trigger.commits],
            trailers: [...trigger.trailers],
          },
          detail,
        );
        if (match === null) continue;
        const id = messageIdOf(detail, ['triggers', agent], workspace.hash);
        const fire = {
          agent,
          trigger: trigger.when,
          commit: detail.oid,
          subject: detail.subject,
          from,
          id,
          detail,
        };
        const isCopy = fires.some((other) => other.id === id && other.commit !== detail.oid);
        const status =
          from === agent
            ? 'own'
            : recordTime(id) < limit
              ? 'old'
              : isCopy || (await wasDelivered(snapshot, agent, id))
                ? 'told'
                : 'new';
        fires.push({ ...fire, paths: match.paths, status });
      }
    }
  }
  return fires;
}

function joinFires(fires: readonly Fire[]): readonly JoinedFire[] {
  const joined = new Map<RecordId, JoinedFire>();
  for (const { trigger, ...fire } of fires) {
    const { triggers, paths } = joined.get(fire.id) ?? { triggers: [], paths: [] };
    joined.set(fire.id, {
      ...fire,
      triggers: [...new Set([...triggers, trigger])],
      paths: [...new Set([...paths, ...fire.paths])],
    });
  }
  return [...joined.values()];
}

function authorOf({ trailers, author }: CommitDetail): AgentName {
  const named = trailers.find(({ key }) => key.toLowerCase() === 'agent-os-agent')?.value ?? '';
  return isAgentName(named) ? named : (slug(author) ?? MESSENGER);
}

function describe({ triggers, commit, paths, detail }: JoinedFire): string {
  const more = paths.length > PATHS ? [`- and ${paths.length - PATHS} more`] : [];
  return [
    `Commit ${commit} by ${detail.author} matches your ${triggers.length === 1 ? 'trigger' : 'triggers'}: ${triggers.join('; ')}`,
    '',
    detail.message.slice(0, 4000).trim(),
    '',
    ...(paths.length === 0 ? [] : ['Paths:', ...paths.slice(0, PATHS).map((path) => `- ${path}`), ...more]),
  ]
    .join('\n')
    .trimEnd();
}
