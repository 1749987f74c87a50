import { type AgentView, addAgent, listAgents, showAgent } from '../../app/agents.ts';
import type { CommandGroup, CommandSpec } from '../command-spec.ts';
import { readTextFile } from '../input.ts';
import { published } from '../publish.ts';
import { firstWords, problemNotes } from '../record-lines.ts';
import { dim, type Line, paragraph, strong, table } from '../text.ts';

const add: CommandSpec = {
  name: 'add',
  summary: "add an agent's card, or bring it up to date",
  arguments: [
    {
      name: 'definition',
      description: 'a Markdown file with front matter (*.md, or - for stdin), or just a name',
    },
  ],
  examples: ['agent-os agent add .claude/agents/go-backend.md', 'agent-os agent add go-backend'],
  async run(invocation) {
    const given = invocation.values.text('definition');
    const isFile = given === '-' || /\.(?:md|markdown)$/i.test(given) || given.includes('/');
    const input = isFile ? { definition: await readTextFile(invocation, given) } : { name: given };
    const workspace = await invocation.workspace();
    const speaker = invocation.agent === undefined ? {} : { agent: invocation.agent };
    const { agents } = await addAgent(workspace, { ...speaker, ...input });
    return published(invocation, workspace, {
      data: { agents },
      text: agents.map(({ name }) => ['Added ', strong(name)]),
    });
  },
};

const list: CommandSpec = {
  name: 'list',
  summary: 'list the agents that have a card or a session',
  examples: ['agent-os agent list', 'agent-os agent list --json'],
  async run({ workspace: open }) {
    const { agents, problems } = await listAgents(await open());
    return {
      data: { agents, problems },
      text:
        agents.length === 0
          ? ['There is no agent yet.']
          : table(agents.map(({ name, description }) => [strong(name), firstWords(description ?? '')])),
      notes: problemNotes(problems),
    };
  },
};

const show: CommandSpec = {
  name: 'show',
  summary: 'show one agent',
  arguments: [{ name: 'name', description: 'the agent' }],
  examples: ['agent-os agent show go-backend'],
  async run({ values, workspace: open }) {
    const { agents, problems } = await showAgent(await open(), { name: values.text('name') });
    return { data: { agents, problems }, text: agents.flatMap(describe), notes: problemNotes(problems) };
  },
};

function describe(agent: AgentView): Line[] {
  const facts: [string, string][] = [
    ['specialization', agent.specialization ?? ''],
    ['tools', agent.tools.join(', ')],
    ['owns', agent.owns.join(' ')],
    ['coordinates with', agent.coordinatesWith.join(', ')],
  ];
  return [
    [strong(agent.name), agent.hasCard ? '' : ' (no card yet)'],
    ...paragraph(agent.description ?? ''),
    ...table(facts.filter(([, value]) => value !== '').map(([name, value]) => [dim(`  ${name}`), value])),
    ...(agent.body === null ? [] : ['', ...paragraph(agent.body)]),
  ];
}

export const command: CommandGroup = {
  name: 'agent',
  summary: 'add, list and show agents',
  subcommands: [add, list, show],
  fallback: 'list',
};
