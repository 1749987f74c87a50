import type { BindOutcome, HomeReport } from '../../home/home.ts';
import type { CommandOutput, CommandSpec } from '../command-spec.ts';
import { homeLines, occupied } from '../home-lines.ts';
import { published } from '../publish.ts';
import { strong } from '../text.ts';

export const command: CommandSpec = {
  name: 'home',
  summary: 'bind ~/.agent-os, which documents name, to this repository',
  view: 'write',
  description:
    'Bind ~/.agent-os to this repository, for documents that name it: state, logs, recaps and inbox in it show this ' +
    'repository then, and bin/load-context.sh has the shell functions of the protocol. The folder is made if it is ' +
    'not there; what stands in the way is moved to its folder before. Exit code 3 when another repository is shown ' +
    'and agents are at work there.',
  options: [
    { flags: '--switch', description: 'even if agents are at work in the repository that it shows' },
    { flags: '--file <name...>', description: 'take what is in ~/.agent-os/unfiled into this repository' },
  ],
  examples: [
    'agent-os home',
    'agent-os home --switch',
    'agent-os home --file log.go-backend.0123456789abcdef.log',
  ],
  async run(invocation) {
    const { values, agent, env } = invocation;
    const workspace = await invocation.workspace();
    const { openHome } = await import('../../compose.ts');
    const home = await openHome(env);
    const names = values.list('file');
    if (names.length > 0) {
      const filed = await home.file(workspace, names, agent);
      return published(invocation, workspace, {
        data: { home: await home.describe(workspace), filed },
        text: filed.map((name) => ['Filed ', strong(name)]),
      });
    }
    const outcome = await home.bind(workspace, { isForced: values.flag('switch') });
    return describe(outcome, await home.describe(workspace));
  },
};

function describe(outcome: BindOutcome, report: HomeReport | null): CommandOutput {
  if (outcome.status === 'occupied') return { data: { home: report }, error: occupied(outcome) };
  const { status, previous, moved } = outcome;
  const verb = status === 'already' ? ' shows ' : ' shows now ';
  return {
    data: { home: report, status, previous, moved },
    text: report === null ? [] : [[strong(report.path), verb, report.repository ?? 'nothing']],
    notes: [...moved.map((path) => `moved what was there before to ${path}`), ...homeLines(report)],
  };
}
