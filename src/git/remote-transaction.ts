import { setTimeout as sleep } from 'node:timers/promises';
import type { Oid, RefName } from '../domain/names.ts';
import type { RefEdit, TransactionOutcome } from '../domain/ports.ts';
import type { GitResult } from './process.ts';
import { isFinal, type PushReport, readPush } from './push-outcome.ts';
import { assertNoMirror, type Budget, type RemoteGit, unreachable } from './remote-git.ts';

const ATTEMPTS = 3;
const PAUSE = 50;

interface Transaction {
  readonly remote: string;
  readonly git: RemoteGit;
  /** The refs as the remote has them now; null: it could not be asked. */
  readonly readAgain: () => Promise<ReadonlyMap<RefName, Oid> | null>;
  readonly budget: Budget;
  readonly edits: readonly RefEdit[];
}

/**
 * Compare-and-swap over a remote's refs: one `git push --atomic` with a lease on each.
 *
 * Its text cannot tell a lost race from a stale lock file of the host (both: `atomic transaction failed`), nor
 * whether a connection was cut before or after the host had acted; and curl sends a push by HTTP again, unasked, when
 * the connection ends without an answer, so that a push can be rejected because it has succeeded. So after anything
 * but success the refs are read:
 * 1. all at their new values, after a push that reached the host: done (no two writers make the same commit)
 * 2. some neither as expected nor, after such a push, at their new values: lost
 * 3. all as expected: pushed again, three times at most, then refused with the host's words
 * 4. not readable: unknown
 * A push that ended before anything was sent is no outcome but an outage.
 * @throws AgentOsError REMOTE_UNREACHABLE, UNSUPPORTED_REPOSITORY
 */
export async function transactOnRemote(transaction: Transaction): Promise<TransactionOutcome> {
  const { edits, git, budget, remote } = transaction;
  let mayHaveMoved = false;
  let isHalfway = false;
  let words = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) await sleep(attempt * PAUSE);
    const result = await git.push(atomicPush(edits), budget);
    assertNoMirror(remote, result.stderr);
    const report = readPush(result);
    const settled = settleWithoutReading(transaction, { result, report, mayHaveMoved });
    if (settled !== null) return settled;

    mayHaveMoved ||= report.sent;
    words = reasonOf(report, result);
    const present = await transaction.readAgain();
    if (present === null) return { status: 'unknown', reason: words };
    const judged = judge(edits, present, mayHaveMoved);
    if (judged !== 'as before' && judged !== 'halfway') return judged;
    isHalfway = judged === 'halfway';
    if (isFinal(words)) break;
  }
  return { status: isHalfway ? 'unknown' : 'refused', reason: words };
}

function atomicPush(edits: readonly RefEdit[]) {
  return {
    options: ['--atomic', ...edits.map(({ ref, expect }) => `--force-with-lease=${ref}:${expect ?? ''}`)],
    refspecs: edits.map(({ ref, to }) => `${to}:${ref}`),
  };
}

/** Success, and what needs no reading because nothing was sent. */
function settleWithoutReading(
  { edits, remote }: Transaction,
  push: { readonly result: GitResult; readonly report: PushReport; readonly mayHaveMoved: boolean },
): TransactionOutcome | null {
  const { result, report, mayHaveMoved } = push;
  const statuses = edits.map(({ ref }) => report.verdicts.get(ref)?.status);
  if (result.exitCode === 0 && statuses.every((status) => status === 'moved' || status === 'same')) {
    // git sends no ref that is at its new value, whatever the lease says: somebody else's push put it there.
    const others = !mayHaveMoved && statuses.every((status) => status === 'same');
    return others
      ? { status: 'lost', found: new Map(edits.map(({ ref, to }) => [ref, to])) }
      : { status: 'done' };
  }
  if (report.sent || report.verdicts.size > 0) return null;
  const outage = unreachable(remote, result);
  if (mayHaveMoved) return { status: 'unknown', reason: outage.message };
  if (!result.timedOut && isFinal(result.stderr) && !/publickey/.test(result.stderr)) {
    return { status: 'refused', reason: report.words };
  }
  throw outage;
}

function judge(
  edits: readonly RefEdit[],
  present: ReadonlyMap<RefName, Oid>,
  mayHaveMoved: boolean,
): TransactionOutcome | 'as before' | 'halfway' {
  const presentOf = ({ ref }: RefEdit): Oid | null => present.get(ref) ?? null;
  const isNew = (edit: RefEdit) => mayHaveMoved && presentOf(edit) === edit.to;
  if (edits.every(isNew)) return { status: 'done' };
  if (edits.every((edit) => presentOf(edit) === edit.expect || isNew(edit))) {
    return edits.some(isNew) ? 'halfway' : 'as before';
  }
  const unexpected = edits.filter((edit) => presentOf(edit) !== edit.expect);
  return { status: 'lost', found: new Map(unexpected.map((edit) => [edit.ref, presentOf(edit)])) };
}

function reasonOf(report: PushReport, result: GitResult): string {
  for (const verdict of report.verdicts.values()) if (verdict.status === 'declined') return verdict.reason;
  if (result.timedOut) return 'the remote did not answer in time';
  return report.words === '' ? 'the connection was cut' : report.words;
}
