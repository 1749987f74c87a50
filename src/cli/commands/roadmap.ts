import { addRoadmapItem, finishRoadmapItem, listRoadmap } from '../../app/roadmap.ts';
import { ROADMAP_STATUSES, type RoadmapItem } from '../../domain/roadmap.ts';
import type { CommandGroup, CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { readWords } from '../input.ts';
import { published } from '../publish.ts';
import { firstWords, problemNotes } from '../record-lines.ts';
import { dim, good, type Line, strong, table } from '../text.ts';

const add: CommandSpec = {
  name: 'add',
  summary: 'add an item at the end of the roadmap',
  view: 'write',
  arguments: [{ name: 'title', description: 'what is planned; - reads it from stdin', variadic: true }],
  options: [
    { flags: '--owner <agent>', description: 'who is to do it' },
    { flags: '--status <status>', description: 'otherwise next', choices: ROADMAP_STATUSES },
  ],
  examples: [
    "agent-os roadmap add 'Password reset' --owner go-backend",
    'agent-os roadmap add Sign-in pages --status doing',
  ],
  async run(invocation) {
    const { values, agent } = invocation;
    const title = await readWords(invocation, values.list('title'));
    const workspace = await invocation.workspace();
    const status = ROADMAP_STATUSES.find((known) => known === values.optional('status'));
    const { item } = await addRoadmapItem(workspace, {
      title,
      ...given({ agent, owner: values.optional('owner'), status }),
    });
    return published(invocation, workspace, {
      data: { item },
      text: [['Added ', strong(item.title), dim(`  ${item.id ?? ''}`)]],
    });
  },
};

const done: CommandSpec = {
  name: 'done',
  summary: 'mark an item of the roadmap as done',
  view: 'write',
  arguments: [
    { name: 'item', description: 'its id or how that begins, its title or words of it', variadic: true },
  ],
  examples: ["agent-os roadmap done 'Password reset'", 'agent-os roadmap done 01KZ4'],
  async run(invocation) {
    const { values, agent } = invocation;
    const workspace = await invocation.workspace();
    const { item, already } = await finishRoadmapItem(workspace, {
      item: values.list('item').join(' '),
      ...given({ agent }),
    });
    return published(invocation, workspace, {
      data: { item, already },
      text: [[already ? 'Was done: ' : 'Done: ', strong(item.title)]],
    });
  },
};

const list: CommandSpec = {
  name: 'list',
  summary: 'list what is planned, and with --all what is done',
  view: 'read',
  options: [{ flags: '--all', description: 'what is done, too' }],
  examples: ['agent-os roadmap list', 'agent-os roadmap list --all --json'],
  async run({ values, workspace: open }) {
    const roadmap = await listRoadmap(await open());
    const items = roadmap.items.filter(({ status }) => values.flag('all') || status !== 'done');
    return {
      data: { items, problems: roadmap.problems },
      text: items.length === 0 ? ['Nothing is planned.'] : itemLines(items),
      notes: problemNotes(roadmap.problems),
    };
  },
};

function itemLines(items: readonly RoadmapItem[]): Line[] {
  return table(
    items.map(({ id, title, status, owner }) => [
      dim(id ?? '-'),
      status === 'done' ? good(status) : status,
      owner ?? '-',
      firstWords(title),
    ]),
  );
}

export const command: CommandGroup = {
  name: 'roadmap',
  summary: 'add to the roadmap, mark what is done, list it',
  subcommands: [add, done, list],
  fallback: 'list',
};
