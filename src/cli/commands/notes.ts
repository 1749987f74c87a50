import { writeNotes } from '../../app/notes.ts';
import type { CommandSpec } from '../command-spec.ts';
import { problemNotes } from '../record-lines.ts';
import { dim, strong } from '../text.ts';

export const command: CommandSpec = {
  name: 'notes',
  summary: 'show recaps beside their commits in git log, as git notes',
  description:
    'Write the recaps that list commits as git notes in refs/notes/agent-os, joined with those of the remote, and offer ' +
    'them to it. Read them with `git log --notes=agent-os`. No other notes and no configuration are touched.',
  options: [{ flags: '--offline', description: 'leave the remote out' }],
  examples: ['agent-os notes', 'agent-os notes --offline --json'],
  async run({ values, workspace: open }) {
    const workspace = await open();
    const { problems, ...report } = await writeNotes(workspace, { offline: values.flag('offline') });
    return {
      data: { ...report, problems },
      text: [
        report.tip === null
          ? ['No recap lists a commit: add one with ', strong('agent-os recap add --range A..B'), '.']
          : [`${report.commits} commits have notes`, report.published ? ', and the remote has them.' : '.'],
        ...(report.tip === null ? [] : [[dim('See them: git log --notes=agent-os')]]),
      ],
      notes: problemNotes(problems),
    };
  },
};
