import type { ContextReport } from '../app/context.ts';
import { formatYaml } from '../domain/yaml.ts';
import { listLines } from './lock-lines.ts';
import { conflictLines, logLines, messageLines, recapLines, sessionLines } from './record-lines.ts';
import { specialistLines } from './specialist-lines.ts';
import { taskLines } from './task-lines.ts';
import { bad, dim, type Line, paragraph, strong } from './text.ts';

/** An agent's context for a terminal. */
export function contextLines(report: ContextReport, now: number): Line[] {
  const { agent, card, state, sessions, locks, unread, tasks, recaps, specialists, changes, conflicts } =
    report;
  return [
    [strong(`Context of ${agent}`), card.description === null ? '' : dim('  its card is on the branch')],
    ...section('Project state', paragraph(formatYaml(state), '')),
    ...section('Active sessions', sessionLines(sessions, now)),
    ...section('Locks', locks.length === 0 ? [] : listLines(locks, now)),
    ...section(`Unread messages (${unread.length})`, messageLines(unread, now)),
    ...(tasks.length === 0 ? [] : section('Tasks for you', taskLines(tasks, now))),
    ...(specialists.length === 0
      ? []
      : section('Check before you change anything', specialistLines(specialists, now))),
    ...section('Recent recaps', recapLines(recaps, now)),
    ...section('Recent changes by others', logLines(changes)),
    ...section(
      'Conflicts with what you own',
      conflicts.flatMap((conflict) =>
        conflict.kind === 'lock'
          ? [
              [
                bad('locked '),
                `${conflict.paths.join(' ')} by ${conflict.agents.join(', ')} (${conflict.resource})`,
              ],
            ]
          : conflictLines([conflict]),
      ),
    ),
  ];
}

function section(title: string, lines: readonly Line[]): Line[] {
  return [
    '',
    [strong(title)],
    ...(lines.length === 0 ? [[dim('  none')]] : lines.map((line) => ['  ', line].flat())),
  ];
}
