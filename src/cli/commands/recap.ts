import { addRecap, listRecaps, showRecap } from '../../app/recaps.ts';
import type { Workspace } from '../../app/workspace.ts';
import { AgentOsError } from '../../domain/errors.ts';
import { quoted } from '../../domain/names.ts';
import { formatMoment } from '../../domain/time.ts';
import type { CommandGroup, CommandOutput, CommandSpec } from '../command-spec.ts';
import { gateLines, gateNotes } from '../gate-lines.ts';
import { given } from '../given.ts';
import { readTextFile } from '../input.ts';
import { published } from '../publish.ts';
import { problemNotes, recapLines } from '../record-lines.ts';
import { dim, indented, type Line, paragraph, strong, warn } from '../text.ts';

const add: CommandSpec = {
  name: 'add',
  summary: 'add a recap: what was done and decided',
  description:
    'Add a recap: what was done and decided. Quality gates that it reports (front matter `gates`, or a section ' +
    '"Quality gates") are compared with those that your definition asks for; what failed or is missing is named.',
  view: 'write',
  arguments: [{ name: 'file', description: 'Markdown or YAML; - reads it from stdin', optional: true }],
  options: [
    { flags: '--title <text>', description: 'otherwise the first heading, or the first line' },
    {
      flags: '--range <range>',
      description: 'commits that it is about, A..B; without a file they are the text',
    },
  ],
  examples: [
    'agent-os recap add recap.md',
    'agent-os recap add - --title "Authentication" < notes.md',
    'agent-os recap add --range main..HEAD',
  ],
  async run(invocation) {
    const { values, agent } = invocation;
    const file = values.optional('file');
    const text = file === undefined ? undefined : await readTextFile(invocation, file);
    const workspace = await invocation.workspace();
    const { recaps, gateReport } = await addRecap(workspace, {
      ...given({ agent, text, title: values.optional('title'), range: values.optional('range') }),
      ...(file !== undefined && file !== '-' && { name: file }),
    });
    const output = {
      data: { recaps, gateReport },
      text: [
        ...recaps.map(({ id, title }): Line => ['Added ', strong(id), ` ${title}`]),
        ...gateLines(gateReport).map(indented),
      ],
      notes: gateNotes(gateReport),
    };
    const isNoted = workspace.settings.notes && recaps.some(({ commits }) => commits.length > 0);
    return published(invocation, workspace, isNoted ? await withNotes(workspace, output) : output);
  },
};

const list: CommandSpec = {
  name: 'list',
  summary: 'list the latest recaps',
  view: 'read',
  options: [{ flags: '--limit <number>', description: 'how many at most; otherwise 20' }],
  examples: ['agent-os recap list', 'agent-os recap list --limit 100 --json'],
  async run({ values, workspace: open }) {
    const limit = parseLimit(values.optional('limit'));
    const workspace = await open();
    const { recaps, problems } = await listRecaps(workspace, given({ limit }));
    return {
      data: { recaps, problems },
      text: recaps.length === 0 ? ['There is no recap yet.'] : recapLines(recaps, workspace.clock.now()),
      notes: problemNotes(problems),
    };
  },
};

const show: CommandSpec = {
  name: 'show',
  summary: 'show one recap, otherwise the latest',
  view: 'read',
  arguments: [{ name: 'id', description: 'a recap, or how its id begins', optional: true }],
  examples: ['agent-os recap show', 'agent-os recap show 01KZ4'],
  async run({ values, workspace: open }) {
    const { recaps, gateReport } = await showRecap(await open(), given({ id: values.optional('id') }));
    return {
      data: { recaps, gateReport },
      text: recaps.flatMap(({ id, agent, at, title, body }) => [
        [strong(title)],
        [dim(`${agent}, ${formatMoment(at)}, ${id}`)],
        '',
        ...paragraph(body, ''),
        ...(gateReport.length === 0
          ? []
          : ['', [strong('Quality gates')], ...gateLines(gateReport).map(indented)]),
      ]),
    };
  },
};

/** The recap is safe already: that its notes have to wait is advice. */
async function withNotes(workspace: Workspace, output: CommandOutput): Promise<CommandOutput> {
  const { writeNotes } = await import('../../app/notes.ts');
  try {
    await writeNotes(workspace, { offline: workspace.settings.publish === 'manual' });
    return output;
  } catch (error) {
    if (!(error instanceof AgentOsError)) throw error;
    return { ...output, notes: [[warn('no notes: '), error.message, dim(' Run `agent-os notes` later.')]] };
  }
}

function parseLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new AgentOsError('BAD_VALUE', `${quoted(text)} is not a number of recaps`, {
    hint: 'Give a whole number.',
  });
}

export const command: CommandGroup = {
  name: 'recap',
  summary: 'add, list and show recaps',
  subcommands: [add, list, show],
  fallback: 'list',
};
