import { describe, expect, it } from 'vitest';
import type { CloneId, Oid, RefName } from '../../../../src/domain/names.ts';
import {
  FOLD_AFTER,
  type OutboxView,
  planRound,
  type RoundView,
} from '../../../../src/store/sync/plan-round.ts';

const BRANCH = 'refs/heads/agent-os' as RefName;
const OUTBOX = 'refs/agent-os/outbox/mine' as RefName;
const tip = 'a'.repeat(40) as Oid;
const branch = 'b'.repeat(40) as Oid;
const other = 'c'.repeat(40) as Oid;

const quiet: RoundView = {
  clone: 'mine' as CloneId,
  branchRef: BRANCH,
  outboxRef: OUTBOX,
  tip: branch,
  branch,
  followsBranch: true,
  tipOnBranch: true,
  unpublished: 0,
  outboxes: [],
  tried: new Set(),
};
const speaking: RoundView = { ...quiet, tip, tipOnBranch: false, unpublished: 1 };
const reading: RoundView = { ...quiet, tip, tipOnBranch: false };

const outbox = (view: Partial<OutboxView>): OutboxView => ({
  clone: 'theirs',
  oid: other,
  onBranch: false,
  inTip: true,
  leftFor: 0,
  ...view,
});

describe('planRound', () => {
  it('rests when the branch has everything, and when there is nothing anywhere', () => {
    expect(planRound({ ...quiet, outboxes: [outbox({ onBranch: true })] })).toEqual({ step: 'rest' });
    expect(planRound({ ...quiet, tip: null, branch: null })).toEqual({ step: 'rest' });
  });

  it('offers unpublished operations to branch and outbox, the outbox leased on what it holds', () => {
    const updates = [{ ref: BRANCH, to: tip }];
    expect(planRound(speaking)).toEqual({
      step: 'offer',
      updates: [...updates, { ref: OUTBOX, to: tip, lease: null }],
    });
    const mine = outbox({ clone: 'mine', oid: other });
    expect(planRound({ ...speaking, outboxes: [mine], tried: new Set([other]) })).toEqual({
      step: 'offer',
      updates: [...updates, { ref: OUTBOX, to: tip, lease: other }],
    });
  });

  it('offers to the branch alone without an outbox', () => {
    const step = { step: 'offer', updates: [{ ref: BRANCH, to: tip }] };
    expect(planRound({ ...speaking, outboxRef: null })).toEqual(step);
  });

  it('pursues its own outbox on the branch alone', () => {
    const mine = outbox({ clone: 'mine' });
    expect(planRound({ ...reading, outboxes: [mine], tried: new Set([other]) })).toEqual({
      step: 'offer',
      updates: [{ ref: BRANCH, to: tip }],
    });
  });

  it('leaves the outbox of another to its owner for 60 s', () => {
    expect(planRound({ ...reading, outboxes: [outbox({ leftFor: FOLD_AFTER - 1 })] })).toEqual({
      step: 'rest',
    });
  });

  it('folds the outbox of another afterwards (mutant: outbox without fold)', () => {
    expect(planRound({ ...reading, outboxes: [outbox({ leftFor: FOLD_AFTER })] })).toEqual({
      step: 'offer',
      updates: [{ ref: BRANCH, to: tip }],
    });
  });

  it('joins before it offers, so that what it offers holds branch and outboxes', () => {
    expect(planRound({ ...speaking, followsBranch: false })).toEqual({ step: 'join', tips: [branch] });
    expect(planRound({ ...speaking, outboxes: [outbox({ inTip: false })] })).toEqual({
      step: 'join',
      tips: [branch, other],
    });
    const lost = { ...quiet, branch: null, tip: null, outboxes: [outbox({ inTip: false })] };
    expect(planRound(lost)).toEqual({ step: 'join', tips: [other] });
  });

  it('brings a tip that is ahead by merges alone onto the branch', () => {
    expect(planRound({ ...quiet, tip })).toEqual({ step: 'offer', updates: [{ ref: BRANCH, to: tip }] });
  });

  it('takes a new clone id when its outbox holds what it never tried to push', () => {
    const mine = outbox({ clone: 'mine', onBranch: true });
    expect(planRound({ ...speaking, outboxes: [mine], tried: new Set([tip]) })).toEqual({
      step: 'renew-clone',
    });
    expect(planRound({ ...speaking, outboxRef: null, outboxes: [mine] }).step).toBe('offer');
  });
});
