import { AgentOsError } from '../domain/errors.ts';
import { shellWord } from '../domain/shell-word.ts';
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

/** What was asked for, as a command line says it. */
export interface LockRequest {
  readonly resources: readonly string[];
  /** Options that a repetition needs too, such as `--shared`, each with its value. */
  readonly options: readonly string[];
  readonly paths: readonly string[];
}

/** Waiting that a hint proposes at most, in milliseconds, and where a lease runs. */
const LONGEST_WAIT = 3_600_000;
const USUAL_WAIT = '5m';

/** Who stands in the way, until when, why, and what to type next. */
export function heldError(heldBy: readonly HeldBy[], request: LockRequest, now: number): AgentOsError {
  const [first] = heldBy;
  const ask =
    first === undefined
      ? ''
      : `, or ask: \`agent-os send ${shellWord(first.holder.agent)} 'When can I have it?'\``;
  const wait = waitFor(heldBy, now);
  const next = wait === null ? 'Try again then' : `Wait for it: \`${lockCommand(request, wait)}\``;
  return new AgentOsError('HELD', heldBy.map((held) => describeHeld(held, now)).join('; '), {
    hint: `${next}${ask}.`,
  });
}

/** The same request, which waits: the globs last, because they take whatever follows. */
function lockCommand({ resources, options, paths }: LockRequest, wait: string): string {
  const covers = paths.length === 0 ? [] : ['--paths', ...paths];
  return ['agent-os', 'lock', ...resources, ...options, '--wait', wait, ...covers].map(shellWord).join(' ');
}

/** Until the last of those whose lease is over can be taken over; null: too long to wait for. */
function waitFor(heldBy: readonly HeldBy[], now: number): string | null {
  const over = heldBy.filter((held) => isOver(held, now)).map(({ takeoverAt }) => Date.parse(takeoverAt));
  if (over.length < heldBy.length || over.length === 0) return USUAL_WAIT;
  const left = Math.max(...over) - now;
  return left > LONGEST_WAIT ? null : `${Math.max(1, Math.ceil(left / 60_000))}m`;
}

function isOver({ expiresAt }: HeldBy, now: number): boolean {
  return Date.parse(expiresAt) <= now;
}

function describeHeld(held: HeldBy, now: number): string {
  const what =
    held.resource === held.wanted ? held.resource : `${held.wanted} overlaps ${held.resource}, which`;
  const why = held.reason === null ? '' : `, because: ${held.reason}`;
  const when = (iso: string) => `${formatMoment(iso)} (${formatDistance(iso, now)})`;
  const until = isOver(held, now)
    ? `, whose lease ended ${formatDistance(held.expiresAt, now)}; it can be taken over from ${when(held.takeoverAt)}`
    : ` until ${when(held.expiresAt)}`;
  return `${what} is held by ${held.holder.agent}${until}${why}`;
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
