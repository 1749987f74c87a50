import type { AttachedFile } from '../../app/attachments.ts';
import { acceptHandoff, handOff } from '../../app/handoff.ts';
import type { CommandGroup, CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { readFiles, readWords } from '../input.ts';
import { published } from '../publish.ts';
import { problemNotes, unknownNotes } from '../record-lines.ts';
import { strong } from '../text.ts';

const to: CommandSpec = {
  name: 'to',
  summary: 'hand work over: a message, files, and the new focus',
  view: 'write',
  description:
    'Hand work over to another agent, as one operation: a message that asks for an answer, the files that go along ' +
    '(the API contract, exported types and others, at most 10 MiB each and 20 MiB together), ' +
    "the project's new focus (critical_context.current_focus) and an item of the roadmap. The word `to` may be left out.",
  arguments: [
    { name: 'to', description: 'who goes on' },
    { name: 'text', description: 'what was done and what comes next; - reads it from stdin', variadic: true },
  ],
  options: [
    { flags: '--contract <file>', description: 'the API contract' },
    { flags: '--types <file...>', description: 'exported types' },
    { flags: '--attach <file...>', description: 'other files that go along' },
    { flags: '--focus <text>', description: "the project's new focus" },
    {
      flags: '--roadmap <item>',
      description: 'an item of the roadmap, by title or id, that is theirs now; added if it is new',
    },
  ],
  examples: [
    "agent-os handoff sveltekit-specialist 'Endpoints are ready, please build the form' --contract docs/api.md --types src/types.ts",
    'agent-os handoff reviewer - --focus "Review of authentication" < handoff.md',
  ],
  async run(invocation) {
    const { values, agent } = invocation;
    const text = await readWords(invocation, values.list('text'));
    const contract = values.optional('contract');
    const attachments = [
      ...withRole('contract', await readFiles(invocation, contract === undefined ? [] : [contract])),
      ...withRole('types', await readFiles(invocation, values.list('types'))),
      ...(await readFiles(invocation, values.list('attach'))),
    ];
    const workspace = await invocation.workspace();
    const { message, isKnown } = await handOff(workspace, {
      to: values.text('to'),
      text,
      attachments,
      ...given({ agent, focus: values.optional('focus'), roadmap: values.optional('roadmap') }),
    });
    const files = message.attachments.length;
    const unknown = isKnown ? [] : [message.to];
    return published(invocation, workspace, {
      data: { message, ...(!isKnown && { unknown }) },
      text: [
        ['Handed over to ', strong(message.to), `: ${message.subject}`],
        ...(files === 0 ? [] : [`with ${files} ${files === 1 ? 'file' : 'files'}`]),
      ],
      notes: unknownNotes(unknown),
    });
  },
};

const accept: CommandSpec = {
  name: 'accept',
  summary: 'accept a handoff, and tell who handed over',
  view: 'write',
  arguments: [
    { name: 'id', description: 'a handoff in your inbox, or how its id begins' },
    { name: 'text', description: 'what to answer; - reads it from stdin', variadic: true, optional: true },
  ],
  examples: ['agent-os handoff accept 01KZ4', "agent-os handoff accept 01KZ4 'Taken over, form by noon'"],
  async run(invocation) {
    const { values, agent } = invocation;
    const said = values.list('text');
    const text = said.length === 0 ? undefined : await readWords(invocation, said);
    const workspace = await invocation.workspace();
    const { message, already, problems } = await acceptHandoff(workspace, {
      id: values.text('id'),
      ...given({ agent, text }),
    });
    return published(invocation, workspace, {
      data: { message, already, problems },
      text: [
        [already ? 'Was accepted: ' : 'Accepted: ', strong(message.subject), ` from ${message.from}`],
        ...message.attachments.flatMap(({ role, name, file }) =>
          file === null ? [] : [`${role ?? 'file'}  ${name}  ${file}`],
        ),
      ],
      notes: problemNotes(problems),
    });
  },
};

function withRole(role: 'contract' | 'types', files: readonly AttachedFile[]): readonly AttachedFile[] {
  return files.map((file) => ({ ...file, role }));
}

export const command: CommandGroup = {
  name: 'handoff',
  summary: 'hand work over: a message, files, and the new focus',
  subcommands: [to, accept],
  fallback: 'to',
};
