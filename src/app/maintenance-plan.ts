import { dayOf } from '../domain/layout.ts';
import type { AgentName, RecordId } from '../domain/names.ts';
import type { ResolvedConfig } from '../domain/schema/resolve-config.ts';
import type { Retention } from '../domain/schema/retention.ts';

/** What the branch has of the kinds that grow old. */
export interface Stock {
  readonly messages: ReadonlyMap<
    AgentName,
    { readonly unread: readonly RecordId[]; readonly read: readonly RecordId[] }
  >;
  /** Sessions that have ended, and those that have not or cannot be read. */
  readonly sessions: ReadonlyMap<
    AgentName,
    { readonly ended: readonly RecordId[]; readonly other: readonly RecordId[] }
  >;
  readonly logs: ReadonlyMap<AgentName, readonly string[]>;
  readonly attachments: readonly RecordId[];
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The watermarks below which everything may go: as old as policy says, and never past what has to stay (an unread
 * message, a session that has not ended, a file of a message that is still there). A watermark is raised only where
 * something lies below it, and never lowered.
 */
export function planWatermarks(
  stock: Stock,
  known: Retention,
  { policy, now }: { readonly policy: ResolvedConfig['retention']; readonly now: number },
): Retention {
  const before = (seconds: number) => smallestId(now - seconds * 1000);
  const messages = { ...known.messages };
  const remaining: RecordId[] = [];
  for (const [agent, { unread, read }] of stock.messages) {
    const mark = raise(messages[agent], [before(policy.messages), ...unread], read);
    if (mark !== undefined) messages[agent] = mark;
    remaining.push(...unread, ...read.filter((id) => id >= (mark ?? '')));
  }
  const sessions = { ...known.sessions };
  for (const [agent, { ended, other }] of stock.sessions) {
    const mark = raise(sessions[agent], [before(policy.sessions), ...other], ended);
    if (mark !== undefined) sessions[agent] = mark;
  }
  const logs = { ...known.logs };
  for (const [agent, days] of stock.logs) {
    const mark = raise(logs[agent], [dayOf(now - policy.logs * 1000)], days);
    if (mark !== undefined) logs[agent] = mark;
  }
  const attachments = raise(known.attachments, [before(policy.messages), ...remaining], stock.attachments);
  return {
    ...known,
    ...(Object.keys(messages).length > 0 && { messages }),
    ...(Object.keys(sessions).length > 0 && { sessions }),
    ...(Object.keys(logs).length > 0 && { logs }),
    ...(attachments !== undefined && { attachments }),
  };
}

/** The smallest of `limits`, if it is above the present watermark and something lies below it; else the present one. */
function raise<T extends string>(
  present: T | undefined,
  limits: readonly T[],
  candidates: readonly T[],
): T | undefined {
  const [limit] = [...limits].sort();
  const isOfUse =
    limit !== undefined && limit > (present ?? '') && candidates.some((candidate) => candidate < limit);
  return isOfUse ? limit : present;
}

/** The smallest ULID of a millisecond. */
function smallestId(milliseconds: number): RecordId {
  let digits = '';
  for (let rest = Math.max(0, Math.floor(milliseconds)); digits.length < 10; rest = Math.floor(rest / 32)) {
    digits = `${CROCKFORD[rest % 32]}${digits}`;
  }
  return `${digits}${'0'.repeat(16)}` as RecordId;
}
