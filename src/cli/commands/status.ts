import { refresh } from '../../app/publishing.ts';
import { type Activity, readActivity, readStatus, type StatusReport } from '../../app/status.ts';
import type { AgentOsError } from '../../domain/errors.ts';
import type { CommandOutput, CommandSpec } from '../command-spec.ts';
import { listLines } from '../lock-lines.ts';
import { conflictLines, firstWords, problemNotes, sessionLines, staleNotes } from '../record-lines.ts';
import { taskLines } from '../task-lines.ts';
import { dim, type Line, strong, table } from '../text.ts';

export const command: CommandSpec = {
  name: 'status',
  summary: 'show who does what, what is locked, unread, in conflict, not synced',
  view: 'read',
  options: [
    { flags: '--offline', description: 'show what was last seen, without asking the remote' },
    {
      flags: '--active <agent>',
      description: 'only say whether this agent is active, by the exit code too: 0, or 1 when it is not',
    },
  ],
  examples: ['agent-os status', 'agent-os status --json', 'agent-os status --active go-backend'],
  async run({ values, workspace: open }) {
    const workspace = await open();
    const delay = values.flag('offline') ? null : await refresh(workspace);
    const wanted = values.optional('active');
    if (wanted !== undefined) return describeActive(await readActivity(workspace, wanted), delay);
    const { problems, ...report } = await readStatus(workspace);
    return {
      data: { ...report, problems },
      text: describe(report, workspace.clock.now()),
      notes: [...staleNotes(delay), ...problemNotes(problems)],
    };
  },
};

function describeActive(
  { agent, active, sessions, problems }: Activity,
  delay: AgentOsError | null,
): CommandOutput {
  const [first] = sessions.filter(({ stale }) => !stale);
  const stale = sessions.length === 0 ? '' : ', and has left a session behind';
  return {
    data: { agent, active, sessions, problems },
    text: [
      first === undefined
        ? `${agent} is not active${stale}`
        : [strong(agent), ` is active: ${firstWords(first.task)}`],
    ],
    notes: [...staleNotes(delay), ...problemNotes(problems)],
    exitCode: active ? 0 : 1,
  };
}

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
