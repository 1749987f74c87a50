import { AgentOsError } from '../domain/errors.ts';
import { CONFIG_PATH } from '../domain/layout.ts';
import { type AgentName, isAgentName, parseAgentName, quoted } from '../domain/names.ts';
import { resolveConfig } from '../domain/schema/resolve-config.ts';
import type { Snapshot } from '../store/branch.ts';
import { readRecord } from './records.ts';

/** Every agent that has a card or ever had a session, by name. */
export async function listAgentNames(snapshot: Snapshot): Promise<readonly AgentName[]> {
  const [cards, sessions] = await Promise.all([snapshot.list('agents'), snapshot.list('sessions')]);
  const names = [
    ...cards.flatMap(({ name }) => (name.endsWith('.yaml') ? [name.slice(0, -'.yaml'.length)] : [])),
    ...sessions.map(({ name }) => name),
  ];
  return [...new Set(names.filter(isAgentName))].sort();
}

/**
 * The agents that `to` means: names, `@all` (everybody known but the sender), and `@group` of config.yaml.
 * @throws AgentOsError BAD_NAME, NOT_FOUND (no such group, or nobody in it), RECORD_BROKEN (config.yaml)
 */
export async function resolveRecipients(
  snapshot: Snapshot,
  to: readonly string[],
  sender: AgentName,
): Promise<readonly AgentName[]> {
  const found = new Set<AgentName>();
  for (const word of to) {
    for (const agent of await resolveOne(snapshot, word, sender)) found.add(agent);
  }
  return [...found];
}

async function resolveOne(
  snapshot: Snapshot,
  word: string,
  sender: AgentName,
): Promise<readonly AgentName[]> {
  if (!word.startsWith('@')) return [parseAgentName(word)];
  const members = word === '@all' ? await listAgentNames(snapshot) : await readGroup(snapshot, word.slice(1));
  const others = members.filter((agent) => agent !== sender);
  if (others.length > 0) return others;
  throw new AgentOsError('NOT_FOUND', `nobody but ${sender} is in ${quoted(word)}`, {
    hint:
      word === '@all'
        ? 'Agents appear with `agent-os agent add` or their first `agent-os start`; until then send to a name.'
        : 'Add its members to `groups` in config.yaml of the branch.',
  });
}

async function readGroup(snapshot: Snapshot, name: string): Promise<readonly AgentName[]> {
  const { groups } = resolveConfig(await readRecord(snapshot, 'config', CONFIG_PATH));
  const members = groups.get(name);
  if (members !== undefined) return members.map(parseAgentName);
  const known = [...groups.keys()].map((group) => `@${group}`);
  throw new AgentOsError('NOT_FOUND', `config.yaml has no group ${quoted(name)}`, {
    hint: `Send to an agent or to ${['@all', ...known.slice(0, 10)].join(', ')}.`,
    data: { group: name.slice(0, 200), groups: known },
  });
}
