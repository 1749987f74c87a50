import { encode } from '../domain/codec.ts';
import { getAt, setAt } from '../domain/document/edit.ts';
import type { DocumentState } from '../domain/document/registers.ts';
import { AgentOsError } from '../domain/errors.ts';
import { cardPath } from '../domain/layout.ts';
import { type AgentName, parseAgentName } from '../domain/names.ts';
import type { Card } from '../domain/schema/card.ts';
import { isYamlMap, type YamlMap, type YamlValue } from '../domain/yaml.ts';
import { parseDefinition } from './definition.ts';
import { planDocument, readForWriting, readKnown } from './documents.ts';
import { listAgentNames } from './recipients.ts';
import { openRecords, type Problem, type RecordReader } from './records.ts';
import { checkText } from './text-input.ts';
import type { Workspace } from './workspace.ts';

/** An agent as `--json` shows it; an agent without a card has a name and nothing else. */
export interface AgentView {
  readonly name: AgentName;
  readonly hasCard: boolean;
  readonly description: string | null;
  readonly specialization: string | null;
  readonly color: string | null;
  readonly tools: readonly string[];
  readonly owns: readonly string[];
  readonly coordinatesWith: readonly string[];
  /** The Markdown of the definition. */
  readonly body: string | null;
}

/**
 * Add an agent's card, or bring it up to date: what the definition says is set, what others added to the card stays.
 * @param input - a definition as Markdown with front matter, or just a name
 * @throws AgentOsError BAD_NAME, BAD_VALUE, TOO_LARGE, RECORD_BROKEN, NOT_INITIALISED, and what Branch.commit throws
 */
export async function addAgent(
  workspace: Workspace,
  input: { readonly agent?: string } & ({ readonly definition: string } | { readonly name: string }),
): Promise<{ readonly agents: readonly AgentView[] }> {
  const { name, fields } =
    'definition' in input
      ? parseDefinition(checkText(input.definition, 'the definition'))
      : { name: parseAgentName(input.name), fields: {} };
  checkCard(name, fields);
  const who = await workspace.identify(input.agent);
  const path = cardPath(name);
  const { result } = await workspace.branch.commit<AgentView>({
    ...who,
    async plan({ snapshot, id }) {
      const author = { op: id, by: who.agent };
      const before = await readForWriting(workspace, snapshot, path);
      const changed = Object.entries({ name, ...fields }).filter(
        ([key, value]) => JSON.stringify(getAt(before, [key])) !== JSON.stringify(value),
      );
      const after = changed.reduce<DocumentState>(
        (state, [key, value]) => setAt(state, [key], value, author),
        before,
      );
      return {
        subject: `agent: ${who.agent}: ${name}`,
        changes: changed.length === 0 ? [] : planDocument(path, after),
        result: viewCard(name, after),
      };
    },
  });
  return { agents: [result] };
}

/** Every agent with a card or a session, by name. */
export async function listAgents(
  workspace: Workspace,
): Promise<{ readonly agents: readonly AgentView[]; readonly problems: readonly Problem[] }> {
  const records = await openRecords(workspace);
  const names = await listAgentNames(records.snapshot);
  const agents = await Promise.all(names.map((name) => readAgent(workspace, records, name)));
  return { agents, problems: records.problems };
}

/** @throws AgentOsError BAD_NAME, NOT_FOUND, NOT_INITIALISED */
export async function showAgent(
  workspace: Workspace,
  input: { readonly name: string },
): Promise<{ readonly agents: readonly AgentView[]; readonly problems: readonly Problem[] }> {
  const name = parseAgentName(input.name);
  const records = await openRecords(workspace);
  const known = await listAgentNames(records.snapshot);
  if (!known.includes(name)) {
    throw new AgentOsError('NOT_FOUND', `there is no agent ${name}`, {
      hint: 'List them with `agent-os agent list`, or add one: `agent-os agent add FILE.md`.',
      data: { agents: known },
    });
  }
  return { agents: [await readAgent(workspace, records, name)], problems: records.problems };
}

export async function readAgent(
  workspace: Pick<Workspace, 'hash'>,
  records: RecordReader,
  name: AgentName,
): Promise<AgentView> {
  return viewCard(name, await readKnown(workspace, records, cardPath(name)));
}

function viewCard(name: AgentName, state: DocumentState | null): AgentView {
  const value = state === null ? undefined : getAt(state, []);
  const card = isYamlMap(value) ? value : {};
  const text = (key: string) => (typeof card[key] === 'string' ? card[key] : null);
  return {
    name,
    hasCard: Object.keys(card).length > 0,
    description: text('description'),
    specialization: text('specialization'),
    color: text('color'),
    tools: textsOf(card['tools']),
    owns: textsOf(card['owns']),
    coordinatesWith: textsOf(card['coordinates_with']),
    body: text('body'),
  };
}

function textsOf(value: YamlValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** @throws AgentOsError BAD_VALUE naming the field that does not fit */
function checkCard(name: AgentName, fields: YamlMap): void {
  encode('card', { ...(fields as unknown as Card), name });
}
