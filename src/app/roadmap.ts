import type { DocumentState } from '../domain/document/registers.ts';
import { AgentOsError } from '../domain/errors.ts';
import { ROADMAP_PATH } from '../domain/layout.ts';
import { parseAgentName, quoted } from '../domain/names.ts';
import {
  addItem,
  changeItem,
  findItems,
  listItems,
  type RoadmapItem,
  type RoadmapStatus,
} from '../domain/roadmap.ts';
import type { OperationContext, OperationPlan } from '../store/branch.ts';
import { planDocument, readForWriting, readKnown } from './documents.ts';
import { formatTime, openRecords, type Problem } from './records.ts';
import { checkText, firstLine } from './text-input.ts';
import type { Workspace } from './workspace.ts';

const TITLE_LIMIT = 1000;

/**
 * Add an item at the end of the roadmap. Items that others add at the same time stay.
 * @throws AgentOsError BAD_VALUE, TOO_LARGE, BAD_NAME, RECORD_BROKEN, NOT_INITIALISED, and what Branch.commit throws
 */
export async function addRoadmapItem(
  workspace: Workspace,
  input: {
    readonly agent?: string;
    readonly title: string;
    readonly owner?: string;
    readonly status?: RoadmapStatus;
  },
): Promise<{ readonly item: RoadmapItem }> {
  const title = parseTitle(input.title);
  const owner = input.owner === undefined ? null : parseAgentName(input.owner);
  const id = workspace.ids.record();
  const who = await workspace.identify(input.agent);
  const { result } = await workspace.branch.commit<RoadmapItem>({
    ...who,
    plan: (context) =>
      changeRoadmap(workspace, context, (before) => ({
        state: addItem(before, { id, title, status: input.status ?? 'next', owner }, authorOf(context, who)),
        subject: `roadmap: ${who.agent}: add ${title}`,
        isMeant: (item) => item.id === id,
      })),
  });
  return { item: result };
}

/**
 * Mark an item of the roadmap as done; again changes nothing.
 * @param input.item - its id or how that begins, its title, or a part of it
 * @throws AgentOsError NOT_FOUND, AMBIGUOUS, RECORD_BROKEN, NOT_INITIALISED, and what Branch.commit throws
 */
export async function finishRoadmapItem(
  workspace: Workspace,
  input: { readonly agent?: string; readonly item: string },
): Promise<{ readonly item: RoadmapItem; readonly already: boolean }> {
  const who = await workspace.identify(input.agent);
  const { result, changed } = await workspace.branch.commit<RoadmapItem>({
    ...who,
    async plan(context) {
      const before = await readForWriting(workspace, context.snapshot, ROADMAP_PATH);
      const item = pickItem(listItems(before), input.item);
      if (item.status === 'done') return { subject: '', changes: [], result: item };
      const fields = { status: 'done', done_at: formatTime(workspace.clock.now()), done_by: who.agent };
      return changeRoadmap(workspace, context, (state) => ({
        state: changeItem(state, item.index, fields, authorOf(context, who)),
        subject: `roadmap: ${who.agent}: done ${item.title}`,
        isMeant: ({ index }) => index === item.index,
      }));
    },
  });
  return { item: result, already: !changed };
}

/** @throws AgentOsError NOT_INITIALISED */
export async function listRoadmap(
  workspace: Workspace,
): Promise<{ readonly items: readonly RoadmapItem[]; readonly problems: readonly Problem[] }> {
  const records = await openRecords(workspace);
  const state = await readKnown(workspace, records, ROADMAP_PATH);
  return { items: listItems(state), problems: records.problems };
}

/** @throws AgentOsError BAD_VALUE, TOO_LARGE */
export function parseTitle(text: string): string {
  return firstLine(checkText(text, 'the roadmap item', TITLE_LIMIT), 200);
}

async function changeRoadmap(
  workspace: Workspace,
  { snapshot }: OperationContext,
  change: (before: DocumentState) => {
    readonly state: DocumentState;
    readonly subject: string;
    readonly isMeant: (item: RoadmapItem) => boolean;
  },
): Promise<OperationPlan<RoadmapItem>> {
  const { state, subject, isMeant } = change(await readForWriting(workspace, snapshot, ROADMAP_PATH));
  const item = listItems(state).find(isMeant);
  if (item === undefined) throw new Error('the roadmap lost the item that was changed');
  return { subject, changes: planDocument(ROADMAP_PATH, state), result: item };
}

function authorOf({ id }: OperationContext, { agent }: Awaited<ReturnType<Workspace['identify']>>) {
  return { op: id, by: agent };
}

/** @throws AgentOsError NOT_FOUND, AMBIGUOUS */
function pickItem(items: readonly RoadmapItem[], word: string): RoadmapItem {
  const found = findItems(items, word);
  const [only] = found;
  if (only === undefined) {
    throw new AgentOsError('NOT_FOUND', `the roadmap has no item ${quoted(word)}`, {
      hint: 'List it with `agent-os roadmap list`.',
    });
  }
  if (found.length === 1) return only;
  throw new AgentOsError('AMBIGUOUS', `${quoted(word)} fits ${found.length} items of the roadmap`, {
    hint: 'Give the id or all of the title, as `agent-os roadmap list` shows them.',
    data: { items: found.slice(0, 20).map(({ id, title }) => ({ id, title })) },
  });
}
