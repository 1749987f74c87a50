import type { AgentName } from '../names.ts';

/** How a lease ended that its holder neither gave back nor lost to an acquisition. */
export type ForeignEnd = 'forced' | 'reaped';

/** The line that a lock's history keeps of a forced release. */
export function forcedNote(by: AgentName, reason: string): string {
  return `Released by force by ${by}: ${reason}`;
}

/** The line that it keeps where the holder's session was left behind. */
export function reapedNote(by: AgentName, holder: AgentName): string {
  return `Taken over by ${by}: the session of ${holder} was left behind`;
}

/** What the body of a record's commit says of the leases that the record before it had. */
export function readForeignEnd(body: string): ForeignEnd | null {
  if (/^Released by force by [a-z0-9]/.test(body)) return 'forced';
  return /^Taken over by [a-z0-9]/.test(body) ? 'reaped' : null;
}
