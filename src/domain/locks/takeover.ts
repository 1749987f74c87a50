/** A machine's clocks at one moment, in milliseconds. */
export interface Moment {
  readonly wall: number;
  readonly uptime: number;
  readonly bootId: string;
}

/** A lease as far as its end is concerned. Times in milliseconds, `ttl` in seconds. */
export interface Term {
  readonly ttl: number;
  readonly renewedAt: number;
  readonly expiresAt: number;
}

/** What config.yaml says about taking over; in seconds. */
export interface TakeoverRules {
  /** Added to the lease before somebody who watched it may take it over. */
  readonly grace: number;
  /** How far two machines' wall clocks are assumed to be apart at most. */
  readonly maxSkew: number;
  /** The same for a record that this clone did not see when it was fresh. */
  readonly maxUnvouchedSkew: number;
}

export type TakeoverJudgement =
  | { readonly allowed: true; readonly why: string }
  /** `notBefore`: by this machine's wall clock, in milliseconds. */
  | { readonly allowed: false; readonly why: string; readonly notBefore: number };

/**
 * Whether a lease may be taken over without asking its holder, who believes in it until its ttl is over on *its*
 * uptime. Either this clone has watched the lease unrenewed for ttl and grace on a clock that nobody sets. Or the
 * wall clock is past its end by more than two clocks may differ: by `maxSkew` if the lease was seen when it was
 * fresh, for then the holder's clock was compared with ours, else by `maxUnvouchedSkew`.
 *
 * @param firstSeen - when this clone first saw the lease as it now is; null: only now
 */
export function judgeTakeover(input: {
  readonly term: Term;
  readonly firstSeen: Moment | null;
  readonly now: Moment;
  readonly rules: TakeoverRules;
}): TakeoverJudgement {
  const { term, now, rules } = input;
  const firstSeen = input.firstSeen ?? now;
  const watched = firstSeen.bootId === now.bootId ? now.uptime - firstSeen.uptime : 0;
  const unwatched = (term.ttl + rules.grace) * 1000 - watched;
  if (unwatched <= 0) return { allowed: true, why: `its lease of ${term.ttl} s ran out unrenewed` };

  const vouched = Math.abs(firstSeen.wall - term.renewedAt) <= rules.maxSkew * 1000;
  const skew = vouched ? rules.maxSkew : rules.maxUnvouchedSkew;
  const overdue = term.expiresAt + skew * 1000;
  if (now.wall > overdue) return { allowed: true, why: `its lease ended more than ${skew} s ago` };
  return {
    allowed: false,
    why: now.wall > term.expiresAt ? 'its lease has just ended, or its clock is not ours' : 'its lease runs',
    notBefore: Math.min(now.wall + unwatched, overdue),
  };
}
