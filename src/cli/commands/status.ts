import { refresh } from '../../app/publishing.ts';
import { readStatus, type StatusReport } from '../../app/status.ts';
import type { CommandSpec } from '../command-spec.ts';
import { listLines } from '../lock-lines.ts';
import { conflictLines, problemNotes, sessionLines, staleNotes } from '../record-lines.ts';
import { taskLines } from '../task-lines.ts';
import { dim, type Line, strong, table } from '../text.ts';

export const command: CommandSpec = {
  name: 'status',
  summary: 'show who does what, what is locked, unread, in conflict, not synced',
  view: 'read',
  options: [{ flags: '--offline', description: 'show what was last seen, without asking the remote' }],
  examples: ['agent-os status', 'agent-os status --json'],
  async run({ values, workspace: open }) {
    const workspace = await open();
    const delay = values.flag('offline') ? null : await refresh(workspace);
    const { problems, ...report } = await readStatus(workspace);
    return {
      data: { ...report, problems },
      text: describe(report, workspace.clock.now()),
      notes: [...staleNotes(delay), ...problemNotes(problems)],
    };
  },
};

function describe(report: Omit<StatusReport, 'problems'>, now: number): Line[] {
  const { sessions, locks, unread, tasks, conflicts, unsynced } = report;
  return [
    ...section('Sessions', sessions.length === 0 ? [] : sessionLines(sessions, now)),
    ...section('Locks', locks.length === 0 ? [] : listLines(locks, now)),
    ...section('Unread', table(unread.map(({ agent, count }) => [agent, String(count)]))),
    ...(tasks.length === 0 ? [] : section('Tasks', taskLines(tasks, now))),
    ...(conflicts.length === 0 ? [] : section('Conflicts', conflictLines(conflicts))),
    ...(unsynced.length === 0
      ? []
      : section(
          `Not synced yet (${unsynced.length})`,
          unsynced.slice(-10).map(({ subject }) => subject),
        )),
  ];
}

function section(title: string, lines: readonly Line[]): Line[] {
  return [
    [strong(title)],
    ...(lines.length === 0 ? [[dim('  none')]] : lines.map((line) => ['  ', line].flat())),
  ];
}
