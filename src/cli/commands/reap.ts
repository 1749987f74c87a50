import { refresh } from '../../app/publishing.ts';
import { type LeftBehind, type ReapReport, reap } from '../../app/reaping.ts';
import { syncNow } from '../../app/syncing.ts';
import { formatDistance, formatMoment } from '../../domain/time.ts';
import type { CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { published } from '../publish.ts';
import { firstWords, staleNotes } from '../record-lines.ts';
import { dim, type Line, strong } from '../text.ts';

export const command: CommandSpec = {
  name: 'reap',
  summary: 'end sessions that were left behind, and release what they hold',
  view: 'write',
  description:
    'Say which sessions were left behind: without a sign of life for longer than a lease lasts, or ended with locks ' +
    'still held. With --yes, end them: take over their locks, on the same evidence as `agent-os lock` does, mark the ' +
    'sessions abandoned, and tell their agents. A session that may be alive is left alone.',
  options: [
    { flags: '--yes', description: 'do it; otherwise it is only said what would be done' },
    { flags: '--dry-run', description: 'only say what would be done, as without --yes' },
  ],
  examples: ['agent-os reap', 'agent-os reap --yes'],
  async run(invocation) {
    const { values, agent, workspace: open } = invocation;
    const workspace = await open();
    const dryRun = !values.flag('yes') || values.flag('dryRun');
    // Who is alive elsewhere, only the remote knows.
    if (!dryRun && workspace.remote !== null) await syncNow(workspace, { pullOnly: true });
    const delay = dryRun ? await refresh(workspace) : null;
    const report = await reap(workspace, { dryRun, ...given({ agent }) });
    const output = {
      data: { ...report, dryRun },
      text: describe(report, dryRun, workspace.clock.now()),
      notes: [
        ...staleNotes(delay),
        ...(dryRun && report.reaped.length > 0 ? ['Nothing was changed: agent-os reap --yes does it.'] : []),
      ],
    };
    return dryRun || report.reaped.length === 0 ? output : published(invocation, workspace, output);
  },
};

function describe({ reaped, kept }: ReapReport, dryRun: boolean, now: number): Line[] {
  if (reaped.length + kept.length === 0) return ['No session was left behind.'];
  const verb = dryRun ? 'Would end ' : 'Ended ';
  return [
    ...reaped.map((left): Line => [verb, ...words(left, now)]),
    ...kept.map(
      (left): Line => [
        'Left alone ',
        ...words(left, now),
        dim(` (${left.why}${left.until === null ? '' : `, until ${formatMoment(left.until)}`})`),
      ],
    ),
  ];
}

function words({ session, holds }: LeftBehind, now: number) {
  const { agent, id, heartbeatAt, task } = session;
  const locks = holds.length === 0 ? '' : `, which holds ${holds.join(', ')}`;
  return [
    strong(agent),
    ` (${id}, last seen ${formatDistance(heartbeatAt, now)})${locks}: ${firstWords(task)}`,
  ];
}
