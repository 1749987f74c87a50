import { AgentOsError } from '../../domain/errors.ts';
import { refusalHint } from '../../domain/host-words.ts';
import type { Moment } from '../../domain/locks/takeover.ts';
import type { Oid, RefName } from '../../domain/names.ts';
import type { RefEdit } from '../../domain/ports.ts';
import { forgetRefusals, noteRefusal } from '../refusals.ts';
import type { Authority, LockRefs } from './authority.ts';
import type { LockDependencies } from './lock-ports.ts';
import { readMoment } from './moment.ts';

/** What to do about the refs as they were just read. */
export type Step<T> =
  /** Nothing (more) to move. */
  | { readonly kind: 'answer'; readonly value: T }
  /** Not to be decided from refs that may be old. */
  | { readonly kind: 'refresh' }
  | {
      readonly kind: 'move';
      readonly edits: readonly RefEdit[];
      /** Runs once every ref has moved. @param began - when the transaction was sent at the latest */
      readonly moved: (began: Moment) => Promise<T>;
      /** An answer when others were first at these refs and trying again is pointless; else null. */
      readonly beaten?: (found: ReadonlyMap<RefName, Oid | null>) => T | null;
    };

export interface Round {
  readonly refs: LockRefs;
  /** Whether they were read now; else they are what was known. */
  readonly isFresh: boolean;
  /** When the first transaction was sent whose outcome never became known; null when there is none. */
  readonly unsettled: Moment | null;
}

const TRIES = 20;
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2000;

/**
 * Move refs by compare-and-swap until it succeeds or there is nothing to move: first from what is known (one push
 * when nobody else was there), after a loss from what is fetched, with full jitter in between.
 *
 * @param fresh - fetch before the first try
 * @throws AgentOsError REMOTE_UNREACHABLE, REMOTE_REFUSED, OUTCOME_UNKNOWN, LOST_RACE
 */
export async function contend<T>(
  dependencies: Pick<LockDependencies, 'clock' | 'files' | 'random'>,
  authority: Authority,
  options: { readonly what: string; readonly fresh?: boolean },
  plan: (round: Round) => Promise<Step<T>>,
): Promise<T> {
  const { clock, files, random } = dependencies;
  let isFresh = options.fresh === true || authority.scope === 'local';
  let refs = isFresh ? await authority.refresh() : await authority.glance();
  let unsettled = null as {
    readonly began: Moment;
    readonly step: Extract<Step<T>, { kind: 'move' }>;
  } | null;

  /** Once an outcome is unknown, an outage leaves it so. */
  const fail = (error: unknown): never => {
    throw unsettled === null ? error : unknownOutcome(options.what, error);
  };

  for (let lost = 0; lost < TRIES; ) {
    if (unsettled !== null && (await isDone(authority, unsettled.step.edits).catch(fail))) {
      return unsettled.step.moved(unsettled.began);
    }
    const step = await plan({ refs, isFresh, unsettled: unsettled?.began ?? null });
    if (step.kind === 'answer') return step.value;
    if (step.kind === 'move') {
      const began = readMoment(clock);
      const outcome = await authority.refs.transact(step.edits).catch(fail);
      const refs = step.edits.map(({ ref }) => ref);
      if (outcome.status === 'done') {
        if (authority.scope === 'remote') await forgetRefusals(files, refs);
        return step.moved(began);
      }
      const answer = outcome.status === 'lost' ? (step.beaten?.(outcome.found) ?? null) : null;
      if (answer !== null) return answer;
      if (outcome.status === 'refused') {
        if (authority.scope === 'remote') await noteRefusal(dependencies, refs, outcome.reason);
        throw refused(options.what, authority, outcome.reason);
      }
      if (outcome.status === 'unknown') unsettled = { began: unsettled?.began ?? began, step };
      if (lost > 0) await clock.sleep(random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** lost));
      lost += 1;
    }
    refs = await authority.refresh().catch(fail);
    isFresh = true;
  }
  throw unsettled === null ? lostRace(options.what) : unknownOutcome(options.what);
}

/** Whether every ref stands where a transaction of unknown outcome wanted it; no other one wants it there. */
async function isDone(authority: Authority, edits: readonly RefEdit[]): Promise<boolean> {
  const standing = await authority.refs.read(edits.map(({ ref }) => ref));
  return edits.every(({ ref, to }) => standing.get(ref) === to);
}

function refused(what: string, authority: Authority, reason: string): AgentOsError {
  const [code, by] =
    authority.scope === 'remote'
      ? (['REMOTE_REFUSED', 'the remote'] as const)
      : (['GIT_FAILED', 'git'] as const);
  return new AgentOsError(code, `${what}: ${by} refused: ${reason}`, {
    hint: refusalHint(reason, 'Run `agent-os doctor` to see what is allowed.'),
  });
}

function unknownOutcome(what: string, cause?: unknown): AgentOsError {
  return new AgentOsError(
    'OUTCOME_UNKNOWN',
    `${what}: the remote's answer was lost, and it is not known what it did`,
    {
      hint: 'Run `agent-os locks --refresh` to see how it stands, or repeat the command: that is safe.',
      cause,
    },
  );
}

function lostRace(what: string): AgentOsError {
  return new AgentOsError('LOST_RACE', `${what}: others were first ${TRIES} times in a row`, {
    hint: 'Try again, with --wait 60s for example.',
  });
}
