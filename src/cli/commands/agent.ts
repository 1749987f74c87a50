import { addAgent, listAgents, showAgent } from '../../app/agents.ts';
import type { AgentView } from '../../app/card-view.ts';
import type { CommandGroup, CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { type HarnessFile, writeHarnessFiles } from '../harness.ts';
import { readOddFile } from '../input.ts';
import { nearest } from '../nearest.ts';
import { published } from '../publish.ts';
import { firstWords, problemNotes } from '../record-lines.ts';
import { listTemplates, readTemplate } from '../templates.ts';
import { dim, type Line, paragraph, strong, table, warn } from '../text.ts';

const add: CommandSpec = {
  name: 'add',
  summary: "add an agent's card, or bring it up to date",
  description:
    'Add the card of an agent to the branch. A Markdown file is read as docs/definitions.md says: front matter, ' +
    'commands, triggers, specialists to check, quality gates, what it owns and locks. The name of a definition that ' +
    'is shipped (go-backend, sveltekit-specialist, cloudflare-specialist, devops-engineer) adds that one, writes it ' +
    'to .claude/agents/NAME.md, where a different file is kept unless --force, and lists the agents in a section of ' +
    'AGENTS.md. Any other name adds a card with nothing but the name.',
  arguments: [
    {
      name: 'definition',
      description: 'a Markdown file (*.md, or - for stdin), a shipped definition, or just a name',
    },
  ],
  options: [
    { flags: '--force', description: 'replace a different .claude/agents/NAME.md' },
    { flags: '--no-harness', description: 'the card only, no files for harnesses' },
  ],
  examples: [
    'agent-os agent add go-backend',
    'agent-os agent add .claude/agents/reviewer.md',
    'agent-os agent add go-backend --no-harness',
  ],
  async run(invocation) {
    const { values, agent } = invocation;
    const word = values.text('definition');
    const isFile = word === '-' || /\.(?:md|markdown)$/i.test(word) || word.includes('/');
    const template = isFile ? null : readTemplate(word);
    const definition = isFile ? await readOddFile(invocation, word) : template;
    const workspace = await invocation.workspace();
    const { agents, warnings } = await addAgent(workspace, {
      ...given({ agent }),
      ...(definition === null ? { name: word } : { definition, ...(word !== '-' && { file: word }) }),
    });
    const [added] = agents;
    const isWanted = template !== null && values.flag('harness') && workspace.paths.workTree !== null;
    const harness =
      isWanted && added !== undefined && workspace.paths.workTree !== null
        ? await writeHarnessFiles({
            workTree: workspace.paths.workTree,
            name: added.name,
            definition: template,
            agents: (await listAgents(workspace)).agents.filter(({ hasCard }) => hasCard),
            force: values.flag('force'),
          })
        : [];
    return published(invocation, workspace, {
      data: { agents, warnings, harness },
      text: [...agents.map(summarise), ...harness.map(describeFile)],
      notes: [
        ...warnings.map((text): Line => [warn('odd: '), `the definition of ${added?.name ?? word}: ${text}`]),
        ...(added === undefined ? [] : silentTriggers(added)),
        ...(definition === null && added !== undefined ? bareCard(added) : []),
        ...harness.flatMap(adviseOn),
      ],
    });
  },
};

/** What of a definition was understood, so that its writer sees at once what was not. */
function summarise(agent: AgentView): Line {
  const counts: readonly (readonly [number, string, string])[] = [
    [agent.commands.length, 'command', 'commands'],
    [agent.triggers.length, 'trigger', 'triggers'],
    [agent.coordinatesWith.length, 'specialist to check', 'specialists to check'],
    [agent.gates.length, 'quality gate', 'quality gates'],
    [agent.resources.length, 'resource', 'resources'],
    [agent.owns.length, 'owned glob', 'owned globs'],
  ];
  const said = counts
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => `${count} ${count === 1 ? one : many}`);
  return ['Added ', strong(agent.name), said.length === 0 ? '' : `: ${said.join(', ')}`];
}

function silentTriggers({ triggers }: AgentView): Line[] {
  const silent = triggers.filter(
    ({ paths, commits, trailers }) => paths.length + commits.length + trailers.length === 0,
  );
  if (silent.length === 0) return [];
  const [first] = silent;
  const others = silent.length === 1 ? '' : ` and ${silent.length - 1} more`;
  return [
    `in words only, so no commit fires it: "${firstWords(first?.when ?? '')}"${others}; ` +
      'name globs or kinds of commits, see docs/definitions.md',
  ];
}

/** A name that was misspelt is a name all the same: say what there would have been. */
function bareCard({ name, description, body }: AgentView): Line[] {
  if (description !== null || body !== null) return [];
  const shipped = listTemplates();
  const meant = nearest(name, shipped);
  return [
    `${name} is no definition that is shipped, so its card has nothing but the name; did you mean ` +
      `${meant === null ? `one of ${shipped.join(', ')}` : `${meant}? There are ${shipped.join(', ')}`}`,
  ];
}

const STATUS: Readonly<Record<HarnessFile['status'], string>> = {
  written: 'wrote ',
  replaced: 'updated ',
  same: 'unchanged ',
  kept: 'kept ',
  unclear: 'left alone ',
};

function describeFile({ path, status }: HarnessFile): Line {
  return [STATUS[status], path];
}

function adviseOn({ path, status }: HarnessFile): Line[] {
  if (status === 'kept') return [`${path} is there already and differs; --force replaces it`];
  return status === 'unclear'
    ? [`${path} has agent-os marks that do not pair up; mend them and add again`]
    : [];
}

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
    ['locks', agent.resources.join(', ')],
    ['checks with', agent.coordinatesWith.join(', ')],
    ...agent.commands.map(({ name, args, description }): [string, string] => [
      'command',
      `${name}${args === null ? '' : ` ${args}`}${description === null ? '' : `: ${firstWords(description)}`}`,
    ]),
    ...agent.triggers.map(({ when, paths, commits, trailers }): [string, string] => [
      'trigger',
      [firstWords(when), ...paths, ...commits, ...trailers].join('  '),
    ]),
    ...agent.gates.map(({ name, require }): [string, string] => ['gate', `${name}: ${require ?? 'passed'}`]),
    ...agent.keys.map((key): [string, string] => ['key', key]),
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
