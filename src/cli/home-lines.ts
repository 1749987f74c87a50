import { AgentOsError } from '../domain/errors.ts';
import type { BindOutcome, HomeReport, VisitOutcome } from '../home/home.ts';
import { dim, type Line, warn } from './text.ts';

const NAMED = 5;

/** For standard error: what waits in `unfiled` until somebody says where it belongs. */
export function homeLines(report: HomeReport | null): Line[] {
  if (report === null || report.unfiled.length === 0) return [];
  const { path, unfiled } = report;
  const rest = unfiled.length - NAMED;
  return [
    [warn('unfiled: '), `it is not certain to which repository ${path}/unfiled belongs:`],
    ...unfiled.slice(0, NAMED).map((name): Line => ['  ', name]),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    [dim('  In the right one, type: '), `agent-os home --file ${unfiled[0]}`],
  ];
}

/** For standard error: what loading a context has done to the home folder, or why it has done nothing. */
export function visitLines(outcome: VisitOutcome | null): Line[] {
  if (outcome === null || outcome.status === 'already') return [];
  if (outcome.status === 'bound') return ['~/.agent-os shows this repository now'];
  if (outcome.status === 'failed') return [[warn('home: '), outcome.why]];
  const { message, hint = '' } = occupied(outcome);
  return [[warn('home: '), `${message}; here, .agent-os/ is this repository's. `, dim(hint)]];
}

export function occupied({ by, agents }: Extract<BindOutcome, { status: 'occupied' }>): AgentOsError {
  const who = `${agents.join(', ')} ${agents.length === 1 ? 'is' : 'are'} at work`;
  return new AgentOsError('HELD', `~/.agent-os shows ${by}, where ${who}`, {
    hint: 'To have it show this one: `agent-os home --switch`.',
    data: { repository: by, agents },
  });
}
