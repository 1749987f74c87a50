import { canonicalJson } from '../domain/canonical-json.ts';
import { encode } from '../domain/codec.ts';
import { parseDefinition } from '../domain/definition/parse-definition.ts';
import { getAt, setAt } from '../domain/document/edit.ts';
import type { DocumentState } from '../domain/document/registers.ts';
import { AgentOsError } from '../domain/errors.ts';
import { cardPath } from '../domain/layout.ts';
import { type AgentName, parseAgentName } from '../domain/names.ts';
import type { Card } from '../domain/schema/card.ts';
import type { YamlMap } from '../domain/yaml.ts';
import { type AgentView, viewCard } from './card-view.ts';
import { planDocument, readForWriting, readKnown } from './documents.ts';
import { listAgentNames } from './recipients.ts';
import { openRecords, type Problem, type RecordReader } from './records.ts';
import { checkText } from './text-input.ts';
import type { Workspace } from './workspace.ts';

/**
 * Add an agent's card, or bring it up to date: what the definition says is set, what others added to the card stays.
 * @param input - a definition as Markdown with front matter, or just a name
 * @throws AgentOsError BAD_NAME, BAD_VALUE, TOO_LARGE, RECORD_BROKEN, NOT_INITIALISED, and what Branch.commit throws
 */
export async function addAgent(
  workspace: Workspace,
  input: { readonly agent?: string } & (
    | { readonly definition: string /** Where it comes from. */; readonly file?: string }
    | { readonly name: string }
  ),
): Promise<{
  readonly agents: readonly AgentView[];
  /** What was odd about the definition, each a clause about it. */
  readonly warnings: readonly string[];
}> {
  const { name, fields, warnings } =
    'definition' in input
      ? parseDefinition(checkText(input.definition, 'the definition'), input.file ?? null)
      : { name: parseAgentName(input.name), fields: {}, warnings: [] };
  checkCard(name, fields);
  const who = await workspace.identify(input.agent);
  const path = cardPath(name);
  const { result } = await workspace.branch.commit<AgentView>({
    ...who,
    async plan({ snapshot, id }) {
      const author = { op: id, by: who.agent };
      const before = await readForWriting(workspace, snapshot, path);
      const changed = Object.entries({ name, ...fields }).filter(
        ([key, value]) => canonicalJson(getAt(before, [key]) ?? null) !== canonicalJson(value),
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
  return { agents: [result], warnings };
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

/** @throws AgentOsError BAD_VALUE naming the field that does not fit */
function checkCard(name: AgentName, fields: YamlMap): void {
  encode('card', { ...(fields as unknown as Card), name });
}
