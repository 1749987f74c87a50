import { setTimeout as sleep } from 'node:timers/promises';
import type { Oid, RefName } from '../domain/names.ts';
import type { OfferOutcome, Remote } from '../domain/ports.ts';
import { isContention, isFinal, isLostRace, type RefVerdict, readPush } from './push-outcome.ts';
import { assertNoMirror, type Budget, type RemoteGit, unreachable } from './remote-git.ts';

type Update = Parameters<Remote['offer']>[0][number];

interface Offer {
  readonly remote: string;
  readonly git: RemoteGit;
  readonly budget: Budget;
  readonly updates: readonly Update[];
  /** The refs as the remote has them now; null: it could not be asked. */
  readonly readAgain: () => Promise<ReadonlyMap<RefName, Oid> | null>;
  /** What the mirror had before the push. */
  readonly lastSeen: (ref: RefName) => Promise<Oid | null>;
}

const READS = 3;
const PAUSE = 100;

/**
 * One push in which every ref is for itself. Only where the answer leaves a ref open (the host could not lock it, or
 * the connection was cut) are the refs read again.
 * @throws AgentOsError REMOTE_UNREACHABLE, UNSUPPORTED_REPOSITORY
 */
export async function offerToRemote(offer: Offer): Promise<ReadonlyMap<RefName, OfferOutcome>> {
  const { git, remote, updates } = offer;
  const leased = updates.filter(({ lease }) => lease !== undefined);
  const options = leased.map(({ ref, lease }) => `--force-with-lease=${ref}:${lease ?? ''}`);
  const result = await git.push(
    { options, refspecs: updates.map(({ ref, to }) => `${to}:${ref}`) },
    offer.budget,
  );
  assertNoMirror(remote, result.stderr);
  const report = readPush(result);
  if (!report.sent && report.verdicts.size === 0) {
    if (result.timedOut || !isFinal(result.stderr) || /publickey/.test(result.stderr))
      throw unreachable(remote, result);
    return new Map(updates.map(({ ref }) => [ref, { status: 'refused', reason: report.words }]));
  }

  const outcomes = new Map<RefName, OfferOutcome>();
  for (const update of updates) {
    const outcome = outcomeOf(update, report.verdicts.get(update.ref));
    if (outcome !== null) outcomes.set(update.ref, outcome);
  }
  const open = updates.filter(({ ref }) => !outcomes.has(ref));
  const cut = result.timedOut
    ? 'the remote did not answer in time'
    : report.words || 'the connection was cut';
  for (const [ref, outcome] of await settleOpen(offer, { open, verdicts: report.verdicts, cut })) {
    outcomes.set(ref, outcome);
  }
  return outcomes;
}

/**
 * null: the answer leaves it open. A leased ref that was not as expected may be at its new value, because curl sends a
 * push by HTTP again, unasked, when the connection ends without an answer.
 */
function outcomeOf({ ref, lease }: Update, verdict: RefVerdict | undefined): OfferOutcome | null {
  if (verdict === undefined) return null;
  if (verdict.status !== 'declined') return { status: verdict.status === 'rejected' ? 'behind' : 'done' };
  if (lease === undefined && isLostRace(ref, verdict.reason)) return { status: 'behind' };
  const isOpen = isContention(verdict.reason) && !isFinal(verdict.reason);
  return isOpen ? null : { status: 'refused', reason: verdict.reason };
}

async function settleOpen(
  { readAgain, lastSeen }: Offer,
  left: { open: readonly Update[]; verdicts: ReadonlyMap<RefName, RefVerdict>; cut: string },
): Promise<ReadonlyMap<RefName, OfferOutcome>> {
  const outcomes = new Map<RefName, OfferOutcome>();
  let open = left.open;
  for (let read = 1; read <= READS && open.length > 0; read++) {
    if (read > 1) await sleep(PAUSE); // whoever held the ref's lock may be about to move it
    const present = await readAgain();
    for (const { ref, to, lease } of open) {
      const expected = lease === undefined ? await lastSeen(ref) : lease;
      const value = present?.get(ref) ?? null;
      const verdict = left.verdicts.get(ref);
      if (present === null) outcomes.set(ref, { status: 'unknown', reason: left.cut });
      else if (value === to) outcomes.set(ref, { status: 'done' });
      else if (value !== expected) outcomes.set(ref, { status: 'behind' });
      else if (verdict?.status !== 'declined') outcomes.set(ref, { status: 'unknown', reason: left.cut });
      else if (read === READS) outcomes.set(ref, { status: 'refused', reason: verdict.reason });
    }
    open = open.filter(({ ref }) => !outcomes.has(ref));
  }
  return outcomes;
}
