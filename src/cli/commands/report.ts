import { createReport } from '../../app/report/create-report.ts';
import { refreshForReport } from '../../app/report/report-records.ts';
import { FORMATS, type Format, formatReport } from '../../report/format.ts';
import { openForCi } from '../ci-workspace.ts';
import type { CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { writeTextFile } from '../input.ts';
import { problemNotes, staleNotes } from '../record-lines.ts';
import { strong } from '../text.ts';

const SCHEMA = 'agent-os/cli/report/v1';

export const command: CommandSpec = {
  name: 'report',
  summary: 'show who made a range of commits, and what was said, locked, decided and left open',
  view: 'read',
  description:
    'Show what a reviewer wants to know before the diff: which agents and sessions made the commits of a range, under ' +
    'which tasks and locks, what they announced, decided, handed over and asked, quality gates, what is still open, and ' +
    'who is changing the same paths on other branches. Markdown fits a comment in a pull request; HTML is one file ' +
    'with a timeline.',
  arguments: [
    {
      name: 'range',
      description: "commits, A..B; otherwise from the remote's main branch to HEAD",
      optional: true,
    },
  ],
  options: [
    {
      flags: '--format <format>',
      description: 'otherwise as the file is named, or markdown',
      choices: FORMATS,
    },
    { flags: '--output <file>', description: 'write it there instead of to standard output' },
    { flags: '--remote <name>', description: 'where the branch and locks are, in a clone that knows none' },
    { flags: '--offline', description: 'show what was last seen, without asking the remote' },
  ],
  examples: [
    'agent-os report origin/main..HEAD',
    'agent-os report v1.4..v1.5 --output report.html',
    'agent-os report --format json',
  ],
  async run(invocation) {
    const { values, cwd } = invocation;
    const workspace = await openForCi(invocation);
    const offline = values.flag('offline');
    const delay = offline ? null : await refreshForReport(workspace);
    const report = await createReport(workspace, { ...given({ range: values.optional('range') }), offline });
    const output = values.optional('output');
    const text = formatReport(report, chooseFormat(values.optional('format'), output), SCHEMA);
    if (output !== undefined) await writeTextFile(cwd, output, text);
    return {
      data: { ...report, ...(output !== undefined && { output }) },
      text: output === undefined ? text.trimEnd().split('\n') : [['Wrote ', strong(output)]],
      notes: [...staleNotes(delay), ...problemNotes(report.problems)],
    };
  },
};

/** The option has been checked against the choices. */
function chooseFormat(option: string | undefined, output: string | undefined): Format {
  const extension = /\.(html?|json)$/i.exec(output ?? '')?.[1]?.toLowerCase();
  const fitting = extension === undefined ? 'markdown' : extension === 'json' ? 'json' : 'html';
  return FORMATS.find((format) => format === option) ?? fitting;
}
