import { AgentOsError } from '../domain/errors.ts';
import { describeEnd, formatDistance, formatMoment } from '../domain/time.ts';
import type { HeldBy, HolderView, LockListing, LockView } from '../store/locks/locks.ts';
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
    ...lock.holders.map((holder): [string, string] => [
      'holder',
      `${nameOf(holder)}, session ${holder.session ?? 'none'}, clone ${holder.clone}`,
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

export function holderNames(holders: readonly HolderView[]): string {
  return [...new Set(holders.map(nameOf))].join(', ');
}

function nameOf({ agent, releasing }: HolderView): string {
  return releasing ? `${agent} (released, waits for sync)` : agent;
}

/** What is shown is believed to be so for this long after the remote was asked, in milliseconds. */
const FRESH = 60_000;

/**
 * That what is shown is only what was last seen: the remote was asked too long ago, or a release that waits for it tells
 * that it could not be reached.
 */
export function lastSeenNotes(
  { locks, seenAt }: Pick<LockListing, 'locks' | 'seenAt'>,
  { remote, now }: { readonly remote: string; readonly now: number },
): Line[] {
  const isWaiting = locks.some(({ holders }) => holders.some(({ releasing }) => releasing));
  const isFresh = seenAt !== null && Math.abs(now - Date.parse(seenAt)) <= FRESH;
  if (isFresh && !isWaiting) return [];
  const when = seenAt === null ? 'some time ago' : `${formatMoment(seenAt)} (${formatDistance(seenAt, now)})`;
  return [`as last seen ${when}: \`agent-os locks --refresh\` asks ${remote}`];
}
