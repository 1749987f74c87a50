import type { Specialist } from '../app/coordination.ts';
import { formatDistance } from '../domain/time.ts';
import { firstWords } from './record-lines.ts';
import { dim, type Line, strong, warn } from './text.ts';

/** The specialists to check before changes, and what of theirs touches what the agent owns. */
export function specialistLines(specialists: readonly Specialist[], now: number): Line[] {
  return specialists.flatMap(({ agent, sessions, locks, changes }) => [
    ...(sessions.length === 0
      ? [[strong(agent), dim('  not active')]]
      : sessions.map(
          ({ task, branch, stale, heartbeatAt }): Line => [
            strong(agent),
            stale ? warn('  stale ') : '  active ',
            dim(formatDistance(heartbeatAt, now)),
            ` ${branch === null ? '' : `on ${branch} `}${firstWords(task)}`,
          ],
        )),
    ...locks.map(
      ({ resource, paths, expiresAt }): Line => [
        '  ',
        warn('locked '),
        `${[resource, ...paths].join(' ')}, ends ${formatDistance(expiresAt, now)}`,
      ],
    ),
    ...changes.map(
      ({ kind, at, text, commit, paths }): Line => [
        '  ',
        kind === 'commit' ? 'changed ' : 'logged ',
        dim(formatDistance(at, now)),
        ` ${commit === null ? '' : `${commit.slice(0, 10)} `}${firstWords(text)}`,
        dim(`  ${firstWords(paths.join(' '))}`),
      ],
    ),
  ]);
}
