import { AgentOsError } from '../domain/errors.ts';
import { describeEnd, formatDistance, formatMoment } from '../domain/time.ts';
import type { HeldBy, LockHolder, LockView } from '../store/locks/locks.ts';
import { dim, type Line, strong, table } from './text.ts';

/** Locks as a table, one a line. */
export function listLines(locks: readonly LockView[], now: number): Line[] {
  return table([
    ['RESOURCE', 'MODE', 'HOLDER', 'EXPIRES', 'TOKEN', 'COVERS'].map(dim),
    ...locks.map((lock) => [
      strong(lock.resource),
      lock.scope === 'local' ? `${lock.mode}, local` : lock.mode,
      holderNames(lock.holders),
      formatDistance(lock.expiresAt, now),
      String(lock.token),
      lock.paths.join(' '),
    ]),
  ]);
}

/** All about one lock, the oid that a forced release needs among it. */
export function detailLines(lock: LockView, now: number): Line[] {
  const rows: [string, string][] = [
    ['mode', lock.mode],
    ['scope', lock.scope === 'local' ? 'local: only the worktrees of this repository see it' : 'remote'],
    ...lock.holders.map(({ agent, session, clone }): [string, string] => [
      'holder',
      `${agent}, session ${session ?? 'none'}, clone ${clone}`,
    ]),
    ['acquired', formatMoment(lock.acquiredAt)],
    ['expires', describeEnd(lock.expiresAt, now)],
    ['token', String(lock.token)],
    ...lock.paths.map((path): [string, string] => ['covers', path]),
    ...(lock.reason === null ? [] : [['reason', lock.reason] satisfies [string, string]]),
    ['oid', lock.oid],
  ];
  return [[strong(lock.resource)], ...table(rows.map(([name, value]) => [dim(`  ${name}`), value]))];
}

/** Who stands in the way, until when, why, and what to type next. */
export function heldError(heldBy: readonly HeldBy[], now: number): AgentOsError {
  const [first] = heldBy;
  const wanted = [...new Set(heldBy.map((held) => held.wanted))].join(' ');
  return new AgentOsError('HELD', heldBy.map((held) => describeHeld(held, now)).join('; '), {
    hint:
      `Wait for it: \`agent-os lock ${wanted} --wait 5m\`` +
      (first === undefined
        ? '.'
        : `, or ask: \`agent-os send ${first.holder.agent} 'When can I have it?'\`.`),
  });
}

function describeHeld(held: HeldBy, now: number): string {
  const what =
    held.resource === held.wanted ? held.resource : `${held.wanted} overlaps ${held.resource}, which`;
  const why = held.reason === null ? '' : `, because: ${held.reason}`;
  const until = describeEnd(held.expiresAt, now);
  return `${what} is held by ${held.holder.agent} until ${until}${why}`;
}

export function holderNames(holders: readonly LockHolder[]): string {
  return [...new Set(holders.map(({ agent }) => agent))].join(', ');
}
